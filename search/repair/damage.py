"""damaged: a network on which some damage was done."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from search.network import Connection, Layer, Network
from targets.contracts.arrays import Array
from targets.contracts.damage import Damage
from targets.contracts.errors import InputError
from targets.contracts.shown import brief
from targets.contracts.synapses import Synapses, with_weights


def damaged(network: Network, damage: Damage, layers: Collection[str] | None = None) -> Network:
    """The network after `damage` to some layers, all but the readout where none are named.

    ```
    dead         no link into the neuron and no bias, so that it never spikes
    prune        links into the layers are 0
    signs        links into the layers have the other sign; a layer whose motif says otherwise has no motif any more
    thresholds   threshold times a factor of its own for every neuron
    gains        resistance times one factor
    bits         links into the layers on few levels, each connection by itself
    ```
    What is remembered of its health (`own_rates`) stays. InputError for layers that are not there, and for "cores".
    """
    if damage.kind == "cores":
        raise InputError("a network has no cores; damage its program, or choose 'dead'.")
    hit = _hit(network, layers)
    dead = {name: damage.chosen(network.layer(name).neurons, name) for name in hit if damage.kind == "dead"}
    connections = tuple(
        replace(each, synapses=_synapses(each, damage, dead.get(each.target))) if each.target in hit else each
        for each in network.connections
    )
    flipped = {each.target for each in connections if each.source == each.target and damage.kind == "signs"}
    done = {"kind": damage.kind, "strength": damage.strength, "seed": damage.seed, "layers": sorted(hit)}
    before: Any = network.settings.get("damage", ())
    return replace(
        network,
        layers=tuple(
            _layer(each, damage, dead.get(each.name), each.name in flipped) if each.name in hit else each
            for each in network.layers
        ),
        connections=connections,
        settings={**network.settings, "damage": [*before, done]},
    )


def _hit(network: Network, named: Collection[str] | None) -> set[str]:
    """The layers of these names, all but the readout where none are named."""
    known = [layer.name for layer in network.layers]
    for name in named or ():
        if name not in known:
            raise InputError(f"there is no layer {brief(name)} to damage; there are {brief(known)}, so name one.")
    found = set(named or (layer.name for layer in network.hidden))
    if not found:
        raise InputError("the network has no layer beside its readout; name that one to damage it.")
    return found


def _synapses(connection: Connection, damage: Damage, dead: Array | None) -> Synapses:
    """What is left of the links into a layer that is hit."""
    if dead is not None:
        return without(connection.synapses, dead)
    return struck(connection.synapses, damage, connection.name)


def without(synapses: Synapses, post: Array) -> Synapses:
    """The synapses with 0 for all that end at neurons `post`."""
    kept = ~np.isin(synapses.row_of(), post)
    return with_weights(synapses, (synapses.weights * kept).astype(synapses.weights.dtype))


def struck(synapses: Synapses, damage: Damage, place: str) -> Synapses:
    """The synapses after "prune", "signs" or "bits", as they are after anything else; hit are links that are there."""
    if damage.kind == "bits":
        return with_weights(synapses, damage.coarse(synapses.weights))
    if damage.kind not in ("prune", "signs"):
        return synapses
    weights = synapses.weights.copy()
    there = np.flatnonzero(weights)
    hit = there[damage.chosen(there.size, place)]
    weights.flat[hit] = 0 if damage.kind == "prune" else -weights.flat[hit]
    return with_weights(synapses, weights)


def _layer(layer: Layer, damage: Damage, dead: Array | None, loose: bool) -> Layer:
    """The neurons of a layer after the damage; `loose` where its motif does not hold any more."""
    changed: Mapping[str, Any] = {}
    if dead is not None:
        bias = layer.bias.copy()
        bias[dead] = 0
        changed = {"bias": bias}
    elif damage.kind == "thresholds":
        changed = {"threshold": layer.threshold * damage.factors(layer.neurons, layer.name)}
    elif damage.kind == "gains":
        changed = {"resistance": layer.resistance * damage.strength}
    elif loose:
        changed = {"motif": None}
    return replace(layer, **changed)
