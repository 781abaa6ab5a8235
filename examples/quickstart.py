"""From search to proof: search a motif network on handwritten digits, compile it, verify it on two backends.

Run it with: python examples/quickstart.py
The budget is small so that it ends in seconds; `motifc demo` does the same with the default budget.
"""

import torch

from motifc import Settings, compare, compile_network, interpret, load_split, lower, run, search
from search.settings import SearchSettings, TrainingSettings

torch.set_num_threads(1)

split = load_split("digits", seed=0)
settings = Settings(search=SearchSettings(epochs=1), training=TrainingSettings(epochs=2))
network = search(split, settings, seed=0)
program = compile_network(network, "loihi2")

test = split.test.take(slice(50))
oracle = run(program, test, "numpy").spikes
floats = interpret(lower(network), {"pixels": test})
readout, labels = network.readout, test.labels
if readout is None or labels is None:
    raise SystemExit("the digits task has classes and labels")
for name, spikes in (("float network", floats), ("integer program", oracle)):
    accuracy = readout.accuracy(readout.counts(spikes[readout.population]), labels)
    print(f"{name}: {accuracy:.1%} of {test.samples} test images")

report = compare(oracle, run(program, test, "torch").spikes, ("numpy", "torch"))
print(report.sentence())
if not report.equal:
    raise SystemExit(1)
