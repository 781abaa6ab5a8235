"""raster: the spikes of a population in one sample."""

from typing import TYPE_CHECKING

import numpy as np

from motifc.plot.theme import FAINT, INK, axes_for
from targets.contracts.raster import SpikeRaster

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_HALF = 0.5
"""Half the height of a spike, in neurons."""
_WIDTH = 170.0
"""Points over which the steps are spread, less what is left between two."""


def raster(spikes: SpikeRaster, sample: int = 0, axes: "Axes | None" = None) -> "Axes":
    """Every spike of one sample as a tick: steps from left to right, neurons from above.

    What follows the sample's length is shaded.
    """
    axes = axes_for(axes)
    from matplotlib.ticker import MaxNLocator

    step, neuron = np.nonzero(np.unpackbits(spikes.packed[sample], axis=1, count=spikes.neurons))
    gap = np.full(step.size, np.nan)
    x = np.stack([step, step, gap], 1).ravel()
    y = np.stack([neuron - _HALF, neuron + _HALF, gap], 1).ravel()
    axes.plot(x, y, color=INK, linewidth=min(3.0, max(0.8, _WIDTH / max(1, spikes.steps))), solid_capstyle="butt")
    length = int(spikes.lengths[sample])
    if length < spikes.steps:
        axes.axvspan(length - 0.5, spikes.steps - 0.5, color=FAINT, linewidth=0)
    axes.set(
        xlim=(-0.5, max(1, spikes.steps) - 0.5),
        ylim=(max(1, spikes.neurons) - 0.5, -0.5),
        xlabel="step",
        ylabel="neuron",
    )
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(8, integer=True))
    return axes
