"""values_in_order and values_against_truth: what a readout told beside what is true."""

from typing import TYPE_CHECKING

import numpy as np

from motifc.plot.theme import EXCITATORY_COLOUR, INHIBITORY_COLOUR, MUTED, axes_for
from motifc.regression import Regression

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def values_in_order(found: Regression, value: int = 0, first: int = 150, axes: "Axes | None" = None) -> "Axes":
    """One value of the first so many samples, in their order: the truth as a line, what was told as points."""
    axes = axes_for(axes, 4.7, 2.6)
    samples = np.arange(min(first, found.samples))
    axes.plot(samples, found.truth[:first, value], color=MUTED, linewidth=1.4, label="truth")
    axes.plot(
        samples,
        found.told[:first, value],
        color=INHIBITORY_COLOUR,
        marker="o",
        markersize=2.5,
        linestyle="none",
        label="told",
    )
    axes.set(xlabel="sample", ylabel="value")
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.22), ncols=2)
    return axes


def values_against_truth(found: Regression, value: int = 0, axes: "Axes | None" = None) -> "Axes":
    """One value of every sample, told against true; on the dotted line both are equal."""
    axes = axes_for(axes, 4.7, 3.2)
    truth, told = found.truth[:, value], found.told[:, value]
    ends = [
        float(min(truth.min(initial=0), told.min(initial=0))),
        float(max(truth.max(initial=0), told.max(initial=0))),
    ]
    axes.plot(ends, ends, color=MUTED, linewidth=1, linestyle=":")
    axes.plot(truth, told, color=EXCITATORY_COLOUR, marker="o", markersize=2, linestyle="none")
    axes.set(xlabel="truth", ylabel="told")
    return axes
