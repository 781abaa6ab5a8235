"""HardwareCost: expected use of a chip by an undecided network, differentiable in alpha."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from search.data.task import Split
from search.nas.delay_cost import expected_delays
from search.nas.relaxed_layer import OPTIONS, Choices, RelaxedLayer, within_limit
from search.settings import Settings
from targets.contracts.chip import ChipSpec, chip_named
from targets.contracts.errors import InputError

_CERTAIN = 1e4  # an alpha whose softmax is 1
_LEAST = 1e-12  # least probability that a neuron has no link, to keep its logarithm finite


@dataclass(frozen=True, eq=False)
class ResourceEstimate:
    """Expected synapses, cores and messages per step of the whole network; scalars.

    Cores are what the limits need, without rounding up. A message is a spike to one core other than its own, or from
    an input to one core.
    """

    synapses: Tensor
    cores: Tensor
    messages: Tensor

    def figures(self) -> dict[str, float]:
        """Plain numbers by name."""
        return {name: float(value.detach()) for name, value in vars(self).items()}

    def relative(self, other: "ResourceEstimate", shares: Sequence[float]) -> Tensor:
        """Mean of the three as multiples of those of `other`, weighed by `shares`."""
        pairs = zip(vars(self).values(), vars(other).values(), strict=True)
        ratios = torch.stack([mine / theirs for mine, theirs in pairs])
        weights = ratios.new_tensor(shares)
        return ratios @ weights / weights.sum()


@dataclass(frozen=True)
class HardwareCost:
    """The chip and the fixed part of a network: input and readout neurons, spikes per step of all inputs together.

    A readout neuron hears the share `readout_share` of the last layer.

    Motifs are taken to fill core after core in order, as many on each as its neurons, synaptic memory and input axons
    allow; a population begins a new core, unless the whole network fits one. A motif that fits no core is cut between
    neurons. Synapses over which spikes wait take the bits of a delay more, and neurons their slots for what arrives
    later, by the longest delay in their layer. Output axons and profiles are not counted: the compiler sees to
    profiles before it cuts.
    """

    chip: ChipSpec
    inputs: int
    input_rate: float
    readout: int
    readout_share: float = 1.0

    @classmethod
    def of(cls, split: Split, settings: Settings) -> "HardwareCost":
        """For a search on `split`; InputError for a chip none of whose cores can hold a neuron of some layer."""
        chip, model, train = chip_named(settings.search.chip), settings.model, split.train
        sources = (split.neurons, *model.neurons)
        for fan_in in sources:
            held = chip.synapse_bytes(fan_in + 1, fan_in + 1) <= chip.synapse_bytes_per_core.value
            if not held or fan_in >= chip.axons_in_per_core.value:
                raise InputError(
                    f"a neuron that listens to {fan_in:,} others and itself fits no core of {chip.name}, which allows "
                    f"{chip.axons_in_per_core.value:,} input axons and {chip.synapse_bytes_per_core.value:,} bytes of "
                    "synapses; choose another chip or a narrower layer."
                )
        return cls(
            chip, split.neurons, float(train.rates().sum()), split.classes * model.readout_neurons, model.readout_fan_in
        )

    def estimate(
        self, layers: Mapping[str, RelaxedLayer], alpha: Mapping[str, Choices], rates: Mapping[str, float]
    ) -> ResourceEstimate:
        """In expectation over sizes and types; `rates` are spikes per step of a neuron of each hidden layer.

        Synapses agree with the derived network once alpha is decided: links count with their probability, of those
        from a neighbour only the `size` surest, as derivation keeps.
        """
        fan_in = self.inputs
        synapses, cores, spans, crossing = [], [], [], []
        for name, layer in layers.items():
            found = [self._candidate(layer, number, alpha[name], fan_in) for number in range(len(layer.sizes))]
            shares = alpha[name].shares
            own, need, crossed = (torch.stack(values) for values in zip(*found, strict=True))
            synapses.append(shares @ own)
            cores.append(shares @ need)
            spans.append(shares @ need.clamp(min=1))
            crossing.append(rates[name] * (shares @ crossed))
            fan_in = layer.neurons
        fan_in = max(1, round(self.readout_share * fan_in))
        place, heard = spans[0].new_tensor(1 / self.chip.neurons_at(1)), spans[0].new_tensor(fan_in)
        readout = self.readout * self._need(place, heard * self.chip.synapse_bits.value, spans[0].new_tensor(0), fan_in)
        cores.append(readout)
        spans.append(readout.ceil())
        total = torch.stack(cores).sum()
        messages = self.input_rate * spans[0]
        if total > 1:
            sent = [rates[name] * layer.neurons for name, layer in layers.items()]
            messages = messages + torch.stack(crossing).sum() + torch.stack(spans[1:]) @ total.new_tensor(sent)
        return ResourceEstimate(torch.stack(synapses).sum() + self.readout * fan_in, total, messages)

    def largest(self, layers: Mapping[str, RelaxedLayer], rates: Mapping[str, float]) -> ResourceEstimate:
        """Of the costliest architecture: the largest size with all its links, from neighbours as many as are kept."""
        return self.estimate(layers, {name: _full(layer) for name, layer in layers.items()}, rates)

    def _candidate(
        self, layer: RelaxedLayer, number: int, choices: Choices, fan_in: int
    ) -> tuple[Tensor, Tensor, Tensor]:
        """(synapses, cores, pairs of a neuron and another core it reaches) of a layer behind `fan_in` sources."""
        size, indices = layer.sizes[number], layer.indices[number]
        linked = kept(choices.types[number], size)
        there = indices < layer.neurons**2
        links = (linked * there[:, :, :1, :1].sum(1)).sum((1, 2))
        synapses = links.sum() + layer.neurons * fan_in
        motifs = layer.neurons // size
        axons = (1 - (1 - linked).flatten(0, 1).prod(0)).sum()
        late = expected_delays(layer, number, choices, linked, self.chip)
        waiting = links @ late.links + layer.neurons * fan_in * late.heard
        bits = synapses * self.chip.synapse_bits.value + waiting * self.chip.delay_bits.value
        need = self._need(size * late.places, bits / motifs, axons, fan_in)
        core_of = torch.arange(layer.neurons, device=indices.device) // _together(size, float(need.detach()))
        post, pre = indices[there] // layer.neurons, indices[there] % layer.neurons
        away = core_of[post] != core_of[pre]
        unlinked = (1 - linked).clamp(min=_LEAST).log()[:, None].expand(indices.shape)[there][away]
        span = int(core_of[-1]) + 1
        silent = linked.new_zeros(layer.neurons * span).index_add(0, (pre * span + core_of[post])[away], unlinked)
        return synapses, motifs * need, -silent.expm1().sum()

    def _need(self, places: Tensor, bits: Tensor, axons: Tensor, fan_in: int) -> Tensor:
        """Cores that a motif needs: the largest of its shares of what a core holds beside the axons of `fan_in`.

        `places` are those that its neurons take, `bits` those of its synapses.
        """
        chip = self.chip
        memory = 8 * chip.synapse_bytes_per_core.value - fan_in * chip.axon_bits.value
        return torch.stack(
            [
                places,
                (bits + axons * chip.axon_bits.value) / memory,
                axons / (chip.axons_in_per_core.value - fan_in),
            ]
        ).max()


def kept(types: Tensor, size: int) -> Tensor:
    """Probability that a link exists [1 + direction, post, pre], from types [..., option] before their softmax.

    From each neighbour only the `size` links count that derivation would keep, or come nearest to it.
    """
    likely = types.softmax(-1)
    exists = 1 - likely[..., 2]
    surest = torch.where(likely.argmax(-1) < 2, likely.max(-1).values, exists - 1).detach()
    return exists * within_limit(surest, size)


def _together(size: int, need: float) -> int:
    """Neurons on a core: whole motifs that need `need` cores each, or where not even one fits, part of it."""
    motifs = int(1 / need)
    return motifs * size if motifs else max(1, int(size / need))


def _full(layer: RelaxedLayer) -> Choices:
    """The largest size, every link excitatory, everything as late as it may be."""
    device = layer.indices[0].device
    sizes = torch.zeros(len(layer.sizes), device=device)
    sizes[layer.sizes.index(max(layer.sizes))] = _CERTAIN
    excitatory = torch.tensor([_CERTAIN, 0.0, 0.0], device=device)
    shapes = ((len(p), s, s, len(OPTIONS)) for s, p in zip(layer.sizes, layer.indices, strict=True))
    types = tuple(excitatory.expand(shape) for shape in shapes)
    delays = tuple(certain([max(layer.delays)] * len(places), layer.delays, device) for places in layer.indices)
    late = tuple(certain([max(layer.late)] * size, layer.late, device) for size in layer.sizes)
    return Choices(sizes, types, delays, late)


def certain(steps: Sequence[int], offered: Sequence[int], device: torch.device) -> Tensor:
    """Choices [group or neuron, option] that can only be these steps of those `offered`."""
    return _CERTAIN * (torch.tensor(steps, device=device)[:, None] == torch.tensor(offered, device=device)).float()
