"""Supernet: all candidate architectures, with shared feed-forward weights."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from search.data.loader import Batch
from search.data.task import Split
from search.nas.derive import READOUT, hidden_names, motif_network, readout_of
from search.nas.relaxation import RELAXATIONS, Draw, Relaxation
from search.nas.relaxed_layer import Choices, RelaxedLayer
from search.settings import Settings
from search.training.initialize import reinitialize
from search.training.kernels.loop import Places, Wire
from search.training.kernels.network import Summary
from search.training.loss import Measure, loss_of, mean_square_rate, readout_loss
from search.training.neuron import Cells, GradientRule
from search.training.rules import gradient_rule
from search.training.sharded import answers_of_copies
from search.training.torch_network import TorchNetwork, cells_of, tensor
from targets.contracts.ports import Readout

_LATE = 8
"""Last number of the seeds of what is heard late, beside those of links."""


@dataclass(frozen=True, eq=False)
class Supernet:
    """Undecided hidden layers in a row between input and readout.

    layers   hidden population -> what can be chosen there
    weights  connection -> feed-forward weights [post, pre]; "POPULATION.NAME" -> magnitudes of its recurrence
    places   connection -> where its weights stand, of those that are not stored as a matrix
    alpha    hidden population -> the architecture
    beta     "POPULATION.resistance", "POPULATION.tau_m" [neuron] of hidden layers, moved by plasticity only
    """

    input: str
    readout: Readout
    relaxation: Relaxation
    layers: Mapping[str, RelaxedLayer]
    cells: Mapping[str, Cells]
    weights: Mapping[str, Tensor]
    places: Mapping[str, Places]
    alpha: Mapping[str, Choices]
    beta: Mapping[str, Tensor]

    @classmethod
    def of(
        cls,
        split: Split,
        first: Batch,
        settings: Settings,
        seed: tuple[int, ...],
        candidates: Sequence[Sequence[int]] | None = None,
        delayed: bool = False,
    ) -> "Supernet":
        """The supernet before its first step, its weights scaled on the batch `first`.

        `candidates` are the motif sizes of each hidden layer where they are not those of the settings. Delays are
        chosen too where `delayed`, else all are the first that may be.
        """
        model, device = settings.model, first.spikes.device
        generator = np.random.default_rng(seed)
        relaxation = RELAXATIONS[settings.search.relaxation]
        names = hidden_names(len(model.neurons))
        start = {name: np.full(count, model.tau_m) for name, count in zip(names, model.neurons, strict=True)}
        plain = motif_network({}, start, start, split, model)
        plain = reinitialize(plain, first, settings.start, seed[-1])
        weights = {c.name: tensor(c.synapses.weights, device) for c in plain.connections}
        layers, alpha = {}, {}
        offered = [model.sizes] * len(names) if candidates is None else candidates
        for name, count, sizes_offered in zip(names, model.neurons, offered, strict=True):
            layers[name] = RelaxedLayer.of(count, sizes_offered, model.wiring, device)
            steps, late = (model.delays, model.input_delays) if delayed else (model.delays[:1], model.input_delays[:1])
            layers[name] = replace(layers[name], delays=steps, late=late)
            drawn = relaxation.start(layers[name], settings.start.recurrence, generator)
            weights |= {f"{name}.{key}": tensor(values, device) for key, values in drawn.items()}
            fresh = layers[name].start(settings.start.alpha, generator)
            alpha[name] = fresh.with_tensors(value.to(device).requires_grad_() for value in fresh.tensors())
        return cls(
            split.input,
            readout_of(split, model),
            relaxation,
            layers,
            {population.name: cells_of(population, device) for population in plain.layers},
            {name: value.requires_grad_() for name, value in weights.items()},
            TorchNetwork.of(plain, device).places,
            alpha,
            {f"{name}.{key}": tensor(start[name], device) for name in names for key in ("resistance", "tau_m")},
        )

    @property
    def leaders(self) -> dict[str, int]:
        """Index of the most probable size of every hidden layer."""
        return {name: choices.leader for name, choices in self.alpha.items()}

    @property
    def alpha_parameters(self) -> list[Tensor]:
        """All architecture parameters."""
        return [value for choices in self.alpha.values() for value in choices.tensors()]

    @property
    def learned(self) -> dict[str, Tensor]:
        """The weights that are learned: those that require a gradient; all of them unless someone fixed some."""
        return {name: value for name, value in self.weights.items() if value.requires_grad}

    def tensors(self) -> dict[str, Tensor]:
        """Everything that changes during the search."""
        alpha = {f"{name}.alpha.{k}": v for name, c in self.alpha.items() for k, v in enumerate(c.tensors())}
        return {**self.weights, **alpha, **self.beta}

    def run(self, batch: Batch, rule: GradientRule, candidates: Mapping[str, int], draw: Draw) -> dict[str, Summary]:
        """What all populations do with the candidate sizes given by their index."""
        return self.run_all(batch, rule, [candidates], draw)[0]

    def run_all(
        self,
        batch: Batch,
        rule: GradientRule,
        combinations: Sequence[Mapping[str, int]],
        draw: Draw,
        about: Collection[str] | None = None,
    ) -> list[dict[str, Summary]]:
        """The same for several combinations of candidate sizes, which the same draw decides on; or `about` a few."""
        if len(combinations) > 1 and any(choices.late for choices in self.alpha.values()):
            # Each hears the input in its own way, which only wires that all have in common may.
            return [self.run_all(batch, rule, [each], draw, about)[0] for each in combinations]
        chain = [self.input, *self.layers, READOUT]
        forward = [name for name in self.weights if "." not in name]
        wires: list[Wire] = []
        for number, (source, target, name) in enumerate(zip(chain[:-1], chain[1:], forward, strict=True)):
            candidate = combinations[0].get(target)
            wire = Wire(source, target, self.weights[name], places=self.places.get(name))
            wires += self._heard(wire, candidate, draw.at(number))
        cells = dict(self.cells)
        inside: dict[tuple[str, int], list[Wire]] = {}
        for number, (name, layer) in enumerate(self.layers.items()):
            own = {key.split(".", 1)[1]: value for key, value in self.weights.items() if key.startswith(f"{name}.")}
            for candidate in {candidates[name] for candidates in combinations}:
                links = self.relaxation.values(layer, self.alpha[name], own, candidate, draw.at(number))
                places = layer.places[candidate] if self.relaxation.apart else layer.everywhere
                whole = Wire(name, name, links, places=places)
                inside[name, candidate] = self._delayed(whole, candidate, draw.at(number))
            beta = {key: self.beta[f"{name}.{key}"] for key in ("resistance", "tau_m")}
            cells[name] = replace(cells[name], **beta)
        own_wires = [[wire for choice in each.items() for wire in inside[choice]] for each in combinations]
        return answers_of_copies(batch, [self.input], cells, wires, own_wires, rule, self.readout, about)

    def _delayed(self, wire: Wire, candidate: int, draw: Draw) -> list[Wire]:
        """Recurrent links [1 + direction, motif, post, pre], as one wire per delay that may be chosen for a group."""
        layer, choices = self.layers[wire.target], self.alpha[wire.target]
        if not choices.delays:
            return [replace(wire, delay=layer.delays[0])]
        motifs = layer.neurons // layer.sizes[candidate]
        shares = self.relaxation.shared(choices.delays[candidate], motifs, draw).transpose(0, 1)[:, :, None, None]
        return [
            replace(wire, values=shares[..., number] * wire.values, delay=delay)
            for number, delay in enumerate(layer.delays)
        ]

    def _heard(self, wire: Wire, candidate: int | None, draw: Draw) -> list[Wire]:
        """A matrix [post, pre] into a layer, as one wire per delay after which its neurons may hear it."""
        if candidate is None:
            return [wire]
        layer = self.layers[wire.target]
        if not self.alpha[wire.target].late:
            return [replace(wire, delay=1 + layer.late[0])]
        motifs = layer.neurons // layer.sizes[candidate]
        shares = self.relaxation.shared(self.alpha[wire.target].late[candidate], motifs, draw.at(_LATE))
        shares = shares.expand(motifs, -1, -1).flatten(0, 1)[:, None]
        return [
            replace(wire, values=shares[..., number] * wire.values, delay=1 + late)
            for number, late in enumerate(layer.late)
        ]

    def loss(
        self,
        batch: Batch,
        settings: Settings,
        candidates: Mapping[str, int],
        draw: Draw,
        measure: Measure = readout_loss,
    ) -> Tensor:
        """Loss of the network of these candidates."""
        (told,) = self.run_all(batch, gradient_rule(settings.training), [candidates], draw, self._about(settings))
        return self._measured(told, batch, settings, measure)

    def expected_loss(
        self, batch: Batch, settings: Settings, others: Mapping[str, int], draw: Draw, measure: Measure = readout_loss
    ) -> Tensor:
        """Loss in expectation over sizes, layer by layer, where the other layers have the candidates `others`.

        The mean over layers; in one network that mixes all sizes just its loss.
        """
        if not self.relaxation.apart:
            return self.loss(batch, settings, others, draw, measure)
        combinations = [{**others, name: k} for name, layer in self.layers.items() for k in range(len(layer.sizes))]
        told = self.run_all(batch, gradient_rule(settings.training), combinations, draw, self._about(settings))
        losses = torch.stack([self._measured(each, batch, settings, measure) for each in told])
        by_layer = torch.split(losses, [len(layer.sizes) for layer in self.layers.values()])
        shares = [choices.shares for choices in self.alpha.values()]
        return torch.stack([share @ loss for share, loss in zip(shares, by_layer, strict=True)]).mean()

    def _measured(self, told: Mapping[str, Summary], batch: Batch, settings: Settings, measure: Measure) -> Tensor:
        """The loss of what the readout did, and the price of the spikes of hidden neurons."""
        readout, price = self.readout, settings.training.spike_price
        kind = loss_of(readout, settings.training.loss)
        loss = measure(told[READOUT], batch, readout.classes, kind, readout.window)
        return loss + price * mean_square_rate([told[name] for name in self.layers], batch) if price else loss

    def _about(self, settings: Settings) -> list[str]:
        """What a loss is made of."""
        return [*(self.layers if settings.training.spike_price else ()), READOUT]

    def at_equal_pace(self, gradients: Sequence[Tensor]) -> list[Tensor]:
        """Gradients of `alpha_parameters` in which the types of every size follow the loss of that size alone.

        The expected loss moves them by p_v of it, so that a size behind early on would never see its types learned;
        a positive factor leaves their optimum where it is. In one network that mixes all sizes nothing changes.
        """
        if not self.relaxation.apart:
            return list(gradients)
        shares = [choices.shares.detach().clamp(min=1e-30) for choices in self.alpha.values()]
        kinds = [1 + bool(choices.delays) + bool(choices.late) for choices in self.alpha.values()]
        paces = [pace for share, kind in zip(shares, kinds, strict=True) for pace in (1.0, *((1 / share).repeat(kind)))]
        return [pace * gradient for pace, gradient in zip(paces, gradients, strict=True)]

    def expected_links(self) -> Tensor:
        """Links per hidden neuron that are not `none`, in expectation over sizes and types."""
        neurons = sum(layer.neurons for layer in self.layers.values())
        links = [layer.neurons * layer.expected_links(self.alpha[name]) for name, layer in self.layers.items()]
        return torch.stack(links).sum() / neurons
