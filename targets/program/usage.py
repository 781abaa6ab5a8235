"""usage: what every core of a program holds, and the routes between cores, counted from the program itself."""

from dataclasses import dataclass

import numpy as np

from targets.contracts.arrays import Array
from targets.contracts.chip import ChipSpec
from targets.contracts.numbering import distinct, numbered, offsets
from targets.program.program import Program, Route


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


@dataclass(frozen=True, eq=False)
class Heard:
    """Which core listens to whom: one walk over the synapses, from which all counts of a program follow.

    synapses        int [core]: those that are not zero and end there
    sources, cores  int [pair]: every source neuron (by global number) and core that listens to it, once, in order
    core_of         core of every neuron by global number, -1 for inputs and for neurons that are on no core
    """

    synapses: Array
    sources: Array
    cores: Array
    core_of: Array


def heard(program: Program) -> Heard:
    """Count the synapses of every core and find the pairs. Neurons that are on no core listen on core -1."""
    core_of = core_of_neurons(program)
    span = len(program.cores) + 1
    synapses, keys = np.zeros(span, dtype=np.int64), [np.empty(0, dtype=np.int64)]
    for source, target in numbered(program.projections, offsets(program.inputs, program.populations)):
        listening = core_of[target] + 1
        synapses += np.bincount(listening, minlength=span)
        # One number for each pair, to sort them fast.
        keys.append(distinct(source * span + listening))
    sources, cores = np.divmod(distinct(np.concatenate(keys)), span)
    return Heard(synapses[1:], sources, cores - 1, core_of)


def usage(program: Program, chip: ChipSpec, found: Heard | None = None) -> tuple[CoreUsage, ...]:
    """What each core of `program` holds, counted with the memory model of `chip`; `found` is `heard` where known."""
    found = heard(program) if found is None else found
    cores, inside = len(program.cores), found.cores >= 0
    axons_in = np.bincount(found.cores[inside], minlength=cores)
    axons_out = np.zeros(cores, dtype=np.int64)
    for route in routes(program, found):
        if route.source >= 0:
            axons_out[route.source] += route.axons
    decays, thresholds = (_distinct(program, found.core_of, keys) for keys in (("du", "dv"), ("vth",)))
    return tuple(
        CoreUsage(
            neurons=core.neurons,
            synapses=int(found.synapses[number]),
            synapse_bytes=chip.synapse_bytes(int(found.synapses[number]), int(axons_in[number])),
            axons_in=int(axons_in[number]),
            axons_out=int(axons_out[number]),
            decay_profiles=int(decays[number]),
            threshold_profiles=int(thresholds[number]),
        )
        for number, core in enumerate(program.cores)
    )


def routes(program: Program, found: Heard | None = None) -> tuple[Route, ...]:
    """Axons from core to core: distinct source neurons of every pair of different cores; source -1 is the outside."""
    found = heard(program) if found is None else found
    home = found.core_of[found.sources]
    crossing = home != found.cores
    span = len(program.cores) + 1
    ends, axons = np.unique((home[crossing] + 1) * span + found.cores[crossing] + 1, return_counts=True)
    return tuple(
        Route(source - 1, target - 1, count)
        for source, target, count in zip((ends // span).tolist(), (ends % span).tolist(), axons.tolist(), strict=True)
    )


def chips_used(program: Program, chip: ChipSpec) -> int:
    """Number of chips of the system that hold cores of `program`."""
    return len({chip.chip_at(core.x, core.y) for core in program.cores} - {-1})


def core_of_neurons(program: Program) -> Array:
    """Core of every neuron by global number, -1 for inputs and for neurons that are on no core."""
    starts = offsets(program.inputs, program.populations)
    outside = sum(source.neurons for source in program.inputs)
    core_of = np.full(outside + program.neurons, -1, dtype=np.int64)
    for number, core in enumerate(program.cores):
        for name, indices in core.members.items():
            core_of[starts[name] + indices] = number
    return core_of


def _distinct(program: Program, core_of: Array, keys: tuple[str, ...]) -> Array:
    """Distinct combinations of some parameters over the neurons of every core: int [core]."""
    values = np.stack([np.concatenate([getattr(p, key) for p in program.populations]) for key in keys])
    _, combination = np.unique(values, axis=1, return_inverse=True)
    own = core_of[core_of.size - program.neurons :]
    held, span = own >= 0, int(combination.max()) + 1
    return np.bincount(distinct(own[held] * span + combination.ravel()[held]) // span, minlength=len(program.cores))
