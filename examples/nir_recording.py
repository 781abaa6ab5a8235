"""A NIR graph and what its framework recorded: find how the framework reads it, compile it so, get the same spikes.

Run it with: python examples/nir_recording.py
The graph and the recording were written by Norse 1.1 (tests/golden/producers): 8 neurons, one sample of 60 steps.
"""

from pathlib import Path

import numpy as np

from motifc import SpikeRaster, compare, compile_graph, explain_graph, read_nir, run, unread_nir

folder = Path(__file__).parent.parent / "tests" / "golden" / "producers"
kept = np.load(folder / "norse-lifcell.npz")
graph, dt = folder / "norse-lifcell.nir", float(kept["dt"])
given, recorded = (SpikeRaster.pack(kept[name][None]) for name in ("given", "answered"))

# NIR leaves open how neurons step in time: which reading of the equations gives the recorded spikes, bin for bin?
(found,) = explain_graph(unread_nir(graph, dt=dt), {"input": given}, {"1": recorded})
print(found.sentence)

# Two programs under the reading that Norse is known to follow: rounded as usual, and faithful to the float network.
floats = read_nir(graph, dt=dt, readings="norse")
rounded, faithful = (run(compile_graph(floats, faithful=each), given).spikes for each in (False, True))
print(compare(rounded, {"1": recorded}, ("the rounded program", "Norse")).sentence())

report = compare(faithful, {"1": recorded}, ("the faithful program", "Norse"))
print(report.sentence())
if not report.equal:
    raise SystemExit(1)
