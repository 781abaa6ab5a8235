"""Made: a graph of a producer with what it was given and answered; and the parts that makers share."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from targets.contracts.arrays import Array

STEPS, INPUTS, NEURONS = 60, 6, 8
SIDE = 6
"""Places of an image along either axis."""


@dataclass(frozen=True, eq=False)
class Made:
    """A graph, what was given to it [time, ...], and what its last layer answered [time, neuron].

    dt       the time step that goes with the producer's time constants
    voltage  whether it answered in voltage
    """

    graph: Any
    dt: float
    given: Array
    answered: Array
    voltage: bool = False


def spikes(seed: int, shape: tuple[int, ...] = (INPUTS,), rate: float = 0.35) -> Array:
    """Random spikes, float32 [time, ...]."""
    return (np.random.default_rng(seed).random((STEPS, *shape)) < rate).astype(np.float32)


def recorded(answers: list[Any]) -> Array:
    """Answers of every step, [time, neuron]."""
    return np.stack([np.asarray(each.detach()).ravel() for each in answers])


def drawn(seed: int) -> Any:
    """A linear layer of torch with weights that make its neurons spike."""
    import torch

    torch.manual_seed(seed)
    layer: Any = torch.nn.Linear(INPUTS, NEURONS)
    with torch.no_grad():
        layer.weight.normal_(0.3, 0.6)
        layer.bias.normal_(0, 0.05)
    return layer


def image(pool: Any, channels: int = 3) -> list[Any]:
    """Convolution, what follows it, and a pool: all but the neurons."""
    import torch

    torch.manual_seed(5)
    convolution: Any = torch.nn.Conv2d(2, channels, 3, padding=1)
    with torch.no_grad():
        convolution.weight.normal_(0.2, 0.4)
        convolution.bias.normal_(0, 0.05)
    dense: Any = torch.nn.Linear(channels * (SIDE // 2) ** 2, NEURONS)
    with torch.no_grad():
        dense.weight.normal_(0.01, 0.15)
        dense.bias.normal_(0, 0.05)
    return [convolution, pool, torch.nn.Flatten(), dense]


def strided(groups: int = 1) -> Any:
    """A convolution that halves an image, before neurons that stand in space."""
    import torch

    torch.manual_seed(7)
    convolution: Any = torch.nn.Conv2d(2, 2, 3, stride=2, padding=1, groups=groups)
    with torch.no_grad():
        convolution.weight.normal_(0.15, 0.4)
        convolution.bias.normal_(0, 0.05)
    return convolution


def line() -> list[Any]:
    """Convolution along a line, flattened, and a dense layer."""
    import torch

    torch.manual_seed(5)
    front: list[Any] = [torch.nn.Conv1d(2, 3, 3, padding=1), torch.nn.Flatten(), torch.nn.Linear(3 * SIDE, NEURONS)]
    with torch.no_grad():
        front[0].weight.normal_(0.1, 0.4)
        front[2].weight.normal_(0.1, 0.4)
    return front


def sized(written: Any, line: bool = False) -> None:
    """Put in the shapes that nir.write needs and that an exporter leaves out."""
    for node in written.nodes.values():
        if getattr(node, "input_shape", ()) is None:
            node.input_shape = SIDE if line else (SIDE, SIDE)
        if type(node).__name__ == "Flatten":
            node.input_type = {"input": np.array([3, SIDE] if line else [3, SIDE // 2, SIDE // 2])}
