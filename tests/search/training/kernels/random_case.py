"""Random networks and batches for the kernels, and what the plain loop makes of them."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from search.data.loader import Batch
from search.training.kernels.fused import summed, traced
from search.training.kernels.loop import Delays, Places, Wire, run
from search.training.neuron import Cells, GradientRule, Surrogate
from search.training.tssl import TsslBp

INPUT = "in"
SIZES = (1, 2, 3, 7, 16, 33, 65)
BATCHES = (1, 2, 15, 16, 17, 40, 64, 70)
DELAYS = (1, 1, 1, 2, 3, 30)
PARAMETERS = ("tau_s", "tau_m", "resistance", "threshold", "bias")


@dataclass(frozen=True, eq=False)
class Network:
    """A network of which some copies share the `common` wires, and the batch they run on."""

    batch: Batch
    populations: dict[str, Cells]
    common: list[Wire]
    own: list[list[Wire]]
    rule: GradientRule

    @property
    def tensors(self) -> list[Tensor]:
        """All weights and parameters."""
        wires = [*self.common, *(wire for wires in self.own for wire in wires)]
        cells = [getattr(each, key) for each in self.populations.values() for key in PARAMETERS]
        return [*(wire.values for wire in wires), *cells]


def random_network(seed: int, dtype: torch.dtype = torch.float64) -> Network:
    """Everything by chance: populations, who listens to whom with which delay, links, parameters, samples, rule."""
    rng = np.random.default_rng(seed)
    channels, steps, samples = int(rng.integers(1, 30)), int(rng.choice([1, 2, 5, 14, 23])), int(rng.choice(BATCHES))
    spikes = torch.from_numpy((rng.random((steps, samples, channels)) < rng.choice([0.05, 0.4])).astype(np.float32))
    lengths = rng.integers(0, steps + 1, samples) if rng.random() < 0.5 else np.full(samples, steps)
    mask = torch.from_numpy((np.arange(steps)[:, None] < lengths).astype(np.float32))[:, :, None]
    batch = Batch.of(spikes, mask, torch.zeros(samples, dtype=torch.int64))
    sizes = {name: int(rng.choice(SIZES)) for name in "abc"[: rng.integers(1, 4)]}
    drawn = _Drawn(rng, dtype)
    populations = {name: drawn.cells(size) for name, size in sizes.items()}
    names = list(sizes)
    common = [drawn.wire(INPUT, channels, names[0], sizes[names[0]])]
    for source, target in itertools.pairwise(names):
        common.append(drawn.wire(source, sizes[source], target, sizes[target]))
    for _ in range(rng.integers(0, 4)):
        source, target = rng.choice([INPUT, *names]), str(rng.choice(names))
        common.append(drawn.wire(str(source), sizes.get(str(source), channels), target, sizes[target]))
    own = []
    for _ in range(rng.integers(1, 4)):
        targets = [name for name in names if rng.random() < 0.7]
        own.append([drawn.wire(name, sizes[name], name, sizes[name]) for name in targets])
    rule: GradientRule = TsslBp() if rng.random() < 0.4 else Surrogate(float(rng.uniform(1, 10)))
    return Network(batch, populations, common, own, rule)


class _Drawn:
    """Draws wires and cells."""

    def __init__(self, rng: np.random.Generator, dtype: torch.dtype) -> None:
        self.rng, self.dtype = rng, dtype

    def tensor(self, values: object) -> Tensor:
        return torch.tensor(np.asarray(values), dtype=self.dtype).requires_grad_()

    def cells(self, size: int) -> Cells:
        ranges = {"tau_s": (1, 5), "tau_m": (1, 12), "resistance": (2, 15), "threshold": (0.5, 1.5), "bias": (0, 0.1)}
        return Cells(**{key: self.tensor(self.rng.uniform(*between, size)) for key, between in ranges.items()})

    def delay(self, shape: tuple[int, ...]) -> int | Delays:
        """One for all links, one for each neuron of a matrix or one for each link."""
        kind = self.rng.integers(0, 4)
        if kind < 2:
            return int(self.rng.choice(DELAYS))
        if kind == 2 and len(shape) == 2:
            return Delays.of_neurons(torch.from_numpy(self.rng.choice(DELAYS, shape[0])), shape[1])
        return Delays(torch.from_numpy(self.rng.choice(DELAYS, shape)))

    def wire(self, source: str, pres: int, target: str, posts: int) -> Wire:
        """A matrix or a list of links, of which some are zero and some may lead nowhere."""
        strength = 3 / pres**0.5
        if self.rng.random() < 0.5:
            matrix = strength * self.rng.standard_normal((posts, pres)) * (self.rng.random((posts, pres)) < 0.8)
            return Wire(source, target, self.tensor(matrix), self.delay((posts, pres)))
        links = int(self.rng.integers(0, 2 * posts + 2))
        indices = torch.from_numpy(self.rng.integers(0, posts * pres + 1, links))
        return Wire(
            source,
            target,
            self.tensor(strength * self.rng.standard_normal(links)),
            self.delay((links,)),
            Places(indices, (posts, pres)),
        )


Results = list[dict[str, tuple[Tensor, ...]]]
"""Of every copy and population: masked counts, mean masked voltages, spikes, voltages; time first."""


def by_loop(network: Network) -> Results:
    """One copy after the other by the plain loop."""
    batch, dtype = network.batch, network.tensors[-1].dtype
    results: Results = []
    for wires in network.own:
        traces = run({INPUT: batch.spikes.to(dtype)}, network.populations, [*network.common, *wires], network.rule)
        results.append(
            {
                name: (
                    (trace.spikes * batch.mask).sum(0),
                    (trace.voltages * batch.mask).sum(0) / batch.steps,
                    trace.spikes,
                    trace.voltages,
                )
                for name, trace in traces.items()
            }
        )
    return results


def by_kernels(network: Network) -> Results:
    """All copies at once by the kernels, once summed and once traced."""
    call = network.batch, network.populations, network.common, network.own, network.rule
    sums, steps = summed(*call, network.populations), traced(*call)
    return [{name: (*few, *every[name]) for name, few in one.items()} for one, every in zip(sums, steps, strict=True)]


def gradients(network: Network, results: Results, kinds: Sequence[int], seed: int) -> list[Tensor]:
    """Of a random score of those kinds of results, by all tensors; zeros where it does not depend on one."""
    rng = np.random.default_rng(seed)
    total = network.tensors[-1].sum() * 0
    for result in results:
        for name in network.populations:
            for kind in range(4):
                score = torch.from_numpy(rng.standard_normal((4, *result[name][0].shape)))
                if kind in kinds:
                    values = result[name][kind]
                    total = total + (values * score[kind].to(values.dtype)).sum()
    return list(torch.autograd.grad(total, network.tensors, None, True, allow_unused=True, materialize_grads=True))
