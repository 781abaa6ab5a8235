"""usage: what every core of a program holds, and the routes between cores, counted from the program itself."""

from dataclasses import dataclass

import numpy as np

from targets.arrays import Array
from targets.chip import ChipSpec
from targets.numbering import distinct, numbered, offsets
from targets.program import Program, Route


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
    cores = len(program.cores)
    core_of = core_of_neurons(program)
    synapses = np.zeros(cores, dtype=np.int64)
    for _, targets in numbered(program.projections, offsets(program.inputs, program.populations)):
        synapses += np.bincount(core_of[targets], minlength=cores)
    heard = _heard(program, core_of)
    axons_in = np.bincount(heard[1], minlength=cores)
    axons_out = np.zeros(cores, dtype=np.int64)
    for route in _routes(*heard, core_of):
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
    return _routes(*_heard(program, core_of), core_of)


def core_of_neurons(program: Program) -> Array:
    """Core of every neuron by global number, -1 for inputs and for neurons that are on no core."""
    starts = offsets(program.inputs, program.populations)
    outside = sum(source.neurons for source in program.inputs)
    core_of = np.full(outside + program.neurons, -1, dtype=np.int64)
    for number, core in enumerate(program.cores):
        for name, indices in core.members.items():
            core_of[starts[name] + indices] = number
    return core_of


def _heard(program: Program, core_of: Array) -> tuple[Array, Array]:
    """(source neuron, core that listens to it), every pair once; pairs are kept as one number each to sort them fast.

    Neurons that are on no core listen on core -1.
    """
    span = len(program.cores) + 1
    keys = [np.empty(0, dtype=np.int64)]
    synapses = numbered(program.projections, offsets(program.inputs, program.populations))
    keys += [distinct(sources * span + core_of[targets] + 1) for sources, targets in synapses]
    sources, cores = np.divmod(distinct(np.concatenate(keys)), span)
    return sources, cores - 1


def _routes(sources: Array, cores: Array, core_of: Array) -> tuple[Route, ...]:
    """Routes from the pairs of `_heard`."""
    span = int(max(core_of.max(initial=-1), cores.max(initial=-1))) + 2
    crossing = core_of[sources] != cores
    ends, axons = np.unique((core_of[sources[crossing]] + 1) * span + cores[crossing] + 1, return_counts=True)
    return tuple(
        Route(source - 1, target - 1, count)
        for source, target, count in zip((ends // span).tolist(), (ends % span).tolist(), axons.tolist(), strict=True)
    )


def _distinct(program: Program, core: int, keys: tuple[str, ...]) -> int:
    """Distinct combinations of some parameters over the neurons of a core."""
    rows = [
        np.stack([getattr(program.population(name), key)[indices] for key in keys], axis=1)
        for name, indices in program.cores[core].members.items()
    ]
    return len(np.unique(np.concatenate(rows), axis=0)) if rows else 0
