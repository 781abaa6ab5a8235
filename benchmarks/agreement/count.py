"""count: what every backend has agreed on with the oracle so far, kept in one JSON file and added to by every run.

Cases are numbered, and a backend's row tells the number of its next one: a backend that joins later begins at case 0
and is compared on what the others were.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from benchmarks.runs import text
from targets.backends.numpy import NumpyMachine
from targets.conformance.equivalence import compare
from targets.conformance.random_program import Case
from targets.contracts.errors import InputError
from targets.contracts.semantics import SWITCHES, variants
from targets.contracts.writing import write_text
from targets.runtime.backend import load
from targets.runtime.recording import Recording
from targets.runtime.registry import ORACLE

Maker = Callable[[int, int], Case]
"""(seed, number) -> a program and its spikes."""
_SAMPLES = 512
"""Samples that are run at a time."""
_ASKED = 4
"""Samples of each case on which the oracle is run under other semantics."""


@dataclass(frozen=True)
class Count:
    """One backend on the cases 0 .. `cases` - 1 of a kind ("random", "searched") and seed.

    bins       population x neuron x step x sample, each compared with the oracle's
    spikes     of the oracle, in these bins
    states     final values of u and v compared
    differing, states_differing  of these; the case of the first is in `failed`
    tells      of the oracle's own row: reading of the equations -> cases whose spikes would have shown it
    """

    backend: str
    kind: str
    seed: int
    cases: int = 0
    bins: int = 0
    spikes: int = 0
    states: int = 0
    differing: int = 0
    states_differing: int = 0
    failed: tuple[int, ...] = ()
    tells: Mapping[str, int] = field(default_factory=dict)

    def plus(self, case: Case, expected: Sequence[Recording], got: Sequence[Recording]) -> "Count":
        """The count with one more case, of which pieces were recorded."""
        bins = spikes = states = differing = states_differing = 0
        for mine, theirs in zip(expected, got, strict=True):
            report = compare(mine.spikes, theirs.spikes, (ORACLE, self.backend))
            pairs = [(mine.u[name], theirs.u[name]) for name in mine.u]
            pairs += [(mine.v[name], theirs.v[name]) for name in mine.v]
            bins += sum(agreement.bins for agreement in report.populations)
            spikes += report.spikes
            states += sum(left.size for left, _ in pairs)
            differing += report.differing
            states_differing += sum(int((left != right).sum()) for left, right in pairs)
        return replace(
            self,
            cases=self.cases + 1,
            bins=self.bins + bins,
            spikes=self.spikes + spikes,
            states=self.states + states,
            differing=self.differing + differing,
            states_differing=self.states_differing + states_differing,
            failed=(*self.failed, self.cases) if differing or states_differing else self.failed,
            tells=self.tells if self.backend != ORACLE else _added(self.tells, shown_by(case)),
        )


def shown_by(case: Case) -> tuple[str, ...]:
    """Readings of the equations (`Semantics`) under which the case has other spikes: it would show that mistake."""
    program, spikes = case
    few = {name: raster.take(slice(_ASKED)) for name, raster in spikes.items()}
    own = NumpyMachine(program).run(few).spikes
    return tuple(
        switch
        for (switch,), semantics in variants(SWITCHES, 1)
        if not compare(own, NumpyMachine(program, semantics).run(few).spikes).equal
    )


def count(
    path: Path,
    goals: Mapping[str, float],
    kind: str,
    maker: Maker,
    seed: int,
    progress: Callable[[str], None] = lambda line: None,
) -> list[Count]:
    """Add cases of a seed until every backend of `goals` has its bins of that kind, over all seeds; all rows.

    The file is written after every case. A backend whose spikes or final u, v differ goes on: `differing` counts.
    """
    counts = load_counts(path)
    rows = {each: _row(counts, each, kind, seed) for each in (ORACLE, *goals)}
    while behind := _behind(counts, rows, goals):
        number = min(rows[each].cases for each in behind)
        case = maker(seed, number)
        expected = _recorded(ORACLE, case)
        for name in (ORACLE, *behind):
            if rows[name].cases == number:
                got = expected if name == ORACLE else _recorded(name, case)
                rows[name] = rows[name].plus(case, expected, got)
        counts = [each for each in counts if not _same(each, rows)] + list(rows.values())
        counts.sort(key=lambda each: (each.kind, each.backend != ORACLE, each.backend, each.seed))
        save_counts(path, counts)
        told = ", ".join(f"{each} {_bins(counts, each, kind):,}" for each in goals)
        progress(f"{kind} {number} of seed {seed}: {told} bins")
    return counts


def load_counts(path: Path) -> list[Count]:
    """The rows of a file; none where there is no file yet."""
    if not path.exists():
        return []
    try:
        return [Count(**row | {"failed": tuple(row["failed"])}) for row in json.loads(path.read_text("utf-8"))]
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise InputError(
            f"{path} does not hold counts of agreement ({error}); name another file, or remove it to begin anew."
        ) from None


def save_counts(path: Path, counts: Sequence[Count]) -> None:
    """Write a row on every line, in one step."""
    write_text(path, text([asdict(each) for each in counts]))


def _recorded(backend: str, case: Case) -> list[Recording]:
    """What a backend recorded of every piece of the samples."""
    program, spikes = case
    samples = next(iter(spikes.values())).samples
    pieces = [
        {name: raster.take(slice(start, start + _SAMPLES)) for name, raster in spikes.items()}
        for start in range(0, samples, _SAMPLES)
    ]
    with load(program, backend) as loaded:
        return [loaded.raw(piece) for piece in pieces]


def _row(counts: Sequence[Count], backend: str, kind: str, seed: int) -> Count:
    found = [each for each in counts if (each.backend, each.kind, each.seed) == (backend, kind, seed)]
    return found[0] if found else Count(backend, kind, seed)


def _same(each: Count, rows: Mapping[str, Count]) -> bool:
    row = rows.get(each.backend)
    return row is not None and (row.kind, row.seed) == (each.kind, each.seed)


def _behind(counts: Sequence[Count], rows: Mapping[str, Count], goals: Mapping[str, float]) -> list[str]:
    """Backends that lack bins of this kind."""
    kind = rows[ORACLE].kind
    return [name for name, goal in goals.items() if _bins(counts, name, kind) < goal]


def _bins(counts: Sequence[Count], backend: str, kind: str) -> int:
    return sum(each.bins for each in counts if (each.backend, each.kind) == (backend, kind))


def _added(tells: Mapping[str, int], shown: Sequence[str]) -> dict[str, int]:
    return {switch: tells.get(switch, 0) + (switch in shown) for switch in SWITCHES}
