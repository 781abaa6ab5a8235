"""fronts: accuracy against what a network costs, means of replicates; and which arms no other is preferable to."""

from collections.abc import Mapping, Sequence
from itertools import cycle
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from benchmarks.studies.memory.comparing import mean
from benchmarks.studies.memory.trials import SEARCHES, Kept

PRICES: Mapping[str, str] = {
    "recurrent": "recurrent synapses",
    "synapses": "all synapses",
    "messages": "messages per step",
    "hidden": "spikes of a hidden neuron, per step",
}
"""What accuracy is drawn against."""
_BASELINES = {
    "recurrent-delay": ("s", "tab:red"),
    "recurrent-equal": ("D", "tab:red"),
    "recurrent": ("P", "tab:red"),
    "sparse-delays": ("^", "tab:orange"),
    "feed-forward-delays": ("v", "tab:green"),
    "feed-forward": ("<", "tab:green"),
    "random motif, no delays": ("x", "tab:gray"),
    "random search, no delays": ("+", "tab:gray"),
    "hrmas, no delays": ("*", "tab:gray"),
}
_SEARCHED = "oXhpd"
_VARIED = "<>8dpHsD"


def optimal(rows: Sequence[Kept], data: str, arms: Sequence[str], price: str) -> list[str]:
    """Arms to which no other is preferable: in the mean no less accurate, no dearer, and better in one of the two."""
    told = {arm: (-mean(rows, data, arm, "accuracy"), mean(rows, data, arm, price)) for arm in arms}

    def preferable(one: tuple[float, float], other: tuple[float, float]) -> bool:
        return one != other and one[0] <= other[0] and one[1] <= other[1]

    return [arm for arm, own in told.items() if not any(preferable(other, own) for other in told.values())]


def arms_on(rows: Sequence[Kept], data: str) -> list[str]:
    """All arms of a data set, in the order of the plans."""
    return list(dict.fromkeys(row.arm for row in rows if row.data == data))


def draw(rows: Sequence[Kept], path: Path) -> None:
    """A row of panels for every data set, a column for every price; the front of means as steps."""
    mpl.use("Agg")
    data = list(dict.fromkeys(row.data for row in rows))
    figure, grid = plt.subplots(
        len(data), len(PRICES), figsize=(15, 3.8 * len(data)), layout="constrained", sharey="row"
    )
    looks = _looks(list(dict.fromkeys(row.arm for row in rows)))
    for across, name in zip(grid, data, strict=True):
        for panel, (price, title) in zip(across, PRICES.items(), strict=True):
            _panel(panel, rows, name, price, looks)
            panel.set_xlabel(title)
        across[0].set_ylabel(f"{name}: test accuracy (%)")
    handles = {
        label: each for panel in figure.axes for each, label in zip(*panel.get_legend_handles_labels(), strict=True)
    }
    figure.legend(handles.values(), handles.keys(), loc="outside lower center", ncols=6, fontsize=9)
    figure.savefig(path, dpi=110)
    plt.close(figure)


def _panel(panel: Axes, rows: Sequence[Kept], data: str, price: str, looks: Mapping[str, dict[str, Any]]) -> None:
    arms = arms_on(rows, data)
    for arm in arms:
        accuracy = 100 * mean(rows, data, arm, "accuracy")
        panel.plot(mean(rows, data, arm, price), accuracy, markersize=9, label=arm, linestyle="none", **looks[arm])
    best = sorted(optimal(rows, data, arms, price), key=lambda arm: mean(rows, data, arm, price))
    across = [mean(rows, data, arm, price) for arm in best]
    panel.step(across, [100 * mean(rows, data, arm, "accuracy") for arm in best], where="post", color="0.5", zorder=0)
    if price == "recurrent":
        panel.set_xscale("symlog", linthresh=100)
    panel.grid(alpha=0.3)


def _looks(arms: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Searched structures are blue, with a price or fan-in purple, baselines of other colours; each has its marker."""
    found: dict[str, dict[str, Any]] = {}
    searched, varied = iter(_SEARCHED), cycle(_VARIED)
    for arm in arms:
        if arm in _BASELINES:
            marker, colour = _BASELINES[arm]
        elif arm in SEARCHES:
            marker, colour = next(searched), "tab:blue"
        else:
            marker, colour = next(varied), "tab:purple" if arm.startswith(SEARCHES) else "tab:brown"
        found[arm] = {"marker": marker, "color": colour}
    return found
