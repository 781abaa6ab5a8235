"""again: the same plans, run once more on another kind of processor, beside the rows that the page is made of."""

from collections.abc import Sequence

import numpy as np

from benchmarks.pages import AGAIN, paragraph, table
from benchmarks.studies.memory.comparing import Comparison
from benchmarks.studies.memory.tables import adjusted, interval, points, positive
from benchmarks.studies.memory.trials import Scored

ABOUT = """
`--again` keeps the trials of a second run apart: {count} so far, on {cpus}, by the same plans and seeds. Sums are
rounded otherwise there, so that training goes another way: {same} of the networks are the same to the bit. Accuracies
of a trial differ by {mean:+.1f} points in the mean, with a standard deviation of {sd:.1f}. No choice was made on these
figures. Holm's p is adjusted within each family of the page.
"""


def section(
    rows: Sequence[Scored],
    again: Sequence[Scored],
    families: Sequence[tuple[Sequence[Comparison], Sequence[Comparison]]],
) -> list[str]:
    """The section of the page: `families` are each of the first run and of this one."""
    if not again:
        return [AGAIN, "", "Not measured."]
    known = {_name(row): row for row in rows}
    off = 100 * np.array([row.accuracy - known[_name(row)].accuracy for row in again])
    about = ABOUT.format(
        count=len(again),
        cpus="; ".join(sorted({row.cpu for row in again})),
        same=sum(row.network == known[_name(row)].network for row in again),
        mean=off.mean(),
        sd=off.std(ddof=1),
    )
    pairs = [
        (one, other)
        for first, second in families
        for one, other in zip(first, second, strict=True)
        if other.statistics.n > 1
    ]
    cells = [
        [
            one.data,
            one.arm,
            one.other,
            points(one.statistics.mean),
            str(other.statistics.n),
            points(other.statistics.mean),
            interval(other.statistics.interval),
            interval(other.bonferroni),
            adjusted(other),
            "yes" if positive(one) and positive(other) else "no",
        ]
        for one, other in pairs
    ]
    titles = ["data", "arm", "less", "first", "n again", "again", "95 % t", "together", "p, Holm", "above 0 in both"]
    return [AGAIN, "", paragraph(about), "", *table(titles, cells, "lllrrrrrrr")]


def _name(row: Scored) -> tuple[str, str, str, int]:
    return row.plan, row.data, row.arm, row.replicate
