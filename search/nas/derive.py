"""derive: from relaxed choices to one motif, and the network built of it."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, cast

import numpy as np
import torch
from torch import Tensor

from search.data.task import Split
from search.motif import Motif, neighbours
from search.nas.relaxation import decided
from search.nas.relaxed_layer import OPTIONS, Choices, RelaxedLayer
from search.network import Connection, Layer, Network
from search.settings import ModelSettings
from targets.contracts.arrays import Floats, Ints
from targets.contracts.errors import InputError
from targets.contracts.ports import Answer, Input, Readout
from targets.contracts.synapses import Banded, BlockDiagonal, Dense, Sparse

READOUT = "readout"


def hidden_names(count: int) -> tuple[str, ...]:
    """Names of the hidden populations: "hidden", or "hidden1", "hidden2", ... where there are several."""
    return ("hidden",) if count == 1 else tuple(f"hidden{number}" for number in range(1, count + 1))


def derive(layer: RelaxedLayer, choices: Choices) -> Motif:
    """The motif of the most probable size, every link of its most probable type.

    From each neighbour at most `size` links stay, those whose type is surest (ties to the lowest post, then pre).
    """
    with torch.no_grad():
        leader = choices.leader
        size = layer.sizes[leader]
        types = np.array(OPTIONS)[decided(choices.types[leader], size).argmax(-1).cpu().numpy()]
        delays = _steps(layer.delays, choices.delays, leader, len(types)) if layer.delays != (1,) else None
        late = _steps(layer.late, choices.late, leader, size) if layer.late != (0,) else None
    return Motif(size, types[0], layer.wiring, types[1:], delays=delays, late=late)


def _steps(offered: Sequence[int], choices: Sequence[Tensor], candidate: int, count: int) -> Ints:
    """The most probable of the steps `offered`, for each of `count`; the only ones where there is no choice."""
    chosen = choices[candidate].argmax(-1).cpu().numpy() if choices else np.zeros(count, np.int64)
    return np.array(offered, np.int32)[chosen]


def derivation(layer: RelaxedLayer, choices: Choices) -> dict[str, Any]:
    """How a motif came to be, in JSON values: links by type, lateral links over the limit, why a type is absent."""
    motif = derive(layer, choices)
    with torch.no_grad():
        likely = choices.types[choices.leader].softmax(-1).cpu().numpy()
    types = np.concatenate([motif.intra[None], motif.lateral])
    wanted = np.array(OPTIONS)[likely.argmax(-1)]
    report: dict[str, Any] = {"size": motif.size, "dropped": int(np.count_nonzero(wanted) - np.count_nonzero(types))}
    for option, (name, kind) in enumerate((("excitatory", OPTIONS[0]), ("inhibitory", OPTIONS[1]))):
        report[name] = int(np.count_nonzero(types == kind))
        if not report[name]:
            best = likely[..., option].max()
            report.setdefault("reasons", []).append(
                f"no {name} link: the likeliest one has probability {best:.2f}, and every link has a likelier type"
                if not (wanted == kind).any()
                else f"no {name} link: those preferred were lateral ones over the limit of {motif.size} per neighbour"
            )
    return report


def readout_of(split: Split, model: ModelSettings) -> Readout:
    """How a network of these settings answers: as they say, or as is usual for the data.

    InputError where a vote is asked for and the data have values to be told.
    """
    if split.by == "value" and model.readout != "task":
        raise InputError(
            f"setting model.readout is {model.readout!r}, a vote for classes; the data have values to be told, for "
            "which 'task' is needed, so take that."
        )
    if model.readout == "task":
        return Readout(READOUT, split.classes, by=split.by, window=model.window or split.window)
    by = cast(Answer, model.readout)
    return Readout(READOUT, split.classes, by=by, window=model.window)


def motif_network(
    motifs: Mapping[str, Motif],
    resistance: Mapping[str, Floats],
    tau_m: Mapping[str, Floats],
    split: Split,
    model: ModelSettings,
    heard: Mapping[str, Ints] | None = None,
    late: Mapping[str, Ints] | None = None,
) -> Network:
    """Input -> hidden layers of these motifs (R, tau_m [neuron]) -> readout, all weights zero.

    Delays are those of the motifs, 1 elsewhere. `heard` int [motif, source] tells of some layers which sources each
    motif hears, where not all; `late` int [neuron] by how much each neuron hears them later, where no motif says it.

    `motifs`, `resistance` and `tau_m` go by the names of the hidden populations; one without a motif has no recurrent
    connections. Connections are called "input", "intra", "lateral" and "output", with the number of the layer where
    there are several.
    """
    names = hidden_names(len(model.neurons))
    numbers = [name.removeprefix("hidden") for name in names]
    chain = [(split.input, split.neurons), *zip(names, model.neurons, strict=True)]
    layers: list[Layer] = []
    connections: list[Connection] = []
    for (source, sources), (name, neurons), number in zip(chain[:-1], chain[1:], numbers, strict=True):
        motif = motifs.get(name)
        steps = np.zeros(neurons, np.int32) if late is None else late.get(name, np.zeros(neurons, np.int32))
        if motif is not None and motif.late is not None:
            steps = np.tile(motif.late, neurons // motif.size)
        own = None if heard is None else heard.get(name)
        connections += feed((f"input{number}", source, name), sources, steps, own)
        layers.append(
            Layer.of(name, neurons, tau_s=model.tau_s, tau_m=tau_m[name], resistance=resistance[name], motif=motif)
        )
        connections += [] if motif is None else _links(motif, name, neurons, number)
    outputs = split.classes * model.readout_neurons
    readout = readout_of(split, model)
    answers: Literal["spikes", "voltage"] = "spikes" if readout.by == "spikes" else "voltage"
    shared = None if model.readout_fan_in == 1 else windows(outputs, split.classes, model)
    connections += feed(("output", names[-1], READOUT), model.neurons[-1], np.zeros(outputs, np.int32), shared)
    return Network(
        inputs=(Input(split.input, split.neurons),),
        layers=(*layers, Layer.of(READOUT, outputs, tau_s=model.tau_s, tau_m=model.readout_tau_m, answers=answers)),
        connections=tuple(connections),
        readout=readout,
        steps=max(int(split.train.lengths.max(initial=0)), 1),
        origin=split.digest,
    )


def windows(outputs: int, classes: int, model: ModelSettings) -> Ints:
    """Which neurons of the last hidden layer each readout neuron hears: int32 [readout neuron, source].

    Neighbours, so that motifs stay whole. The neurons of a class begin at equal distances, so that together they hear
    as much as they can; all classes alike, so that a spike goes to as few cores as may be.
    """
    each, sources = outputs // classes, model.neurons[-1]
    count = max(1, round(model.readout_fan_in * sources))
    begins = np.arange(each)[:, None] * sources // each
    own = np.sort((begins + np.arange(count)) % sources, axis=1).astype(np.int32)
    return np.tile(own, (classes, 1))


def _links(motif: Motif, name: str, neurons: int, number: str) -> Sequence[Connection]:
    """Connections of a layer to itself, those without any link left out."""
    motifs, size = neurons // motif.size, motif.size
    sources = neighbours(motif.wiring, motifs)
    inside = 1 if motif.delays is None else int(motif.delays[0])
    found = []
    if motif.intra.any():
        block = BlockDiagonal(np.zeros((motifs, size, size)))
        found.append(Connection(_late(f"intra{number}", inside), name, name, block, inside))
    reached = [1] if motif.delays is None else sorted(set(motif.delays[1:].tolist()))
    for delay in reached:
        there = motif.directions_at(delay)
        if motif.lateral[there].any():
            band = Banded(np.zeros((len(there), motifs, size, size)), sources[there], motifs)
            found.append(Connection(_late(f"lateral{number}", delay), name, name, band, delay))
    return found


def feed(ends: tuple[str, str, str], sources: int, late: Ints, heard: Ints | None) -> Sequence[Connection]:
    """Connections, one per delay, of the name and from the source to the target `ends`, all weights zero.

    `late` int [neuron] is by how much each neuron hears later than after one step; neurons in as many equal groups as
    `heard` int [group, source] has rows hear the sources of theirs, or all of them.
    """
    name, source, target = ends
    if heard is None and not late.any():
        return [Connection(name, source, target, Dense(np.zeros((late.size, sources))))]
    heard = np.arange(sources, dtype=np.int32)[None] if heard is None else np.sort(heard, axis=1).astype(np.int32)
    rows = np.repeat(heard, late.size // len(heard), axis=0)
    found = []
    for steps in np.unique(late).tolist():
        there = late == steps
        indptr = np.concatenate([[0], np.cumsum(there * rows.shape[1])])
        indices = rows[there].ravel()
        synapses = Sparse(np.zeros(indices.size), indices, indptr, sources)
        found.append(Connection(_late(name, 1 + steps), source, target, synapses, 1 + steps))
    return found


def _late(name: str, delay: int) -> str:
    """The name of a connection whose spikes take longer than one step."""
    return name if delay == 1 else f"{name}+{delay - 1}"
