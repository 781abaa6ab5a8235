"""feasible: does a graph fit a chip, and what would have to change, before anything is searched or trained?"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from math import ceil, floor
from typing import Any, TypeVar

import numpy as np

from compiler.assemble import assemble
from compiler.ir.graph import FloatGraph, FloatPopulation, IntGraph
from compiler.ir.hypergraph import Hypergraph
from compiler.mapping.partitioning.first_fit import first_fit
from compiler.mapping.refusal import holdable, refuse
from compiler.mapping.state import ChipMapping, on_one_core, unplaced
from compiler.passes.coarsen import coarsen
from compiler.passes.fold import fold
from compiler.passes.partition import partition
from compiler.passes.prune import prune
from compiler.passes.retime import retime
from compiler.realize import realize
from targets.contracts.chip import ChipSpec
from targets.contracts.errors import InputError
from targets.contracts.grid import round_weights
from targets.contracts.profiles import cluster_decays
from targets.contracts.synapses import with_weights
from targets.contracts.thresholds import highest_threshold
from targets.program.check import check
from targets.program.program import IntPopulation, IntProjection
from targets.program.usage import usage

_TIGHT = 0.015
"""A partitioning with less room than this gets one core more, as in `compiler.passes.partition`."""
T = TypeVar("T")
Refusable = TypeVar("Refusable", IntGraph, FloatGraph)


@dataclass(frozen=True)
class Feasibility:
    """What is known of a graph on a chip.

    faults    one sentence for everything that breaks, with what to change; empty where it fits
    cores     about how many it takes; None, and so are the rest, where a fault keeps that from being known
    chips     of these cores
    fullest   bytes of synapses on the fullest core, as a share of what one holds
    bytes     of synapses in all
    messages  from core to core and from inputs in a step in which every neuron spikes once
    latency   steps by which the latest population answers late
    longest   steps that the slowest synapse takes
    delayed   synapses that take more than one
    slots     neurons for which a core has input slots where the slowest ends
    """

    chip: str
    faults: tuple[str, ...]
    cores: int | None = None
    chips: int | None = None
    neurons: int | None = None
    synapses: int | None = None
    bytes: int | None = None
    fullest: float | None = None
    messages: float | None = None
    latency: int | None = None
    longest: int | None = None
    delayed: int | None = None
    slots: int | None = None

    @property
    def fits(self) -> bool:
        """Whether nothing breaks."""
        return not self.faults

    @property
    def sentences(self) -> tuple[str, ...]:
        """All of it, one line each."""
        told = list(self.faults)
        if self.fits and self.cores is not None:
            chips = "1 chip" if self.chips == 1 else f"{self.chips:,} chips"
            cores = "1 core" if self.cores == 1 else f"about {self.cores:,} cores"
            told.append(
                f"It fits {self.chip}: {cores} of {chips}, {self.neurons:,} neurons, {self.synapses:,} synapses."
            )
            told.append(
                f"Synapses take {self.bytes:,} bytes, {self.fullest:.0%} of the fullest core; {self.messages:,.0f} "
                "messages go from core to core and from inputs in a step in which all spike."
            )
            if self.delayed:
                told.append(
                    f"Spikes take up to {self.longest:,} steps: {self.delayed:,} synapses store a delay, and a core "
                    f"that hears the slowest has input slots for {self.slots:,} neurons."
                )
        if self.latency:
            late = "1 step" if self.latency == 1 else f"{self.latency} steps"
            told.append(f"The last population answers {late} late.")
        return tuple(told)

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self) | {"fits": self.fits, "sentences": list(self.sentences)}


def feasible(graph: FloatGraph, chip: ChipSpec) -> Feasibility:
    """Look at what `compile_graph` would refuse, and count what it would need, in a fraction of its time.

    Weights are rounded on one scale for each population and cores filled in index order; nothing is searched, so that
    numbers of cores and messages are near to those of a program but not its own. A partitioning is searched only where
    cores filled in order break a limit.
    """
    faults: list[str] = []

    def tried(work: Callable[[], T]) -> T | None:
        try:
            return work()
        except InputError as error:
            faults.extend(str(error).splitlines())
            return None

    realized = tried(lambda: realize(graph))
    whole = realized[0] if realized else tried(lambda: realize(graph, substitute=True)[0])
    faults = list(dict.fromkeys(faults))
    floats = None if whole is None else tried(lambda: fold(retime(whole)))
    if floats is None:
        return Feasibility(chip.name, tuple(faults))
    integers = tried(lambda: _refused(prune(_roughly(_refused(floats, chip), chip)).graph, chip))
    if integers is None:
        return Feasibility(chip.name, tuple(faults))
    hypergraph = coarsen(integers, chip)
    mapping = _mapping(hypergraph, chip)
    core_of = hypergraph.of_neurons(mapping.core_of)
    program = assemble(integers, core_of, mapping.tiles, chip, {})
    faults += [each.sentence for each in check(program)]
    used = usage(program)
    cores = _cores(hypergraph, mapping)
    return Feasibility(
        chip=chip.name,
        faults=tuple(dict.fromkeys(faults)),
        cores=cores,
        chips=ceil(cores / chip.cores.value),
        neurons=sum(each.neurons for each in program.own),
        synapses=sum(each.synapses for each in used),
        bytes=sum(each.synapse_bytes for each in used),
        fullest=max(each.synapse_bytes for each in used) / chip.synapse_bytes_per_core.value,
        messages=mapping.loads.messages,
        latency=program.latest,
        longest=hypergraph.longest,
        delayed=sum(each.delayed for each in used),
        slots=chip.neurons_at(hypergraph.longest),
    )


def _refused(graph: Refusable, chip: ChipSpec) -> Refusable:
    """The graph itself; InputError where no mapping keeps every limit."""
    refuse(graph, chip)
    return graph


def _mapping(hypergraph: Hypergraph, chip: ChipSpec) -> ChipMapping:
    """All on one core where that holds them, else core after core, else what a search finds."""
    one = on_one_core(hypergraph, chip)
    if one.loads.overuse <= 1:
        return one
    index = unplaced(hypergraph, first_fit(hypergraph, chip), chip)
    return index if index.loads.overuse <= 1 else partition(hypergraph, one, chip)


def _cores(hypergraph: Hypergraph, mapping: ChipMapping) -> int:
    """How many cores a search would ask for first: as many as neurons or synapses fill."""
    if mapping.cores == 1 or mapping.loads.overuse > 1:
        return mapping.cores
    need = float(mapping.loads.use[:2].sum(axis=1).max())
    cores = ceil(need)
    if cores < need * (1 + _TIGHT):
        cores += 1
    whole = ceil(hypergraph.units / max(1, floor(hypergraph.units / need)))
    return min(max(cores, whole), mapping.cores)


def _roughly(graph: FloatGraph, chip: ChipSpec) -> IntGraph:
    """The graph in integers, with one scale for all neurons of a population: as large as its weights allow."""
    decays = cluster_decays(
        {each.name: (each.tau_s, each.tau_m) for each in graph.populations},
        chip.decay_profiles_per_core.value,
        chip.arithmetic,
    )
    populations, projections = [], {}
    for each in graph.populations:
        incoming = graph.into(each.name)
        holdable(each, {projection.name: projection.synapses for projection in incoming}, chip)
        largest = max((float(np.abs(edge.synapses.weights).max(initial=0)) for edge in incoming), default=0.0)
        widest = chip.weight_max.value << chip.exponent_max.value
        top = highest_threshold(chip)
        vth = max(1, min(top, floor(widest / largest)) if largest else top)
        populations.append(_rounded(each, vth, decays[each.name]))
        for edge in incoming:
            most = float(np.abs(edge.synapses.weights).max(initial=0)) * vth
            exponent = max(0, ceil(np.log2(most / chip.weight_max.value) - 1e-9)) if most else 0
            exponent = min(exponent, chip.exponent_max.value)
            weights = round_weights(edge.synapses.weights * (vth / 2.0**exponent), chip)
            projections[edge.name] = IntProjection(
                edge.name, edge.source, edge.target, with_weights(edge.synapses, weights), exponent, edge.delay
            )
    return IntGraph(
        inputs=graph.inputs,
        populations=tuple(populations),
        projections=tuple(projections[each.name] for each in graph.projections),
        readout=graph.readout,
        steps=graph.steps,
        origin=graph.origin,
        provenance=graph.provenance,
    )


def _rounded(population: FloatPopulation, vth: int, decays: tuple[Any, Any]) -> IntPopulation:
    return IntPopulation(
        population.name,
        population.motif_size,
        *decays,
        np.full(population.neurons, vth, np.int32),
        np.zeros(population.neurons, np.int32),
        latency=population.latency,
        invented=population.invented,
        refractory=population.refractory,
        unit=population.unit,
    )
