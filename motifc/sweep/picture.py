"""picture: the paired differences of a study, every one of them and their intervals, family by family."""

from io import BytesIO
from typing import TYPE_CHECKING, Any

from motifc.plot.theme import EXCITATORY_COLOUR, INK, LOOK, MUTED, label, require_matplotlib
from motifc.sweep.plan import SHARES
from motifc.sweep.tables import Comparison, RoundTable

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_ROW, _HEAD, _WIDTH = 0.34, 1.1, 7.2


def picture(table: RoundTable) -> bytes:
    """An SVG of all comparisons of a round, the same for the same table.

    A row per arm and data set: a dot for each pair, a mark at their mean, and its 95 % interval, the corrected one
    where splits overlap. Raises InputError where matplotlib is not installed.
    """
    require_matplotlib()
    import matplotlib
    from matplotlib.figure import Figure

    families = list(dict.fromkeys(each.family for each in table.comparisons))
    groups = [[each for each in table.comparisons if each.family == family] for family in families]
    heights = [_HEAD + _ROW * len(group) for group in groups] or [_HEAD]
    look: dict[Any, Any] = dict(LOOK) | {"svg.hashsalt": "motifc", "svg.fonttype": "none", "savefig.facecolor": "white"}
    with matplotlib.rc_context(look):
        figure = Figure(figsize=(_WIDTH, sum(heights)), layout="constrained")
        rooms = figure.subplots(len(heights), 1, squeeze=False, height_ratios=heights)[:, 0]
        for axes, group in zip(rooms, groups, strict=False):
            _draw(axes, group)
        if not groups:
            rooms[0].text(0.5, 0.5, "no comparison is planned", ha="center")
            rooms[0].set_axis_off()
        written = BytesIO()
        nothing_of_the_day = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        figure.savefig(written, format="svg", metadata=nothing_of_the_day)
    return written.getvalue()


def _draw(axes: "Axes", group: list[Comparison]) -> None:
    first = group[0]
    scale = 100 if first.measure in SHARES else 1
    for place, each in enumerate(group):
        points = [scale * difference for *_, difference in each.differences]
        axes.plot(points, [place] * len(points), "o", color=MUTED, markersize=3.5, alpha=0.6, linestyle="none")
        told = each.statistics
        if told.mean is None:
            continue
        interval = told.corrected or told.interval
        if interval is not None:
            low, high = (scale * end for end in interval)
            axes.plot([low, high], [place, place], color=EXCITATORY_COLOUR, linewidth=2)
        axes.plot([scale * told.mean], [place], "D", color=INK, markersize=5.5)
    axes.axvline(0, color=MUTED, linewidth=1, linestyle=":")
    names = [f"{label(each.arm)}, {label(each.data)} (n {each.statistics.n})" for each in group]
    axes.set_yticks(range(len(group)), names)
    axes.set_ylim(len(group) - 0.5, -0.5)
    unit = ", points" if first.measure in SHARES else ""
    axes.set_xlabel(f"{first.measure} less that of {label(first.reference)}{unit}")
    axes.set_title(label(first.family), loc="left")
