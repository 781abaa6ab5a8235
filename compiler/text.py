"""text: the canonical text of a network, a graph or a program; what `motifc show` prints and golden files hold."""

import hashlib
from collections.abc import Iterable
from functools import singledispatch

import numpy as np

from compiler.analysis.calibration import Calibration
from compiler.analysis.quantization import QuantizationReport
from compiler.ir.graph import FloatPopulation, FloatProjection, Graph
from compiler.ir.hypergraph import Hypergraph
from compiler.mapping.state import ChipMapping
from compiler.passes.bounds import ENDLESS, Bounds
from compiler.passes.prune import Pruned
from compiler.passes.split import Split
from search.motif import DIRECTIONS
from search.network import Connection, Layer, Network
from targets.contracts.arrays import Array
from targets.contracts.ports import Input, Readout
from targets.contracts.shown import shown
from targets.contracts.synapses import Synapses
from targets.program.program import IntPopulation, IntProjection, Program, Proof
from targets.program.usage import chips_used, usage

_WHOLE = 16
"""Arrays up to this many numbers are printed whole."""


@singledispatch
def text(thing: object) -> str:
    """Text of a Network, any stage after it, or a Program: the same content gives the same text, any change another."""
    raise TypeError(f"no text form for {type(thing).__name__}")


@text.register
def _(network: Network) -> str:
    lines = [f"network {network.digest[:16]}", *_ports(network.inputs, network.steps, network.readout)]
    for layer in network.layers:
        lines += _layer(layer)
    for connection in network.connections:
        lines += _edge("connection", connection)
    return _joined(lines)


@text.register
def _(graph: Graph) -> str:  # type: ignore[type-arg]  # singledispatch needs the bare class
    lines = [f"graph of {shown(graph.origin[:16])}", *_ports(graph.inputs, graph.steps, graph.readout)]
    for population in graph.populations:
        lines += _population(population)
    for projection in graph.projections:
        lines += _edge("projection", projection)
    return _joined(lines)


@text.register
def _(pruned: Pruned) -> str:
    return text(pruned.graph)


@text.register
def _(halves: Split) -> str:
    lines = [f"residual of {shown(name)}: {shown(residual)}" for name, residual in halves.residuals.items()]
    lines += [
        f"ceiling of {shown(name)}: {found.highest:,}, held by {found.held}; {found.proved:,} proved"
        for name, found in halves.ceilings.items()
    ]
    return text(halves.graph) + _joined([*lines, f"synapses {halves.synapses:,}, {halves.weights:,} weights"])


@text.register
def _(stages: tuple) -> str:  # type: ignore[type-arg]  # singledispatch needs the bare class
    return "".join(text(stage) for stage in stages)


@text.register
def _(measured: Calibration) -> str:
    lines = [_array(f"rates of {shown(name)}", rates) for name, rates in measured.rates.items()]
    lines += [
        f"  peaks of {shown(name)}: |u| {u:.6g}, |v| {v:.6g} thresholds" for name, (u, v) in measured.peaks.items()
    ]
    return _joined(["calibration", *lines])


@text.register
def _(report: QuantizationReport) -> str:
    return report.text()


@text.register
def _(program: Program) -> str:
    lines = [
        f"program {program.digest[:16]} of network {shown(program.origin[:16]) or '(none)'} for "
        f"{shown(program.chip.name)}",
        *_ports(program.inputs, program.steps, program.readout),
    ]
    for population in program.populations:
        lines += _population(population)
    for projection in program.projections:
        lines += _edge("projection", projection)
    lines.append(f"cores {len(program.cores):,}, chips {chips_used(program):,}")
    for number, (core, used) in enumerate(zip(program.cores, usage(program), strict=True)):
        lines.append(f"core {number} at ({core.x}, {core.y})")
        lines += [f"  {shown(name)} {_ranges(indices)}" for name, indices in core.members.items()]
        lines.append(
            f"  {used.neurons:,} neurons, {used.synapses:,} synapses in {used.synapse_bytes:,} bytes, "
            f"{used.axons_in:,} axons in, {used.axons_out:,} out, {used.decay_profiles} decay and "
            f"{used.threshold_profiles} threshold profiles"
        )
        if used.delayed:
            lines.append(
                f"  {used.delayed:,} of the synapses delayed, {used.input_slots:,} input slots of "
                f"{program.chip.input_slots_per_core.value:,}"
            )
    lines += [f"route {_core(r.source)} -> {_core(r.target)}, {r.axons:,} axons" for r in program.routes]
    return _joined([*lines, *(_proof(proof) for proof in program.proofs)])


@text.register
def _(bounds: Bounds) -> str:
    keys = ("a_low", "a_high", "u_low", "u_high", "v_low", "v_high")
    return _joined([_proof(bounds.proof), *(_array(key, getattr(bounds, key)) for key in keys)])


@text.register
def _(hypergraph: Hypergraph) -> str:
    keys = ("neurons", "synapses", "events", "pins", "indptr", "home", "width", "rate")
    lines = [f"hypergraph of {hypergraph.units:,} units and {hypergraph.nets:,} nets"]
    for name, unit_of in hypergraph.unit_of.items():
        lines.append(f"population {shown(name)}: units {unit_of.min()}-{unit_of.max()}")
    lines += [f"split motifs of {shown(name)}: {_ranges(motifs)}" for name, motifs in hypergraph.split.items()]
    lines += [_array(key, getattr(hypergraph, key)) for key in keys if getattr(hypergraph, key).size]
    if hypergraph.delayed is not None:
        lines += [_array("delayed", hypergraph.delayed), f"longest delay {hypergraph.longest} steps"]
    lines += [_array(f"{key} profiles of units", getattr(hypergraph, key)) for key in ("decays", "thresholds")]
    return _joined(lines)


@text.register
def _(mapping: ChipMapping) -> str:
    lines = [f"mapping onto {mapping.cores:,} cores"]
    for core, (x, y) in enumerate(mapping.tiles.tolist()):
        lines.append(f"core {core} at ({x}, {y}): units {_ranges(np.flatnonzero(mapping.core_of == core))}")
    return _joined(lines)


def _ports(inputs: Iterable[Input], steps: int, readout: Readout | None) -> list[str]:
    lines = [f"input {shown(source.name)}: {source.neurons:,} neurons" for source in inputs]
    if readout is not None:
        looks = "" if readout.by == "spikes" else f" by {readout.by} voltage"
        told = (
            f"{readout.classes} classes{looks}" if not readout.tells_values else f"{readout.classes} values by voltage"
        )
        late = f", in the last {readout.window} steps" if readout.window else ""
        lines.append(f"readout {shown(readout.population)}: {told}{late}")
    return [*lines, f"steps {steps}"]


def _layer(layer: Layer) -> list[str]:
    answers = "" if layer.answers == "spikes" else ", answers in voltage"
    lines = [_head("layer", layer.name, layer.neurons, layer.motif_size) + answers]
    lines += [_array(key, getattr(layer, key)) for key in ("tau_s", "tau_m", "resistance", "threshold", "bias")]
    if layer.motif is not None:
        lines.append(f"  motif of {layer.motif.links} links (+ excitatory, - inhibitory), wiring {layer.motif.wiring}")
        lines += [f"    {row}" for row in _types(layer.motif.intra)]
        after = [""] * (1 + len(layer.motif.lateral))
        if layer.motif.delays is not None:
            after = [f", after {delay} {'step' if delay == 1 else 'steps'}" for delay in layer.motif.delays]
            lines.append(f"  inside{after[0]}")
        for direction, types, late in zip(DIRECTIONS[layer.motif.wiring], layer.motif.lateral, after[1:], strict=True):
            lines += [f"  from the {direction} motif{late}", *(f"    {row}" for row in _types(types))]
        if layer.motif.late is not None:
            lines.append(f"  hears its input late by {' '.join(map(str, layer.motif.late))} steps")
    return lines


def _population(population: FloatPopulation | IntPopulation) -> list[str]:
    integers = isinstance(population, IntPopulation)
    keys = ["du", "dv", "vth", "bias"] if integers else ["tau_s", "tau_m", "threshold", "bias"]
    keys += [] if population.refractory is None else ["refractory"]
    head = _head("population", population.name, population.neurons, population.motif_size)
    if population.latency:
        head += f", {population.latency} {'step' if population.latency == 1 else 'steps'} late"
    if population.invented:
        head += f", stands for biases ({population.invented})"
    return [head, *(_array(key, getattr(population, key)) for key in keys)]


def _edge(word: str, edge: Connection | FloatProjection | IntProjection) -> list[str]:
    exponent = f", exponent {edge.exponent}" if isinstance(edge, IntProjection) else ""
    post, pre = edge.synapses.shape
    count = int(np.count_nonzero(edge.synapses.weights))
    return [
        f"{word} {shown(edge.name)}: {shown(edge.source)} -> {shown(edge.target)}, delay {edge.delay}{exponent}",
        f"  {edge.synapses.kind} [{post:,} post, {pre:,} pre], {count:,} synapses",
        *_weights(edge.synapses),
        *([_array("bias", edge.bias)] if isinstance(edge, FloatProjection) and edge.bias is not None else []),
    ]


def _weights(synapses: Synapses) -> list[str]:
    if synapses.weights.ndim == 2 and synapses.weights.size <= _WHOLE:
        return [f"  {_numbers(row)}" for row in synapses.weights]
    return [_array("weights", synapses.weights)]


def _proof(proof: Proof) -> str:
    reach = ", ".join(
        f"{name} {_reach(least)} .. {_reach(most)}"
        for name, (least, most) in zip("auv", (proof.a, proof.u, proof.v), strict=True)
    )
    risks = [
        f"{which} {_ranges(neurons)}"
        for which, neurons in (("may wrap:", proof.wraps), ("may saturate:", proof.saturates))
        if neurons.size
    ]
    return f"proof {shown(proof.population)}: {reach}; {', '.join(risks) or 'no neuron leaves its registers'}"


def _reach(value: int) -> str:
    return f"{value:,}" if abs(value) < ENDLESS >> 1 else "endless"


def _head(word: str, name: str, neurons: int, motif_size: int) -> str:
    motifs = "" if motif_size == 1 else f", {neurons // motif_size:,} motifs of {motif_size}"
    return f"{word} {shown(name)}: {neurons:,} neurons{motifs}"


def _array(name: str, values: Array) -> str:
    """One line: a single number, all numbers, or range, distinct values and a digest."""
    flat = values.ravel()
    if flat.size and (flat == flat[0]).all():
        return f"  {name} {_numbers(flat[:1])}"
    if flat.size <= _WHOLE:
        return f"  {name} {_numbers(flat)}"
    sha = hashlib.sha256(np.ascontiguousarray(flat).tobytes()).hexdigest()[:12]
    ends = _numbers(np.array([flat.min(), flat.max()])).replace(" ", " .. ")
    return f"  {name} {ends}, {len(np.unique(flat)):,} distinct of {flat.size:,}, sha {sha}"


def _numbers(values: Array) -> str:
    return " ".join(f"{value:.6g}" if values.dtype.kind == "f" else str(int(value)) for value in values)


def _types(types: Array) -> list[str]:
    return ["".join("-.+"[link + 1] for link in row) for row in types]


def _ranges(indices: Array) -> str:
    """Sorted indices as "0-7 16-23"."""
    runs = np.split(indices, np.flatnonzero(np.diff(indices) != 1) + 1)
    return " ".join(f"{run[0]}-{run[-1]}" if run.size > 1 else f"{run[0]}" for run in runs if run.size)


def _core(number: int) -> str:
    return "outside" if number < 0 else f"core {number}"


def _joined(lines: list[str]) -> str:
    return "\n".join(lines) + "\n"
