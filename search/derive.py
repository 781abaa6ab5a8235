"""From relaxed choices to one motif, and the network built of it."""

import numpy as np
import torch

from search.layer import OPTIONS, Choices, RelaxedLayer
from search.motif import NONE, Motif, neighbours
from search.network import Connection, Layer, Network
from search.settings import Model
from search.task import Split
from targets.arrays import Array, Floats
from targets.ports import Input, Readout
from targets.synapses import Banded, BlockDiagonal, Dense

HIDDEN, READOUT = "hidden", "readout"


def derive(layer: RelaxedLayer, choices: Choices) -> Motif:
    """The motif of the most probable size, every link of its most probable type.

    From each neighbour at most `size` links stay, those whose type is surest (ties to the lowest post, then pre).
    """
    with torch.no_grad():
        chosen = int(choices.sizes.argmax())
        likely = choices.types[chosen].softmax(-1).cpu().numpy()
    types = np.array(OPTIONS)[likely.argmax(-1)]
    sureness = likely.max(-1)
    size = layer.sizes[chosen]
    lateral = [_surest(one, sure, size) for one, sure in zip(types[1:], sureness[1:], strict=True)]
    return Motif(size, types[0], layer.wiring, np.array(lateral, dtype=np.int8).reshape(-1, size, size))


def motif_network(motif: Motif | None, resistance: Floats, tau_m: Floats, split: Split, model: Model) -> Network:
    """Input -> hidden layer of that motif (R, tau_m [neuron]) -> readout, all weights zero, every delay 1.

    Without a motif there are no recurrent connections.
    """
    neurons, outputs = model.neurons, split.classes * model.readout_neurons
    connections = [Connection("input", split.input, HIDDEN, Dense(np.zeros((neurons, split.neurons))))]
    if motif is not None:
        motifs, size = neurons // motif.size, motif.size
        sources = neighbours(motif.wiring, motifs)
        if motif.intra.any():
            intra = BlockDiagonal(np.zeros((motifs, size, size)))
            connections.append(Connection("intra", HIDDEN, HIDDEN, intra))
        if motif.lateral.any():
            lateral = Banded(np.zeros((len(sources), motifs, size, size)), sources, motifs)
            connections.append(Connection("lateral", HIDDEN, HIDDEN, lateral))
    connections.append(Connection("output", HIDDEN, READOUT, Dense(np.zeros((outputs, neurons)))))
    hidden = Layer.of(HIDDEN, neurons, tau_s=model.tau_s, tau_m=tau_m, resistance=resistance, motif=motif)
    readout = Layer.of(READOUT, outputs, tau_s=model.tau_s, tau_m=model.readout_tau_m)
    return Network(
        inputs=(Input(split.input, split.neurons),),
        layers=(hidden, readout),
        connections=tuple(connections),
        readout=Readout(READOUT, split.classes),
        steps=split.train.steps,
        origin=split.digest,
    )


def _surest(types: Array, sureness: Array, most: int) -> Array:
    """Types [post, pre] of one direction with all but the `most` surest links set to none."""
    links = np.flatnonzero(types != NONE)
    kept = links[np.argsort(-sureness.flat[links], kind="stable")[:most]]
    thinned = np.full_like(types, NONE)
    thinned.flat[kept] = types.flat[kept]
    return thinned
