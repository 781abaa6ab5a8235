"""Relaxations: how undecided choices become recurrent weights that gradients can pass."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from search.data.loader import torch_generator
from search.nas.relaxed_layer import Choices, RelaxedLayer, within_limit
from search.nas.sampled_links import sampled_links
from targets.contracts.arrays import Array

_OTHER = 7
"""Last number of the seeds of delays, beside those of types."""


@dataclass(frozen=True, eq=False)
class Draw:
    """How undecided a forward pass is.

    temperature  divides alpha before the softmax of link types; below 1 they are closer to decided
    seed         names the random stream of relaxations that sample, which draw alike in every pass with it; without
                 one they take the most probable types
    """

    temperature: float = 1.0
    seed: tuple[int, ...] | None = None

    def at(self, number: int) -> "Draw":
        """The draw of that number among those of this one, of a batch or of a layer; without a seed this one."""
        return self if self.seed is None else replace(self, seed=(*self.seed, number))


class Relaxation(Protocol):
    """One way to relax.

    apart  True where every candidate size is a network of its own and the expected loss over sizes is descended;
           False where one network mixes all of them and `candidate` means nothing
    """

    apart: bool

    def start(self, layer: RelaxedLayer, gain: float, generator: np.random.Generator) -> dict[str, Array]:
        """Fresh magnitudes by name; gain / sqrt(links per neuron) is the standard deviation of a discrete link."""
        ...

    def weights(
        self, layer: RelaxedLayer, choices: Choices, magnitudes: Mapping[str, Tensor], candidate: int, draw: Draw
    ) -> Tensor:
        """Recurrent weights [post, pre]; magnitudes enter by their absolute values."""
        ...

    def values(
        self, layer: RelaxedLayer, choices: Choices, magnitudes: Mapping[str, Tensor], candidate: int, draw: Draw
    ) -> Tensor:
        """The same weights at the places of the candidate or, where sizes are mixed, at those of all sizes."""
        ...

    def shared(self, scores: Tensor, motifs: int, draw: Draw) -> Tensor:
        """Shares of options [motif or 1 for all alike, ..., option], from scores [..., option] before the softmax."""
        ...


class _OneMixture(ABC):
    """All sizes in one network."""

    apart = False

    @abstractmethod
    def weights(
        self, layer: RelaxedLayer, choices: Choices, magnitudes: Mapping[str, Tensor], candidate: int, draw: Draw
    ) -> Tensor:
        """The mixture over all sizes and types."""

    def values(
        self, layer: RelaxedLayer, choices: Choices, magnitudes: Mapping[str, Tensor], candidate: int, draw: Draw
    ) -> Tensor:
        """The mixture where any size has a link."""
        return self.weights(layer, choices, magnitudes, candidate, draw).flatten()[layer.everywhere.indices]

    def shared(self, scores: Tensor, motifs: int, draw: Draw) -> Tensor:
        """All options mixed."""
        return (scores / draw.temperature).softmax(-1)[None]


@dataclass(frozen=True)
class Plain(_OneMixture):
    """The literal reading of DARTS: one magnitude per pair of neurons, all choices in one mixture.

    ```
    W[i, j] = sum over sizes v that link i and j of  p_v (q_exc - q_inh) |w[i, j]|
    ```
    Kept to be compared with: indifference is a saddle where neither recurrence nor the gradient of `none` is left,
    and the largest size wins by its links and its gain alone.

    Source: H. Liu et al., "DARTS", ICLR 2019.
    """

    def start(self, layer: RelaxedLayer, gain: float, generator: np.random.Generator) -> dict[str, Array]:
        """One matrix [post, pre]."""
        return {"magnitude": _pairs(layer, gain, generator)}

    def weights(
        self, layer: RelaxedLayer, choices: Choices, magnitudes: Mapping[str, Tensor], candidate: int, draw: Draw
    ) -> Tensor:
        """The mixture over all sizes and types."""
        both = magnitudes["magnitude"]
        return _mixed(layer, choices, both, both, [1.0] * len(layer.sizes), draw)


@dataclass(frozen=True)
class Mixture(_OneMixture):
    """All choices in one mixture, with what keeps it from the faults of `Plain` that can be cured there.

    ```
    W[i, j] = sum over sizes v that link i and j of  p_v n_v (q_exc |w_exc| - q_inh |w_inh|)[i, j]
    n_v     = sqrt(largest size / v)
    ```
    Two magnitudes per pair of neurons move indifference off the saddle. n_v lets a small motif, with its fewer links,
    drive a neuron as strongly as a large one; still, a large size contains the links of all smaller ones.
    """

    def start(self, layer: RelaxedLayer, gain: float, generator: np.random.Generator) -> dict[str, Array]:
        """Two matrices [post, pre]."""
        return {name: _pairs(layer, gain, generator) for name in ("excitatory", "inhibitory")}

    def weights(
        self, layer: RelaxedLayer, choices: Choices, magnitudes: Mapping[str, Tensor], candidate: int, draw: Draw
    ) -> Tensor:
        """The mixture over all sizes and types."""
        gains = [(max(layer.sizes) / size) ** 0.5 for size in layer.sizes]
        return _mixed(layer, choices, magnitudes["excitatory"], magnitudes["inhibitory"], gains, draw)


@dataclass(frozen=True)
class Expected:
    """Sizes compete as networks of their own, with weights of their own; only types are mixed.

    ```
    L(alpha) = sum over sizes v of  p_v L(W_v)           W_v = q_exc |w_exc,v| - q_inh |w_inh,v|
    ```
    dL/dalpha_v = p_v (L(W_v) - L): a size gains where its network has the lower loss, not where it adds gain or links
    to a mixture. All sizes get equally many weight updates, so that none leads because it was trained more. Sources:
    expected loss over architectures as in S. Xie et al., "SNAS", ICLR 2019; equal updates as in X. Chu et al.,
    "FairNAS", ICCV 2021.
    """

    apart = True

    def start(self, layer: RelaxedLayer, gain: float, generator: np.random.Generator) -> dict[str, Array]:
        """Per size two arrays [1 + direction, motif, post, pre]."""
        return {
            f"{name}.{size}": gain * generator.standard_normal(indices.shape) / self.links(layer, number) ** 0.5
            for number, (size, indices) in enumerate(zip(layer.sizes, layer.indices, strict=True))
            for name in ("excitatory", "inhibitory")
        }

    def links(self, layer: RelaxedLayer, candidate: int) -> float:
        """Links that drive a neuron in the network of one size."""
        return layer.links_per_neuron(candidate)

    def weights(
        self, layer: RelaxedLayer, choices: Choices, magnitudes: Mapping[str, Tensor], candidate: int, draw: Draw
    ) -> Tensor:
        """The network of one size."""
        return layer.matrix(candidate, self.values(layer, choices, magnitudes, candidate, draw))

    def values(
        self, layer: RelaxedLayer, choices: Choices, magnitudes: Mapping[str, Tensor], candidate: int, draw: Draw
    ) -> Tensor:
        """The links of one size [1 + direction, motif, post, pre]."""
        size = layer.sizes[candidate]
        likely = self.likely(choices.types[candidate], layer.neurons // size, draw)
        up, down = (magnitudes[f"{name}.{size}"].abs() for name in ("excitatory", "inhibitory"))
        return likely[..., 0] * up - likely[..., 1] * down

    def shared(self, scores: Tensor, motifs: int, draw: Draw) -> Tensor:
        """All options mixed."""
        return (scores / draw.temperature).softmax(-1)[None]

    def likely(self, types: Tensor, motifs: int, draw: Draw) -> Tensor:
        """Share of every option [1 + direction, motif or 1 for all alike, post, pre, option]."""
        return (types / draw.temperature).softmax(-1)[:, None]


@dataclass(frozen=True)
class Gumbel(Expected):
    """Sizes as in `Expected`; types are sampled, so that every pass runs motifs that could be derived.

    ```
    q = one_hot(argmax(alpha + noise)), at most v links from each neighbour
    ```
    Gradients pass as if q were softmax((alpha + noise) / temperature). Without noise q is the most probable type.
    Every motif draws types of its own, so that the noise of a gradient averages out over motifs. Source: E. Jang,
    S. Gu, B. Poole, "Categorical reparameterization with Gumbel-softmax", ICLR 2017; drawing per motif is ours.
    """

    def links(self, layer: RelaxedLayer, candidate: int) -> float:
        """Links of a neuron in a sample while all types are alike; so all sizes start with the same gain."""
        inside = layer.sizes[candidate] * 2 / 3
        return inside + (len(layer.indices[candidate]) - 1) * min(inside, 1.0)

    def values(
        self, layer: RelaxedLayer, choices: Choices, magnitudes: Mapping[str, Tensor], candidate: int, draw: Draw
    ) -> Tensor:
        """The links of one size [1 + direction, motif, post, pre]."""
        types, size = choices.types[candidate], layer.sizes[candidate]
        if types.device.type != "cpu":
            return super().values(layer, choices, magnitudes, candidate, draw)
        noise = _noise(types, layer.neurons // size, draw)
        up, down = (magnitudes[f"{name}.{size}"].abs() for name in ("excitatory", "inhibitory"))
        return sampled_links(types, noise, up, down, draw.temperature)

    def shared(self, scores: Tensor, motifs: int, draw: Draw) -> Tensor:
        """One option per motif, 0 or 1; gradients pass as those of the mixture."""
        scores = scores.expand(motifs, *scores.shape)
        if draw.seed is not None:
            generator = torch_generator(scores.device, *draw.seed, _OTHER)
            uniform = torch.rand(scores.shape, generator=generator, device=scores.device, dtype=scores.dtype)
            scores = scores + uniform.clamp_min_(1e-20).log_().neg_().clamp_min_(1e-20).log_().neg_()
        soft = (scores / draw.temperature).softmax(-1)
        chosen = torch.zeros_like(soft).scatter(-1, scores.argmax(-1, keepdim=True), 1.0)
        return chosen + soft - soft.detach()

    def likely(self, types: Tensor, motifs: int, draw: Draw) -> Tensor:
        """One option per link [1 + direction, motif, post, pre, option], 0 or 1."""
        scores, noise = types[:, None].expand(-1, motifs, -1, -1, -1), _noise(types, motifs, draw)
        scores = scores if noise is None else scores + noise
        soft = (scores / draw.temperature).softmax(-1)
        return decided(scores.detach(), types.shape[1]) + soft - soft.detach()


RELAXATIONS: Mapping[str, Relaxation] = {
    "plain": Plain(),
    "mixture": Mixture(),
    "expected": Expected(),
    "gumbel": Gumbel(),
}


def decided(scores: Tensor, size: int) -> Tensor:
    """The option with the highest score, one-hot [1 + direction, ..., post, pre, option] like the scores.

    From each neighbour at most `size` links stay, those whose type is surest (ties to the lowest post, then pre); the
    others become `none`.
    """
    chosen = torch.zeros_like(scores).scatter(-1, scores.argmax(-1, keepdim=True), 1.0)
    links = chosen[..., 2] == 0
    dropped = links & ~within_limit(torch.where(links, scores.softmax(-1).max(-1).values, -1.0), size)
    return torch.where(dropped[..., None], torch.eye(3, dtype=scores.dtype, device=scores.device)[2], chosen)


def _noise(types: Tensor, motifs: int, draw: Draw) -> Tensor | None:
    """Gumbel noise for every motif [1 + direction, motif, post, pre, option]; None for a draw without a seed."""
    if draw.seed is None:
        return None
    shape, generator = (len(types), motifs, *types.shape[1:]), torch_generator(types.device, *draw.seed)
    uniform = torch.rand(shape, generator=generator, device=types.device, dtype=types.dtype)
    return uniform.clamp_min_(1e-20).log_().neg_().log_().neg_()


def _pairs(layer: RelaxedLayer, gain: float, generator: np.random.Generator) -> Array:
    links = layer.links_per_neuron(int(np.argmax(layer.sizes)))
    return gain * generator.standard_normal((layer.neurons, layer.neurons)) / links**0.5


def _mixed(
    layer: RelaxedLayer, choices: Choices, excitatory: Tensor, inhibitory: Tensor, gains: list[float], draw: Draw
) -> Tensor:
    """Sum over sizes of share * gain * (q_exc |excitatory| - q_inh |inhibitory|), magnitudes [post, pre]."""
    pairs = layer.neurons**2
    magnitudes = torch.stack([excitatory.flatten(), inhibitory.flatten()]).abs()
    total = excitatory.new_zeros(layer.neurons, layer.neurons)
    for number, (share, gain) in enumerate(zip(choices.shares, gains, strict=True)):
        indices = layer.indices[number]
        # [option, 1 + direction, motif, post, pre]; a missing neighbour reads any magnitude and writes to nowhere.
        chosen = magnitudes[:, indices.flatten() % pairs].view(2, *indices.shape)
        likely = (choices.types[number] / draw.temperature).softmax(-1)[:, None]
        total = total + layer.matrix(number, share * gain * (likely[..., 0] * chosen[0] - likely[..., 1] * chosen[1]))
    return total
