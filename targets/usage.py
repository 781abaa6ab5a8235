"""usage: what every core of a program holds, and the routes between cores, counted from the program itself."""

from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from targets.arrays import Array
from targets.chip import ChipSpec
from targets.program import Program, Route
from targets.wiring import Node


@dataclass(frozen=True)
class CoreUsage:
    """One core, in the units of ChipSpec; `axons_in` counts every distinct source, those on the same core too."""

    neurons: int
    synapses: int
    synapse_bytes: int
    axons_in: int
    axons_out: int
    decay_profiles: int
    threshold_profiles: int


def usage(program: Program, chip: ChipSpec) -> tuple[CoreUsage, ...]:
    """What each core of `program` holds, counted with the memory model of `chip`."""
    core_of = core_of_neurons(program)
    sources, targets = _synapses(program)
    cores = len(program.cores)
    synapses = np.bincount(core_of[targets], minlength=cores)
    listened = np.unique(np.stack([core_of[targets], sources]), axis=1) if sources.size else np.empty((2, 0), int)
    axons_in = np.bincount(listened[0], minlength=cores)
    axons_out = np.zeros(cores, dtype=int)
    for route in routes(program):
        if route.source >= 0:
            axons_out[route.source] += route.axons
    return tuple(
        CoreUsage(
            neurons=core.neurons,
            synapses=int(synapses[number]),
            synapse_bytes=chip.synapse_bytes(int(synapses[number]), int(axons_in[number])),
            axons_in=int(axons_in[number]),
            axons_out=int(axons_out[number]),
            decay_profiles=_distinct(program, number, ("du", "dv")),
            threshold_profiles=_distinct(program, number, ("vth",)),
        )
        for number, core in enumerate(program.cores)
    )


def routes(program: Program) -> tuple[Route, ...]:
    """Axons from core to core: distinct source neurons of every pair of different cores; source -1 is the outside."""
    core_of = core_of_neurons(program)
    sources, targets = _synapses(program)
    pairs = np.unique(np.stack([sources, core_of[targets]]), axis=1) if sources.size else np.empty((2, 0), int)
    crossing = pairs[:, core_of[pairs[0]] != pairs[1]]
    ends, axons = np.unique(np.stack([core_of[crossing[0]], crossing[1]]), axis=1, return_counts=True)
    return tuple(Route(int(source), int(target), int(n)) for (source, target), n in zip(ends.T, axons, strict=True))


def offsets(program: Program) -> dict[str, int]:
    """First global number of every input and population, inputs first."""
    parts: tuple[Node, ...] = (*program.inputs, *program.populations)
    ends = accumulate((part.neurons for part in parts), initial=0)
    return {part.name: start for part, start in zip(parts, ends, strict=False)}


def core_of_neurons(program: Program) -> Array:
    """Core of every neuron by global number, -1 for inputs and for neurons that are on no core."""
    starts = offsets(program)
    outside = sum(source.neurons for source in program.inputs)
    core_of = np.full(outside + program.neurons, -1, dtype=np.int64)
    for number, core in enumerate(program.cores):
        for name, indices in core.members.items():
            core_of[starts[name] + indices] = number
    return core_of


def _synapses(program: Program) -> tuple[Array, Array]:
    """Global (source, target) numbers of all synapses that are not zero."""
    starts = offsets(program)
    sources, targets = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    for projection in program.projections:
        post, pre, _ = projection.synapses.coordinates()
        sources.append(starts[projection.source] + pre)
        targets.append(starts[projection.target] + post)
    return np.concatenate(sources), np.concatenate(targets)


def _distinct(program: Program, core: int, keys: tuple[str, ...]) -> int:
    """Distinct combinations of some parameters over the neurons of a core."""
    rows = [
        np.stack([getattr(program.population(name), key)[indices] for key in keys], axis=1)
        for name, indices in program.cores[core].members.items()
    ]
    return len(np.unique(np.concatenate(rows), axis=0)) if rows else 0
