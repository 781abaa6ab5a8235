"""A network built from arrays, without any search or torch: compile it, run it, prove that backends agree.

Run it with: python examples/by_hand.py
"""

import numpy as np

import motifc
from motifc import Banded, BlockDiagonal, Connection, Dense, Input, Layer, Motif, Network, Readout, SpikeRaster

rng = np.random.default_rng(7)
motifs, size = 8, 4

# One wiring for all motifs of the layer: neuron 0 excites its neighbours, neuron 3 inhibits; each motif also
# hears the same-index neuron of the motif before it on a ring.
inside = np.array([[0, 0, 0, -1], [1, 0, 0, -1], [1, 0, 0, -1], [1, 1, 1, 0]])
between = np.stack([np.eye(size, dtype=int), np.zeros((size, size), dtype=int)])
motif = Motif(size, inside, "ring", between)

network = Network(
    inputs=(Input("touch", 20),),
    layers=(
        Layer.of("hidden", motifs * size, tau_s=3, tau_m=rng.uniform(6, 14, motifs * size), motif=motif),
        Layer.of("answer", 4, tau_s=3, tau_m=10, threshold=1.5),
    ),
    connections=(
        Connection("input", "touch", "hidden", Dense(rng.normal(0.1, 0.4, (motifs * size, 20)))),
        Connection("intra", "hidden", "hidden", BlockDiagonal(inside * rng.uniform(0.2, 0.8, (motifs, size, size)))),
        Connection(
            "lateral",
            "hidden",
            "hidden",
            Banded(
                between[:, None] * rng.uniform(0.1, 0.5, (2, motifs, size, size)),
                motifc.neighbours("ring", motifs),
                motifs,
            ),
            delay=2,
        ),
        Connection("output", "hidden", "answer", Dense(rng.normal(0, 0.5, (4, motifs * size)))),
    ),
    readout=Readout("answer", classes=4),
    steps=50,
)

program = motifc.compile_network(network, "loihi1")
print(motifc.text(program))

spikes = SpikeRaster.pack(rng.random((10, 50, 20)) < 0.15)
oracle = motifc.run(program, spikes, "numpy").spikes
print("spikes per population:", {name: int(raster.counts().sum()) for name, raster in oracle.items()})

report = motifc.compare(oracle, motifc.run(program, spikes, "onnx").spikes, ("numpy", "onnx"))
print(report.sentence())
if not report.equal:
    raise SystemExit(1)
