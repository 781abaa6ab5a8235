"""membrane: the voltage of a neuron against its threshold."""

from typing import TYPE_CHECKING

import numpy as np

from motifc.membrane import Membrane
from motifc.plot.theme import EXCITATORY_COLOUR, INHIBITORY_COLOUR, INK, MUTED, axes_for

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LOOKS = {"float": (EXCITATORY_COLOUR, "-", "o"), "integer": (INHIBITORY_COLOUR, (0, (3.5, 1.5)), "s")}


def membrane(membrane: Membrane, axes: "Axes | None" = None) -> "Axes":
    """V after every step, in thresholds where it has one, spikes marked above; as `motifc.membrane_of` gives it."""
    axes = axes_for(axes, 4.7, 2.8)
    sides = membrane.sides.values()
    top = max(float(membrane.spiking), *(float(side.v.max(initial=0.0)) for side in sides))
    line_height = 0.08 * (top - min(0.0, *(float(side.v.min(initial=0.0)) for side in sides)))
    for number, (name, side) in enumerate(membrane.sides.items()):
        colour, line, marker = _LOOKS.get(name, (INK, "-", "o"))
        axes.plot(side.v, color=colour, linestyle=line, linewidth=1.4, label=name)
        steps = np.flatnonzero(side.spikes)
        axes.plot(
            steps,
            np.full(steps.size, top + line_height * (1 + number)),
            color=colour,
            marker=marker,
            markersize=4,
            linestyle="none",
        )
    if membrane.spiking:
        axes.axhline(1.0, color=MUTED, linewidth=1, linestyle=":", label="threshold")
    axes.set(xlabel="step", ylabel="v (thresholds)" if membrane.spiking else "v", xlim=(-0.5, None))
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.22), ncols=3)
    return axes
