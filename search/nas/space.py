"""Architectures: motifs, delays and fan-in of all hidden layers, drawn at random or changed a little."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import gcd

import numpy as np
import torch

from search.data.task import Split
from search.motif import Motif
from search.nas.derive import derive, hidden_names, motif_network
from search.nas.relaxed_layer import RelaxedLayer
from search.network import Network
from search.settings import ModelSettings
from targets.contracts.arrays import Array, Floats, Ints

_MOTIFS, _STEPS, _SETS = 3, 4, 5  # first numbers of the seeds, so that they share no stream with a phase


@dataclass(frozen=True, eq=False)
class Architecture:
    """What is chosen of a network; both mappings go by the names of hidden populations.

    motifs  the motif of every layer, with its delays where more than the first may be chosen
    heard   int32 [group, source]: which sources each motif, or group within it, hears, of layers where not all
    """

    motifs: Mapping[str, Motif]
    heard: Mapping[str, Ints]

    def network(self, split: Split, model: ModelSettings, beta: Mapping[str, Floats] | None = None) -> Network:
        """The network, all weights zero; `beta` as in `search.nas.supernet.Supernet`, else R and tau_m at the start."""
        start = {
            name: np.full(count, model.tau_m)
            for name, count in zip(hidden_names(len(model.neurons)), model.neurons, strict=True)
        }
        resistance, tau_m = (
            start if beta is None else {name: beta[f"{name}.{key}"] for name in start}
            for key in ("resistance", "tau_m")
        )
        return motif_network(self.motifs, resistance, tau_m, split, model, self.heard)


def random_architecture(model: ModelSettings, sources: int, seed: int, number: int) -> Architecture:
    """A random one from the space of the search, the same for the same numbers; `sources` is the width of the input.

    The size is any of the candidates, every link of any type; of the lateral links as many are left as are allowed.
    Every group of links, every neuron of a motif and every layer take any of the delays, input delays and fan-ins.
    """
    types, steps = (np.random.default_rng((first, seed, number)) for first in (_MOTIFS, _STEPS))
    motifs, heard = {}, {}
    for name, count in zip(hidden_names(len(model.neurons)), model.neurons, strict=True):
        layer = RelaxedLayer.of(count, model.sizes, model.wiring, torch.device("cpu"))
        drawn = derive(layer, layer.start(1.0, types))
        motifs[name] = _timed(_limited(drawn, model, types), model, steps)
        share = float(steps.choice(model.fan_in)) if len(model.fan_in) > 1 else model.fan_in[0]
        if share < 1 and model.fan_in_by == "random":
            heard[name] = sets(count // group_of(model, motifs[name].size), sources, share, seed)
        sources = count
    return Architecture(motifs, heard)


def group_of(model: ModelSettings, size: int) -> int:
    """How many neurons of a motif of that size hear the same sources."""
    return gcd(size, model.fan_in_group) if model.fan_in_group else size


def sets(groups: int, sources: int, share: float, seed: int) -> Ints:
    """Which sources each of so many groups hears: int32 [group, source], a random `share` of all, at least one.

    Every source is heard before one is heard again, as far as whole sets allow; larger shares are no other draws.
    """
    count = max(1, round(share * sources))
    generator = np.random.default_rng((_SETS, seed, groups, sources))
    found: list[Ints] = []
    while len(found) < groups:
        order = generator.permutation(sources).astype(np.int32)
        found += [order[first : first + count] for first in range(0, sources - count + 1, count)]
    return np.sort(np.stack(found[:groups]), axis=1)


def mutated(
    parent: Architecture, model: ModelSettings, sources: int, seed: int, generator: np.random.Generator
) -> Architecture:
    """The architecture with one layer changed: some link types, a delay, an input delay, the fan-in or all of it.

    What may not be chosen is left alone.
    """
    names = hidden_names(len(model.neurons))
    place = int(generator.integers(len(names)))
    name, count = names[place], model.neurons[place]
    sources = sources if not place else model.neurons[place - 1]
    motif, heard = parent.motifs[name], dict(parent.heard)
    kinds = ["types", "types"]
    kinds += ["delays"] if len(model.delays) > 1 else []
    kinds += ["late"] if len(model.input_delays) > 1 else []
    kinds += ["fan-in"] if len(model.fan_in) > 1 and model.fan_in_by == "random" else []
    kinds += ["size"] if len(model.sizes) > 1 else []
    kind = kinds[int(generator.integers(len(kinds)))]
    if kind == "size":
        fresh = random_architecture(model, sources, seed, int(generator.integers(1 << 31)))
        motif = fresh.motifs[name]
        if name in heard:
            heard[name] = sets(count // group_of(model, motif.size), sources, heard[name].shape[1] / sources, seed)
    elif kind == "fan-in":
        heard.pop(name, None)
        if (share := float(generator.choice(model.fan_in))) < 1:
            heard[name] = sets(count // group_of(model, motif.size), sources, share, seed)
    elif kind == "delays" and motif.delays is not None:
        motif = replace(motif, delays=_one_changed(motif.delays, model.delays, generator))
    elif kind == "late" and motif.late is not None:
        motif = replace(motif, late=_one_changed(motif.late, model.input_delays, generator))
    else:
        motif = _limited(_retyped(motif, generator), model, generator)
    return Architecture({**parent.motifs, name: motif}, heard)


def _timed(motif: Motif, model: ModelSettings, generator: np.random.Generator) -> Motif:
    """The motif with random delays, where they are not all those of a plain network."""
    delays = late = None
    if model.delays != (1,):
        delays = generator.choice(model.delays, 1 + len(motif.lateral))
    if model.input_delays != (0,):
        late = generator.choice(model.input_delays, motif.size)
    return replace(motif, delays=delays, late=late)


def _one_changed(steps: Ints, offered: tuple[int, ...], generator: np.random.Generator) -> Ints:
    place = int(generator.integers(steps.size))
    changed = steps.copy()
    changed[place] = generator.choice([each for each in offered if each != steps[place]] or [steps[place]])
    return changed


def _retyped(motif: Motif, generator: np.random.Generator) -> Motif:
    """The motif with a tenth of its links of other types, at least one; lateral links stay within their limit."""
    types = np.concatenate([motif.intra[None], motif.lateral])
    flat = types.reshape(-1).copy()
    places = generator.choice(flat.size, max(1, flat.size // 10), replace=False)
    flat[places] = (flat[places] + 1 + generator.integers(1, 3, places.size)) % 3 - 1
    changed = flat.reshape(types.shape)
    kept = np.stack([changed[0], *(_at_most(motif.size, each, generator) for each in changed[1:])])
    return replace(motif, intra=kept[0], lateral=kept[1:])


def _limited(motif: Motif, model: ModelSettings, generator: np.random.Generator) -> Motif:
    """The motif with no more links inside than the settings allow, those that stay left to chance."""
    if not model.links:
        return motif
    return replace(motif, intra=_at_most(model.links * motif.size, motif.intra, generator))


def _at_most(links: int, types: Array, generator: np.random.Generator) -> Array:
    """The link types [post, pre] with no more than so many links."""
    kept = types.copy()
    kept.reshape(-1)[generator.permutation(np.flatnonzero(types))[links:]] = 0
    return kept
