"""membrane: a curve for each side, the threshold, and a mark for each spike."""

import numpy as np
from matplotlib.figure import Figure

from motifc.membrane import Membrane, Voltage
from motifc.plot import membrane


def test_both_sides_the_threshold_and_every_spike_are_drawn() -> None:
    fired = np.array([False, True, False])
    sides = {"float": Voltage(np.array([0.5, 0.0, 0.2]), fired), "integer": Voltage(np.array([0.4, 0.9, 0.0]), fired)}
    axes = membrane(Membrane("hidden", 3, 0, sides), Figure().add_subplot())
    labels = [str(line.get_label()) for line in axes.lines if not str(line.get_label()).startswith("_")]
    assert labels == ["float", "integer", "threshold"]
    marks = [line for line in axes.lines if line.get_linestyle() == "None"]
    assert [np.asarray(line.get_xdata()).tolist() for line in marks] == [[1], [1]]
    assert axes.get_ylabel() == "v (thresholds)"
