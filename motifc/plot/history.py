"""history: curves of a search or training, one point per entry."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from motifc.plot.theme import CURVES, FAINT, axes_for, label
from search.history import History
from targets.contracts.arrays import Floats
from targets.contracts.errors import InputError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LINES = ("-", "--", "-.", ":", "-", "--")
_MARKERS = ("o", "s", "^", "D", "v", "P")
_SPAN = 0.01  # least height of axes over the largest value in them, so that rounding is not taken for a change


def history(
    history: History,
    *figures: str,
    labels: Mapping[str, str] | None = None,
    band: str | None = None,
    axes: "Axes | None" = None,
) -> "Axes":
    """The figures of those names over the entries, all of a History if none is named, told apart without colour.

    `labels` are what the legend says for some names; `band` names the half width of a band around the first figure.
    InputError for a name that no entry has.
    """
    columns = history.columns()
    figures = figures or tuple(columns)
    for name in (*figures, *([] if band is None else [band])):
        if name not in columns:
            raise InputError(f"the history has no figure {name!r}; it has {', '.join(columns)}, so choose of these.")
    axes = axes_for(axes, 4.7, 2.6)
    from matplotlib.ticker import MaxNLocator

    entries = np.arange(1, len(history) + 1)
    for number, name in enumerate(figures):
        often = max(1, len(history) // 10)
        axes.plot(
            entries,
            columns[name],
            label=label((labels or {}).get(name, name)),
            markevery=often,
            markersize=4.5,
            linewidth=1.4,
            **_look(number),
        )
    if band is not None:
        middle = columns[figures[0]]
        axes.fill_between(entries, middle - columns[band], middle + columns[band], color=FAINT, linewidth=0)
    _not_too_low(axes, [columns[name] for name in figures])
    axes.set_xlabel(history.counts)
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    axes.yaxis.set_major_locator(MaxNLocator(5))
    if len(figures) > 1:
        axes.legend()
    return axes


def _look(number: int) -> dict[str, Any]:
    turn = number % len(CURVES)
    return {"color": CURVES[turn], "linestyle": _LINES[turn], "marker": _MARKERS[turn]}


def _not_too_low(axes: "Axes", drawn: list[Floats]) -> None:
    """Axes of at least `_SPAN` of the largest value in height, where there is any value."""
    if not any(np.isfinite(values).any() for values in drawn):
        return
    low, high = axes.get_ylim()
    missing = _SPAN * max(abs(low), abs(high)) - (high - low)
    if missing > 0:
        axes.set_ylim(low - missing / 2, high + missing / 2)
