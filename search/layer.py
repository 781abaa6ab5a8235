"""SC-ML layer: links of motifs as dense matrices, discrete or relaxed over size and link types."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from search.motif import DIRECTIONS, EXCITATORY, INHIBITORY, NONE, Wiring, neighbours
from targets.arrays import Array
from targets.synapses import Banded, BlockDiagonal, Dense, Synapses

OPTIONS = (EXCITATORY, INHIBITORY, NONE)
"""Order of the last axis of the type choices."""


def addresses(synapses: Synapses) -> Array:
    """Where each stored weight stands in the flattened matrix [post, pre]: int64 in the shape of the weights.

    A block that listens to nobody gets one past the end of the matrix.
    """
    posts, pres = synapses.shape
    pre: Array
    if isinstance(synapses, Dense):
        pre = np.arange(pres)
    elif isinstance(synapses, BlockDiagonal):
        motifs, _, size = synapses.weights.shape
        pre = np.arange(motifs * size).reshape(motifs, 1, size)
    elif isinstance(synapses, Banded):
        size = synapses.weights.shape[3]
        sources = synapses.sources[:, :, None, None].astype(np.int64)
        pre = np.where(sources >= 0, sources * size + np.arange(size), -1)
    else:
        pre = synapses.indices
    place = np.where(pre >= 0, synapses.row_of().astype(np.int64) * pres + pre, posts * pres)
    return np.broadcast_to(place, synapses.weights.shape).copy()


def dense(weights: Tensor, places: Tensor, shape: tuple[int, int]) -> Tensor:
    """The matrix [post, pre] of weights stored at `places` (see `addresses`); links with the same ends add up."""
    posts, pres = shape
    flat = weights.new_zeros(posts * pres + 1).index_add(0, places.flatten(), weights.flatten())
    return flat[:-1].view(posts, pres)


@dataclass(frozen=True, eq=False)
class Choices:
    """Architecture parameters alpha, all before their softmax.

    sizes  [candidate]
    types  per candidate size v: [1 + direction, post, pre, option] over one motif of v x v, first the links inside
    """

    sizes: Tensor
    types: tuple[Tensor, ...]

    def tensors(self) -> list[Tensor]:
        """All parameters, sizes first."""
        return [self.sizes, *self.types]


@dataclass(frozen=True, eq=False)
class RelaxedLayer:
    """All candidate motif sizes at once over the same neurons, mixed by their probabilities.

    Size v groups the neurons into blocks of v; p = softmax(sizes), q = softmax(types of size v):
    ```
    W[i, j] = sum over sizes v that link i and j of  p_v n_v (q_exc |w_exc| - q_inh |w_inh|)[i, j]
    n_v     = sqrt(largest size / v)
    ```
    Magnitudes w_exc, w_inh belong to the pair of neurons, whichever size links it; the two are apart because with a
    single one the uniform point is a saddle, where nothing tells the types from each other. n_v lets a small motif,
    with its fewer links, drive a neuron as strongly as a large one does; without it the largest size wins by its gain
    alone. Relaxation: H. Liu et al., "DARTS", ICLR 2019; motif layer: W. Zhang et al., Front. Neurosci. 18 (2024).
    """

    neurons: int
    sizes: tuple[int, ...]
    wiring: Wiring
    places: tuple[Tensor, ...]

    @classmethod
    def of(cls, neurons: int, sizes: Sequence[int], wiring: Wiring, device: torch.device) -> "RelaxedLayer":
        """The layer of that many neurons; every size must divide it."""
        places = (torch.from_numpy(_all_addresses(neurons, size, wiring)).to(device) for size in sizes)
        return cls(neurons, tuple(sizes), wiring, tuple(places))

    def start(self, scale: float, generator: np.random.Generator) -> list[Array]:
        """Alpha close to indifference, never at it: Gaussian float32 arrays in the order of `Choices.tensors`."""
        shapes: list[tuple[int, ...]] = [(len(self.sizes),)]
        shapes += [(1 + len(DIRECTIONS[self.wiring]), size, size, len(OPTIONS)) for size in self.sizes]
        return [(scale * generator.standard_normal(shape)).astype(np.float32) for shape in shapes]

    def weights(self, choices: Choices, excitatory: Tensor, inhibitory: Tensor) -> Tensor:
        """The effective matrix [post, pre]; magnitudes [post, pre] enter by their absolute values."""
        matrix_size = self.neurons**2
        flat = excitatory.new_zeros(matrix_size + 1)
        magnitudes = torch.stack([excitatory.flatten(), inhibitory.flatten()]).abs()
        shares = choices.sizes.softmax(0)
        for share, size, types, places in zip(shares, self.sizes, choices.types, self.places, strict=True):
            # [option, 1 + direction, motif, post, pre]; a missing neighbour reads any magnitude and writes to the end.
            chosen = magnitudes[:, places.flatten() % matrix_size].view(2, *places.shape)
            likely = types.softmax(-1)[:, None]
            mixed = likely[..., 0] * chosen[0] - likely[..., 1] * chosen[1]
            gain = share * (max(self.sizes) / size) ** 0.5
            flat = flat.index_add(0, places.flatten(), (gain * mixed).flatten())
        return flat[:-1].view(self.neurons, self.neurons)

    def expected_links(self, choices: Choices) -> Tensor:
        """Links per neuron that are not `none`, in expectation over sizes and types."""
        likely = torch.stack(
            [
                (1 - types.softmax(-1)[..., 2]).sum() / size
                for types, size in zip(choices.types, self.sizes, strict=True)
            ]
        )
        return choices.sizes.softmax(0) @ likely

    def report(self, choices: Choices) -> Mapping[str, float]:
        """How decided the choices are: p of every size, mean largest q, mean entropy (nats), expected links.

        `q_max` and `entropy` run over the links of all sizes, each size weighing its probability.
        """
        with torch.no_grad():
            shares = choices.sizes.softmax(0)
            likely = [types.softmax(-1) for types in choices.types]
            sure = torch.stack([q.max(-1).values.mean() for q in likely])
            doubt = torch.stack([torch.special.entr(q).sum(-1).mean() for q in likely])
            figures = {f"p_{size}": float(share) for size, share in zip(self.sizes, shares, strict=True)}
            return figures | {
                "q_max": float(shares @ sure),
                "entropy": float(shares @ doubt),
                "links": float(self.expected_links(choices)),
            }


def _all_addresses(neurons: int, size: int, wiring: Wiring) -> Array:
    """Addresses [1 + direction, motif, post, pre] of the links inside motifs, then of those to each neighbour."""
    motifs = neurons // size
    inside = addresses(BlockDiagonal(np.zeros((motifs, size, size))))[None]
    sources = neighbours(wiring, motifs)
    across = addresses(Banded(np.zeros((len(sources), motifs, size, size)), sources, motifs))
    return np.concatenate([inside, across])
