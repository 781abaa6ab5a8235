"""Curves of a search and of the training after it, one point per iteration, from the histories a network keeps."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from motifc.report.drawing import new_figure
from targets.contracts.arrays import Floats

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

History = Sequence[Mapping[str, float]]

_LOOKS: tuple[dict[str, Any], ...] = (
    {"color": "black", "linestyle": "-", "marker": "o"},
    {"color": "#0072b2", "linestyle": "--", "marker": "s"},
    {"color": "#d55e00", "linestyle": "-.", "marker": "^"},
    {"color": "#009e73", "linestyle": ":", "marker": "D"},
    {"color": "#cc79a7", "linestyle": "-", "marker": "v"},
    {"color": "#56b4e9", "linestyle": "--", "marker": "P"},
)
_COLUMNS = 3
_SPAN = 0.01  # least height of axes over the largest value in them, so that rounding is not taken for a change
_STEPS = ("before step 1", "after step 1", "after step 2")
_STEPPED = {"loss": "validation loss", "rate_kl": "rate KL divergence (nats)", "accuracy": "validation accuracy"}
_NAMES = {
    "q_max": "mean largest q",
    "entropy": "mean entropy of q (nats)",
    "links": "expected links per neuron",
    "silent": "share of silent neurons",
    "resistance": "mean R",
    "tau_m": "mean tau_m (steps)",
    "synapses": "expected synapses",
    "cores": "expected cores",
    "messages": "expected messages between cores",
}


@dataclass(frozen=True, eq=False)
class Panel:
    """One pair of axes: curves [iteration] by their label, around the first of them a band of that half width."""

    title: str
    curves: Mapping[str, Floats]
    band: Floats | None = None


def search_panels(history: History) -> dict[str, list[Panel]]:
    """The panels of a search, under "" what concerns the whole network, under a layer's name its own.

    Figures are named as in `search.nas.hrmas.search`; what is missing is left out, what is unknown has a panel of its
    own.
    """
    layers: dict[str, dict[str, Floats]] = {}
    for key, values in _columns(history).items():
        layer, _, figure = key.rpartition(".")
        layers.setdefault(layer, {})[figure] = values
    return {layer: list(_panels(figures)) for layer, figures in layers.items()}


def training_panels(history: History) -> list[Panel]:
    """The panels of a training."""
    return [Panel(f"training {name}", {"": values}) for name, values in _columns(history).items()]


def curves_figure(panels: Sequence[Panel], count: str) -> "Figure":
    """All panels, side by side; `count` says what their horizontal axes count."""
    rows = -(-len(panels) // _COLUMNS)
    figure = new_figure(3.6 * _COLUMNS, 2.5 * rows)
    places = figure.subplots(rows, _COLUMNS, squeeze=False).ravel()
    for axes, panel in zip(places, panels, strict=False):
        _draw(axes, panel)
        axes.set_xlabel(count)
    for axes in places[len(panels) :]:
        axes.axis("off")
    return figure


def lowered(history: History, name: str) -> tuple[int, int] | None:
    """In how many iterations step 2 lowered the figure `name`, and of how many; None where it was not measured."""
    columns = _columns(history)
    if not {name, f"{name}_step_1"} <= columns.keys():
        return None
    change = columns[name] - columns[f"{name}_step_1"]
    return int(np.count_nonzero(change < 0)), int(np.count_nonzero(np.isfinite(change)))


def _columns(history: History) -> dict[str, Floats]:
    """Every figure as an array [iteration], NaN where an iteration lacks it."""
    names = dict.fromkeys(name for entry in history for name in entry)
    return {name: np.array([float(entry.get(name, np.nan)) for entry in history]) for name in names}


def _panels(figures: Mapping[str, Floats]) -> Iterable[Panel]:
    left = dict(figures)
    for name, title in _STEPPED.items():
        steps = zip(_STEPS, (f"{name}_before", f"{name}_step_1", name), strict=True)
        curves = {step: left.pop(key) for step, key in steps if key in left}
        if curves:
            yield Panel(title, curves if len(curves) > 1 else {"": next(iter(curves.values()))})
        if len(curves) == len(_STEPS):
            before, between, after = curves.values()
            yield Panel(f"change of {title}", {"by step 1": between - before, "by step 2": after - between})
    sizes = sorted(int(name[2:]) for name in left if name.startswith("p_") and name[2:].isdigit())
    if sizes:
        yield Panel("probability of a motif size", {f"size {size}": left.pop(f"p_{size}") for size in sizes})
    if "rate" in left:
        yield Panel("rate, mean and deviation (spikes per step)", {"": left.pop("rate")}, left.pop("rate_sd", None))
    known = [name for name in _NAMES if name in left]
    for name in (*known, *(name for name in left if name not in _NAMES)):
        yield Panel(_NAMES.get(name, name.replace("_", " ")), {"": left[name]})


def _draw(axes: "Axes", panel: Panel) -> None:
    from matplotlib.ticker import MaxNLocator

    for number, (label, values) in enumerate(panel.curves.items()):
        iterations = np.arange(1, len(values) + 1)
        look = _LOOKS[number % len(_LOOKS)]
        often = max(1, len(values) // 10)
        axes.plot(iterations, values, label=label, markevery=often, markersize=4, linewidth=1.2, **look)
        if number == 0 and panel.band is not None:
            axes.fill_between(iterations, values - panel.band, values + panel.band, color="0.85", linewidth=0)
    if panel.title.startswith("change"):
        axes.axhline(0, color="0.6", linewidth=0.8)
    low, high = axes.get_ylim()
    missing = _SPAN * max(abs(low), abs(high)) - (high - low)
    if missing > 0:
        axes.set_ylim(low - missing / 2, high + missing / 2)
    axes.set_title(panel.title, fontsize=10)
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    axes.tick_params(labelsize=8)
    if len(panel.curves) > 1:
        axes.legend(fontsize=7, frameon=False)
