"""Spikes and labels of your own: from a file to a searched network, its program, and the proof that backends agree.

Run it with: python examples/own_data.py
The budget is small so that it ends in seconds; leave `settings` out for the default one.
"""

import tempfile
from pathlib import Path

import numpy as np

from motifc import (
    ModelSettings,
    SearchSettings,
    Settings,
    TrainingSettings,
    compare,
    compile_network,
    evaluate,
    load_split,
    run,
    search,
)

rng = np.random.default_rng(0)

# 120 recordings of 20 steps and 12 channels, in two classes: in one the first six channels fire first.
labels = np.arange(120) % 2
first = (np.arange(12) < 6) ^ (labels[:, None] == 1)
early = (np.arange(20) < 10)[None, :, None]
spikes = rng.random((120, 20, 12)) < np.where(first[:, None] == early, 0.5, 0.05)

with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "mine.npz"
    np.savez(path, spikes=spikes.astype(np.uint8), labels=labels)  # [sample, time, neuron] and [sample]
    split = load_split(str(path), seed=0)  # 60 % for training, 20 % for validation, 20 % for the test

settings = Settings(
    model=ModelSettings(neurons=(16,), sizes=(2, 4)),
    search=SearchSettings(epochs=4, batch=20),
    training=TrainingSettings(epochs=10, batch=20),
)
network = search(split, settings, seed=0)
print("test accuracy in float:", evaluate(network, split.test).sentence)

program = compile_network(network, "loihi2")
oracle = run(program, split.test, "numpy").spikes
print(
    "motif of", network.layers[0].motif.size if network.layers[0].motif else 1, "neurons on", len(program.cores), "core"
)

report = compare(oracle, run(program, split.test, "numba").spikes, ("numpy", "numba"))
print(report.sentence())
if not report.equal:
    raise SystemExit(1)
