"""Search with a chip in mind: what the network needs there is part of the loss, and one that needs less is found.

Run it with: python examples/hardware_aware.py
The budget is small so that it ends in seconds; `motifc search --chip loihi2 --cost 0.3` does the same.
"""

import numpy as np

from motifc import (
    ModelSettings,
    SearchSettings,
    Settings,
    TrainingSettings,
    compare,
    compile_network,
    evaluate,
    recordings_split,
    run,
    search,
)

rng = np.random.default_rng(0)
labels = np.arange(120) % 2
first = (np.arange(12) < 6) ^ (labels[:, None] == 1)
early = (np.arange(20) < 10)[None, :, None]
spikes = rng.random((120, 20, 12)) < np.where(first[:, None] == early, 0.5, 0.05)
split = recordings_split(list(zip(spikes, labels, strict=True)), seed=0)

found = {}
for cost in (0.0, 0.3):
    settings = Settings(
        model=ModelSettings(neurons=(16,), sizes=(4,)),
        search=SearchSettings(epochs=6, batch=20, chip="loihi2", cost=cost),
        training=TrainingSettings(epochs=10, batch=20),
    )
    network = search(split, settings, seed=0)
    motif = network.layers[0].motif
    expected = network.settings["search"][-1]["synapses"]
    print(f"cost {cost}: {motif.links if motif else 0} links, {expected:.0f} synapses expected,", end=" ")
    print("accuracy", evaluate(network, split.test).sentence)
    found[cost] = network

program = compile_network(found[0.3], "loihi2")
oracle = run(program, split.test, "numpy").spikes
report = compare(oracle, run(program, split.test, "numba").spikes, ("numpy", "numba"))
print(report.sentence())
if not report.equal:
    raise SystemExit(1)
