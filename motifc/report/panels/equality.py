"""Whether all backends agree, and recordings with them."""

from collections.abc import Sequence

from motifc.evidence import Comparison, Evidence
from motifc.report.panel import Panel, Table
from motifc.report.run import Run
from targets.conformance.equivalence import EquivalenceReport, compare
from targets.contracts.errors import InputError
from targets.contracts.shown import listed, shown
from targets.runtime.registry import ORACLE


def panel(run: Run) -> Panel | None:
    """Nothing where nothing was compared."""
    evidence, recorded = run.evidence, _recordings(run)
    if run.program is None or (not recorded and (evidence is None or not evidence.comparisons)):
        return None
    told, rows = [], []
    if evidence is not None and evidence.comparisons:
        told.append(equal_told(evidence))
        told += [each.sentence for each in evidence.comparisons if not each.equal]
        told += [f"{each.backend}: {sentence}" for each in evidence.comparisons for sentence in each.explained]
        rows += [
            (
                f"{ORACLE} / {each.backend}",
                population.population,
                f"{population.bins:,}",
                f"{population.spikes:,}",
                f"{population.differing:,}",
            )
            for each in evidence.comparisons
            for population in each.populations
        ]
        rows += [(f"{ORACLE} / {each.backend}", "not run", "", "", "") for each in evidence.comparisons if not each.ran]
    for report in recorded:
        told.append(report.sentence() if isinstance(report, EquivalenceReport) else report)
        if isinstance(report, EquivalenceReport):
            rows += [
                (
                    f"{report.left} / {report.right}",
                    each.population,
                    f"{each.bins:,}",
                    f"{each.spikes:,}",
                    f"{each.differing:,}",
                )
                for each in report.populations
            ]
    head = ("compared", "population", "bins", "spikes", "differing bins")
    tables = [Table("Bin by bin, every population", head, rows)] if rows else []
    answer, *notes = told
    return Panel("equality", answer, notes, tables=tables)


def equal_told(evidence: Evidence) -> str:
    """Which backends agree over how many bins, and how many do not."""
    equal = [each for each in evidence.comparisons if each.equal]
    differing = [each.backend for each in evidence.comparisons if each.ran and not each.equal]
    told = []
    if equal:
        names = [ORACLE, *(each.backend for each in equal)]
        told.append(
            f"Equal spike for spike on {listed(names)}: 0 of {equal[0].bins:,} bins differ, {equal[0].spikes:,} spikes "
            f"compared{_traced(equal)}."
        )
    if differing:
        told.append(f"{', '.join(differing)} {'differs' if len(differing) == 1 else 'differ'} from {ORACLE}.")
    return " ".join(told) or "No other backend was run."


def _traced(equal: Sequence[Comparison]) -> str:
    """What was compared beside spikes: those that answer in voltage never spike."""
    names = equal[0].traced
    if not names or any(each.traced != names for each in equal):
        return ""
    return f", and u and v of {listed([repr(shown(name)) for name in names])} in every step"


def _recordings(run: Run) -> list[EquivalenceReport | str]:
    """Every recording against the program, where that was run on as many samples."""
    found: list[EquivalenceReport | str] = []
    for path, spikes in run.recordings.items():
        if not run.integers:
            found.append(f"{path} is not compared, as the program was not run.")
            continue
        try:
            mine = {name: run.integers[name] for name in spikes}
            found.append(compare(mine, spikes, ("program", path)))
        except InputError as error:
            found.append(f"{path} is not compared: {error}")
    return found
