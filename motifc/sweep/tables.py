"""tables_of: what a study has found so far: means, paired differences, failures and cost, round by round."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from motifc.sweep.outcome import Cost, Outcome, progress_in
from motifc.sweep.plan import MEASURES, SHARES, Family
from motifc.sweep.statistics import PairedDifference, holm, paired_difference
from motifc.sweep.study import Row, Study, outcomes_digest

_HOUR = 3600


@dataclass(frozen=True)
class Mean:
    """Figures of one arm on one data set; sd with n - 1, None below two."""

    data: str
    arm: str
    measure: str
    n: int
    mean: float | None
    sd: float | None


@dataclass(frozen=True)
class Comparison:
    """An arm against the reference of a family on one data set.

    differences     arm less reference, by (replicate, fold), of pairs of which both are finished
    statistics      of these; adjusted_p: Holm's within the family, over all its data sets and arms
    overlap         test samples per training sample where splits overlap; None where they do not, or are the same
    """

    family: str
    measure: str
    data: str
    arm: str
    reference: str
    differences: tuple[tuple[int, int, float], ...]
    overlap: float | None
    statistics: PairedDifference
    adjusted_p: float | None


@dataclass(frozen=True)
class Spent:
    """What the trials of one arm have cost on one data set, failed and unfinished ones too."""

    data: str
    arm: str
    cpu_hours: float
    gpu_hours: float
    attempts: int


@dataclass(frozen=True)
class Failed:
    """A trial without an outcome, or whose backends disagree, and why."""

    trial: str
    key: str
    reason: str


@dataclass(frozen=True)
class RoundTable:
    """One round: trials planned and finished, their digest, and all of the above.

    machines   kinds of processor and device of finished trials
    """

    number: int
    trials: int
    finished: int
    digest: str
    means: tuple[Mean, ...]
    comparisons: tuple[Comparison, ...]
    spent: tuple[Spent, ...]
    failed: tuple[Failed, ...]
    machines: tuple[str, ...]


@dataclass(frozen=True)
class Tables:
    """All rounds of a study that have begun."""

    name: str
    plan: str
    rounds: tuple[RoundTable, ...]

    @property
    def failed(self) -> tuple[Failed, ...]:
        """Of all rounds."""
        return tuple(each for table in self.rounds for each in table.failed)

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)


def tables_of(study: Study) -> Tables:
    """The tables of a study as it is now."""
    plan = study.plan
    rounds = [(number, study.rows(number)) for number in range(1, len(plan.rounds) + 1)]
    return Tables(plan.name, plan.digest, tuple(_table(study, number, rows) for number, rows in rounds if rows))


def _table(study: Study, number: int, rows: Sequence[Row]) -> RoundTable:
    arms = tuple(dict.fromkeys(row.trial.arm for row in rows))
    groups = _grouped(rows)
    means = tuple(
        _mean(data, arm, measure, groups[data, arm])
        for data, arm in groups
        for measure in MEASURES
        if any(_figure(row, measure) is not None for row in groups[data, arm])
    )
    comparisons = tuple(
        each
        for family in study.plan.families
        if family.reference in arms
        for each in _compared(family, groups, study.plan.name)
    )
    finished = [row.outcome for row in rows if row.outcome is not None]
    failed = [Failed(row.trial.name, row.trial.key, reason) for row in rows if (reason := _wrong(row))]
    return RoundTable(
        number=number,
        trials=len(rows),
        finished=len(finished),
        digest=outcomes_digest(rows),
        means=means,
        comparisons=comparisons,
        spent=tuple(_spent(data, arm, group) for (data, arm), group in groups.items()),
        failed=tuple(failed),
        machines=tuple(sorted({_machine(outcome) for outcome in finished})),
    )


def _compared(family: Family, groups: Mapping[tuple[str, str], Sequence[Row]], study: str) -> list[Comparison]:
    """All comparisons of a family, their p values adjusted together, those without any pair counted too."""
    made = [_comparison(family, groups, data, arm, study) for data in family.data for arm in family.others]
    adjusted = holm([each.statistics.honest_p for each in made])
    return [replace(each, adjusted_p=p) for each, p in zip(made, adjusted, strict=True)]


def _comparison(
    family: Family, groups: Mapping[tuple[str, str], Sequence[Row]], data: str, arm: str, study: str
) -> Comparison:
    own = _by_pair(groups.get((data, arm), ()), family.measure)
    base = _by_pair(groups.get((data, family.reference), ()), family.measure)
    pairs = [pair for pair in own if pair in base]
    differences = tuple((*pair, own[pair][0] - base[pair][0]) for pair in pairs)
    overlap = _overlap([own[pair][1] for pair in pairs])
    name = f"{study}/{family.name}/{data}/{arm}"
    told = paired_difference([difference for *_, difference in differences], overlap, name)
    return Comparison(family.name, family.measure, data, arm, family.reference, differences, overlap, told, None)


def _by_pair(rows: Iterable[Row], measure: str) -> dict[tuple[int, int], tuple[float, Outcome]]:
    """(figure, outcome) of every finished trial by replicate and fold."""
    return {
        (row.trial.replicate, row.trial.fold): (figure, row.outcome)
        for row in rows
        if row.outcome is not None and (figure := _figure(row, measure)) is not None
    }


def _overlap(outcomes: Sequence[Outcome]) -> float | None:
    """Test samples per sample trained on, where splits were drawn anew of the same samples; else None.

    They overlap where test parts differ and any two splits train on more samples together than there are. Where all
    have one test part, as official ones are, differences are of the start alone and nothing is corrected.
    """
    splits = {outcome.split: outcome for outcome in outcomes}
    if len({outcome.test for outcome in splits.values()}) < 2:
        return None
    trained = sorted((outcome.parts[0] + outcome.parts[1] for outcome in splits.values()), reverse=True)
    if trained[0] + trained[1] <= max(sum(outcome.parts) for outcome in splits.values()):
        return None
    ratios = [outcome.parts[2] / (outcome.parts[0] + outcome.parts[1]) for outcome in outcomes]
    return float(np.mean(ratios)) or None


def _grouped(rows: Sequence[Row]) -> dict[tuple[str, str], list[Row]]:
    """Rows by (data, arm), in the order of the plan."""
    found: defaultdict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        found[row.trial.data, row.trial.arm].append(row)
    return dict(found)


def _mean(data: str, arm: str, measure: str, rows: Sequence[Row]) -> Mean:
    figures = [figure for row in rows if (figure := _figure(row, measure)) is not None]
    sd = float(np.std(figures, ddof=1)) if len(figures) > 1 else None
    return Mean(data, arm, measure, len(figures), float(np.mean(figures)) if figures else None, sd)


def _figure(row: Row, measure: str) -> float | None:
    return None if row.outcome is None else row.outcome.figures.get(measure)


def _spent(data: str, arm: str, rows: Sequence[Row]) -> Spent:
    costs = [cost_of(row) for row in rows]
    return Spent(
        data,
        arm,
        math.fsum(cost.cpu_seconds for cost in costs) / _HOUR,
        math.fsum(cost.gpu_seconds for cost in costs) / _HOUR,
        sum(cost.attempts for cost in costs),
    )


def cost_of(row: Row) -> Cost:
    """What a trial has cost so far."""
    if row.outcome is not None:
        return row.outcome.cost
    if row.failure is not None:
        return row.failure.cost
    begun = progress_in(row.folder)
    return Cost() if begun is None else begun.cost


def _wrong(row: Row) -> str:
    """Why a trial failed or is not equal; "" where nothing is wrong with it."""
    if row.failure is not None:
        return row.failure.reason
    if row.outcome is not None and not row.outcome.equal:
        return " ".join(row.outcome.sentences)
    return ""


def _machine(outcome: Outcome) -> str:
    told = outcome.machine
    device = told.get("gpu") or told.get("device", "")
    return f"{device} beside {told.get('cpu', '')}" if told.get("device") != "cpu" else told.get("cpu", "")


def scaled(measure: str, value: float | None, sign: bool = False) -> str:
    """A figure, or a difference of such with its sign, as tables show it: shares in percent, of which points differ."""
    if value is None:
        return "-"
    shown = 100 * value if measure in SHARES else value
    return f"{shown:{'+' if sign else ''}.2f}"
