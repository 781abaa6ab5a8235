"""Random networks by the kernels for a GPU under Triton's interpreter, beside the plain loop: python -m ... SEED...

Run with TRITON_INTERPRET=1. Writes the spikes of all networks; fails where spikes, voltages or gradients differ.
"""

import sys
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from search.training.kernels.device import by_stages
from search.training.kernels.loop import Trace, Wire, run
from search.training.kernels.triton_layer import Sizes
from search.training.neuron import Cells, GradientRule, Surrogate
from search.training.tssl import TsslBp
from tests.search.training.kernels.random_case import _Drawn

CHANNELS = 6
SIZES = (Sizes(), Sizes(alone=0, block=16), Sizes(alone=20, block=32))


def network(seed: int) -> tuple[dict[str, Tensor], dict[str, Cells], list[Wire], GradientRule]:
    """Up to three populations that listen to whomever chance says, loops among them, in double precision."""
    rng = np.random.default_rng(seed)
    drawn, names = _Drawn(rng, torch.float64), "abc"[: rng.integers(1, 4)]
    sizes = {name: int(rng.choice([1, 3, 17, 40])) for name in names}
    steps, samples = int(rng.choice([1, 5, 9, 14])), int(rng.integers(1, 3))
    strong = drawn.tensor(rng.random((sizes[names[0]], CHANNELS)))
    wires = [Wire("in", names[0], strong), drawn.wire("in", CHANNELS, names[-1], sizes[names[-1]])]
    for _ in range(rng.integers(1, 6)):
        source, target = str(rng.choice([*names, "in"])), str(rng.choice(list(names)))
        wires.append(drawn.wire(source, sizes.get(source, CHANNELS), target, sizes[target]))
    inputs = {"in": torch.from_numpy(rng.random((steps, samples, CHANNELS)) < 0.4).to(torch.float64)}
    rule: GradientRule = TsslBp() if rng.random() < 0.5 else Surrogate(4.0)
    return inputs, {name: drawn.cells(size) for name, size in sizes.items()}, wires, rule


def compare(seed: int) -> int:
    """Number of spikes of the oracle; fails where another way to share out the neurons gives something else."""
    inputs, cells, wires, rule = network(seed)
    one, expected = _scored(lambda: run(inputs, cells, wires, rule), cells, wires)
    for sizes in SIZES:
        other, found = _scored(lambda: by_stages(inputs, cells, wires, rule, sizes), cells, wires)  # noqa: B023
        for name in cells:
            torch.testing.assert_close(other[name].spikes, one[name].spikes, rtol=0, atol=0)
            torch.testing.assert_close(other[name].voltages, one[name].voltages)
        torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-7)
    return sum(int(trace.spikes.sum()) for trace in one.values())


def _scored(
    way: Callable[[], dict[str, Trace]], cells: dict[str, Cells], wires: list[Wire]
) -> tuple[dict[str, Trace], list[Tensor]]:
    """What a way tells, and the gradients of a score of all spikes and voltages."""
    for each in cells.values():
        for key in ("gain", "keep_u", "keep_v"):
            vars(each).pop(key, None)
    tensors = [wire.values for wire in wires]
    tensors += [getattr(each, key) for each in cells.values() for key in Cells.__annotations__]
    told, rng = way(), np.random.default_rng(9)
    total = torch.zeros((), dtype=torch.float64)
    for name in cells:
        for values in (told[name].spikes, told[name].voltages):
            total = total + (values * torch.from_numpy(rng.standard_normal(values.shape))).sum()
    return told, list(torch.autograd.grad(total, tensors, allow_unused=True, materialize_grads=True))


if __name__ == "__main__":
    sys.stdout.write(" ".join(str(compare(int(seed))) for seed in sys.argv[1:]))
