"""markdown: the tables of a study as a page."""

from collections.abc import Iterable, Sequence

from motifc.sweep.plan import MEASURES, SHARES
from motifc.sweep.statistics import LEAST_BOOTSTRAP, Interval
from motifc.sweep.tables import Comparison, RoundTable, Tables, scaled
from targets.contracts.shown import shown


def markdown(tables: Tables) -> str:
    """All rounds, the last one last."""
    lines = [f"# {_cell(tables.name)}", "", f"Plan {tables.plan[:16]}.", ""]
    if not tables.rounds:
        lines += ["No round has begun.", ""]
    for table in tables.rounds:
        lines += _round(table, len(tables.rounds) > 1)
    return "\n".join(lines).rstrip("\n") + "\n"


def _round(table: RoundTable, named: bool) -> list[str]:
    lines = [f"## Round {table.number}", ""] if named else []
    lines += [f"{table.finished} of {table.trials} trials finished, outcomes {table.digest[:16]}.", ""]
    if len(table.machines) > 1:
        lines += [
            f"Trained on {len(table.machines)} kinds of machine, on which one seed gives other networks: "
            f"{'; '.join(map(_cell, table.machines))}.",
            "",
        ]
    lines += _means(table)
    for family in dict.fromkeys(each.family for each in table.comparisons):
        lines += _family(family, [each for each in table.comparisons if each.family == family])
    if table.failed:
        lines += ["### Failed", ""]
        lines += _table(["trial", "why"], [[each.trial, each.reason] for each in table.failed], "ll")
    cpu, gpu = (sum(getattr(each, key) for each in table.spent) for key in ("cpu_hours", "gpu_hours"))
    lines += ["### Cost", ""]
    rows = [
        [each.data, each.arm, f"{each.cpu_hours:.3f}", f"{each.gpu_hours:.3f}", str(each.attempts)]
        for each in table.spent
    ]
    rows += [["all", "", f"{cpu:.3f}", f"{gpu:.3f}", str(sum(each.attempts for each in table.spent))]]
    return lines + _table(["data", "arm", "CPU hours", "GPU hours", "attempts"], rows, "llrrr")


def _means(table: RoundTable) -> list[str]:
    """Mean and standard deviation of every figure, an arm a line."""
    measures = [each for each in MEASURES if any(mean.measure == each for mean in table.means)]
    found = {(mean.data, mean.arm, mean.measure): mean for mean in table.means}
    rows = []
    for data, arm in dict.fromkeys((each.data, each.arm) for each in table.spent):
        cells = [found.get((data, arm, measure)) for measure in measures]
        count = max((cell.n for cell in cells if cell is not None), default=0)
        told = [
            "-" if cell is None else f"{scaled(cell.measure, cell.mean)} ({scaled(cell.measure, cell.sd)})"
            for cell in cells
        ]
        rows.append([data, arm, str(count), *told])
    titles = ["data", "arm", "n", *(f"{each}{', %' if each in SHARES else ''}" for each in measures)]
    lines = _table(titles, rows, "ll" + "r" * (len(measures) + 1))
    return ["Means, in brackets standard deviations over replicates and folds.", "", *lines]


def _family(name: str, comparisons: Sequence[Comparison]) -> list[str]:
    """The comparisons of a family, and what their columns mean."""
    first = comparisons[0]
    unit = ", points" if first.measure in SHARES else ""
    rows = []
    for each in comparisons:
        told = each.statistics
        rows.append(
            [
                each.data,
                each.arm,
                str(told.n),
                scaled(each.measure, told.mean, sign=True),
                scaled(each.measure, told.sd),
                _interval(each.measure, told.interval),
                _interval(each.measure, told.corrected),
                _interval(each.measure, told.bootstrap),
                _p(told.honest_p),
                _p(each.adjusted_p),
            ]
        )
    titles = ["data", "arm", "n", f"mean{unit}", "sd", "95 % t", "95 % corrected", "95 % bootstrap", "p", "p, Holm"]
    overlaps = [each.overlap for each in comparisons if each.overlap is not None]
    notes = [f"Differences to {_cell(first.reference)} in {MEASURES[first.measure]}, paired by replicate and fold."]
    if overlaps:
        notes.append(
            f"Splits overlap, {min(overlaps):.3f} to {max(overlaps):.3f} test samples for each that is trained on: the "
            "corrected interval and its p allow for that (Nadeau and Bengio 2003)."
        )
    notes.append(f"p is two-sided, adjusted over {len(comparisons)} comparisons (Holm 1979).")
    if any(each.statistics.n < LEAST_BOOTSTRAP for each in comparisons):
        notes.append(f"A bootstrap is told from {LEAST_BOOTSTRAP} pairs on.")
    return [f"### {_cell(name)}", "", " ".join(notes), "", *_table(titles, rows, "ll" + "r" * 8)]


def _table(titles: Sequence[str], rows: Iterable[Sequence[str]], sides: str) -> list[str]:
    marks = ["---" if side == "l" else "---:" for side in sides]
    lines = [titles, marks, *([_cell(cell) for cell in row] for row in rows)]
    return [*(f"| {' | '.join(line)} |" for line in lines), ""]


def _interval(measure: str, interval: Interval | None) -> str:
    if interval is None:
        return "-"
    low, high = (scaled(measure, end, sign=True) for end in interval)
    return f"{low} to {high}"


def _p(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}" if value >= 0.0001 else "< 0.0001"


def _cell(text: str) -> str:
    """Text that begins no cell and no line."""
    return shown(text).replace("|", "\\|")
