"""tables: how comparisons of arms are written on the page of the study."""

from collections.abc import Sequence

from benchmarks.pages import table
from benchmarks.studies.memory.comparing import Comparison
from motifc.sweep.statistics import Interval


def differences(made: Sequence[Comparison]) -> list[str]:
    """A table of one family."""
    cells = [
        [
            each.data,
            each.arm,
            each.other,
            str(each.statistics.n),
            points(each.statistics.mean),
            interval(each.statistics.interval),
            interval(each.bonferroni),
            interval(each.statistics.corrected),
            adjusted(each),
        ]
        for each in made
    ]
    titles = ["data", "arm", "less", "n", "mean", "95 % t", "together", "corrected", "p, Holm"]
    return table(titles, cells, "lllrrrrrr")


def positive(each: Comparison) -> bool:
    """Whether it is above 0 with an adjusted p below 0.05."""
    told = each.statistics
    return bool(told.mean is not None and told.mean > 0 and each.adjusted is not None and each.adjusted < 0.05)


def adjusted(each: Comparison) -> str:
    """Its p among all of the family."""
    return "-" if each.adjusted is None else f"{each.adjusted:.4f}" if each.adjusted >= 0.0001 else "< 0.0001"


def points(value: float | None) -> str:
    """A difference of shares in percentage points."""
    return "-" if value is None else f"{100 * value:+.1f}"


def interval(ends: Interval | None) -> str:
    """An interval of such differences."""
    return "-" if ends is None else f"{100 * ends[0]:+.1f} to {100 * ends[1]:+.1f}"
