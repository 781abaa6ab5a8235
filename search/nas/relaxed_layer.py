"""RelaxedLayer: an SC-ML layer with candidate motif sizes and link types over the same neurons."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from search.motif import DIRECTIONS, EXCITATORY, INHIBITORY, NONE, Wiring, neighbours
from search.training.kernels.loop import Places
from search.training.links import dense_matrix, flat_indices
from targets.contracts.arrays import Array
from targets.contracts.synapses import Banded, BlockDiagonal

OPTIONS = (EXCITATORY, INHIBITORY, NONE)
"""Order of the last axis of the type choices."""


@dataclass(frozen=True, eq=False)
class Choices:
    """Architecture parameters alpha of a layer, all before their softmax.

    sizes  [candidate]
    types  per candidate size v: [1 + direction, post, pre, option] over one motif of v x v, first the links inside
    delays per candidate size: [1 + direction, option]; none where delays are not chosen
    late   per candidate size v: [v, option], how late a neuron hears its input; none where that is not chosen
    """

    sizes: Tensor
    types: tuple[Tensor, ...]
    delays: tuple[Tensor, ...] = ()
    late: tuple[Tensor, ...] = ()

    def tensors(self) -> list[Tensor]:
        """All parameters, sizes first."""
        return [self.sizes, *self.types, *self.delays, *self.late]

    def with_tensors(self, tensors: Iterable[Tensor]) -> "Choices":
        """The choices of other parameters, in the order of `tensors`."""
        sizes, *rest = tensors
        types, delays = len(self.types), len(self.types) + len(self.delays)
        return Choices(sizes, tuple(rest[:types]), tuple(rest[types:delays]), tuple(rest[delays:]))

    @property
    def shares(self) -> Tensor:
        """Probability of every candidate size."""
        return self.sizes.softmax(0)

    @property
    def leader(self) -> int:
        """Index of the most probable size."""
        return int(self.sizes.argmax())


@dataclass(frozen=True, eq=False)
class RelaxedLayer:
    """What can be chosen: candidate motif sizes, each of which groups the same neurons into blocks.

    indices  per candidate size: where its links are in the flattened matrix [post, pre], int64 [1 + direction, motif,
             post, pre]
    delays   steps that a group of links may take; one where that is not chosen
    late     steps by which a neuron may hear its input later; one where that is not chosen
    """

    neurons: int
    sizes: tuple[int, ...]
    wiring: Wiring
    indices: tuple[Tensor, ...]
    delays: tuple[int, ...] = (1,)
    late: tuple[int, ...] = (0,)

    @classmethod
    def of(cls, neurons: int, sizes: Sequence[int], wiring: Wiring, device: torch.device) -> "RelaxedLayer":
        """The layer of that many neurons; every size must divide it."""
        indices = (torch.from_numpy(_all_indices(neurons, size, wiring)).to(device) for size in sizes)
        return cls(neurons, tuple(sizes), wiring, tuple(indices))

    @cached_property
    def places(self) -> tuple[Places, ...]:
        """The links of every candidate size, as a wire needs them."""
        return tuple(Places(each, (self.neurons, self.neurons)) for each in self.indices)

    @cached_property
    def everywhere(self) -> Places:
        """Where a link of any size is, each pair of neurons once."""
        together = np.unique(np.concatenate([each.cpu().numpy().reshape(-1) for each in self.indices]))
        inside = torch.from_numpy(together[together < self.neurons**2])
        return Places(inside.to(self.indices[0].device), (self.neurons, self.neurons))

    def start(self, scale: float, generator: np.random.Generator) -> Choices:
        """Alpha close to indifference, never at it: Gaussian float32."""
        groups = 1 + len(DIRECTIONS[self.wiring])

        def drawn(*shape: int) -> Tensor:
            return torch.from_numpy((scale * generator.standard_normal(shape)).astype(np.float32))

        sizes = drawn(len(self.sizes))
        types = tuple(drawn(groups, size, size, len(OPTIONS)) for size in self.sizes)
        delays = tuple(drawn(groups, len(self.delays)) for _ in self.sizes if len(self.delays) > 1)
        late = tuple(drawn(size, len(self.late)) for size in self.sizes if len(self.late) > 1)
        return Choices(sizes, types, delays, late)

    def links_per_neuron(self, candidate: int) -> int:
        """Links into a neuron that a candidate size offers; at the rim of a grid some have no source."""
        return self.sizes[candidate] * (1 + len(DIRECTIONS[self.wiring]))

    def matrix(self, candidate: int, values: Tensor) -> Tensor:
        """[post, pre] of the links of a candidate size, given as [1 + direction, motif, post, pre]."""
        return dense_matrix(values, self.indices[candidate], (self.neurons, self.neurons))

    def expected_links(self, choices: Choices) -> Tensor:
        """Links per neuron that are not `none`, in expectation over sizes and types.

        From a neighbour at most `size` links count, since no more can be derived; else large sizes with many lateral
        links to choose from would look more expensive than they are.
        """
        likely = []
        for types, size in zip(choices.types, self.sizes, strict=True):
            inside, *across = (1 - types.softmax(-1)[..., 2]).sum((1, 2))
            likely.append(torch.stack([inside, *(each.clamp(max=size) for each in across)]).sum() / size)
        return choices.shares @ torch.stack(likely)

    def report(self, choices: Choices) -> Mapping[str, float]:
        """How decided the choices are: p of every size, mean largest q, mean entropy (nats), expected links.

        `q_max` and `entropy` run over the links of all sizes, each size weighing its probability.
        """
        with torch.no_grad():
            shares = choices.shares
            likely = [types.softmax(-1) for types in choices.types]
            sure = torch.stack([q.max(-1).values.mean() for q in likely])
            doubt = torch.stack([torch.special.entr(q).sum(-1).mean() for q in likely])
            figures = {f"p_{size}": float(share) for size, share in zip(self.sizes, shares, strict=True)}
            return figures | {
                "q_max": float(shares @ sure),
                "entropy": float(shares @ doubt),
                "links": float(self.expected_links(choices)),
            }


def within_limit(sureness: Tensor, size: int) -> Tensor:
    """Which links [1 + direction, ..., post, pre] may stay: all inside a motif, the `size` surest from each neighbour.

    Ties go to the lowest post, then pre.
    """
    order = sureness.flatten(-2).argsort(dim=-1, descending=True, stable=True)
    stays = (order.argsort(dim=-1) < size).view(sureness.shape)
    stays[0] = True
    return stays


def _all_indices(neurons: int, size: int, wiring: Wiring) -> Array:
    """Flat indices [1 + direction, motif, post, pre] of the links inside motifs, then of those to each neighbour."""
    motifs = neurons // size
    inside = flat_indices(BlockDiagonal(np.zeros((motifs, size, size))))[None]
    sources = neighbours(wiring, motifs)
    across = flat_indices(Banded(np.zeros((len(sources), motifs, size, size)), sources, motifs))
    return np.concatenate([inside, across])
