"""From search to proof: search a motif network on handwritten digits, compile it, verify it on two backends.

Run it with: python examples/quickstart.py
The budget is small so that it ends in seconds; `motifc demo` does the same with the default budget.
"""

import torch

from compiler.analysis.interpret import interpret
from compiler.frontends.network import lower
from compiler.pipeline import compile_network
from search.data.task import task_named
from search.nas.hrmas import search
from search.settings import Search, Settings, Training
from targets.conformance.equivalence import compare
from targets.runtime.backend import run

torch.set_num_threads(1)

split = task_named("digits").load(seed=0)
settings = Settings(search=Search(epochs=1), training=Training(epochs=2))
network = search(split, settings, seed=0)
program = compile_network(network, "loihi2")

test = split.test.take(slice(50))
oracle = run(program, test, "numpy").spikes
floats = interpret(lower(network), {"pixels": test})
readout, labels = network.readout, test.labels
if readout is None or labels is None:
    raise SystemExit("the digits task has classes and labels")
for name, spikes in (("float network", floats), ("integer program", oracle)):
    accuracy = readout.accuracy(spikes[readout.population].counts(), labels)
    print(f"{name}: {accuracy:.1%} of {test.samples} test images")

report = compare(oracle, run(program, test, "torch").spikes, ("numpy", "torch"))
print(report.sentence())
if not report.equal:
    raise SystemExit(1)
