"""usage: what every core of a program holds, counted from the program itself."""

from dataclasses import dataclass

import numpy as np

from targets.contracts.arrays import Array
from targets.contracts.chip import ChipSpec, Limit, input_slots
from targets.contracts.numbering import combined, distinct
from targets.program.program import Program


@dataclass(frozen=True)
class CoreUsage:
    """One core, in the units of ChipSpec; `axons_in` counts every distinct source, those on the same core too.

    Neurons share a decay profile where du, dv and the refractory period are the same. `delayed` are the synapses over
    which spikes take more than one step; `input_slots` are those of all neurons, by the longest delay on the core.
    """

    neurons: int
    synapses: int
    synapse_bytes: int
    axons_in: int
    axons_out: int
    decay_profiles: int
    threshold_profiles: int
    delayed: int = 0
    input_slots: int = 0


def core_limits(chip: ChipSpec) -> dict[str, Limit]:
    """The limits of one core by the field of CoreUsage that counts against each."""
    return {
        "neurons": chip.neurons_per_core,
        "synapse_bytes": chip.synapse_bytes_per_core,
        "axons_in": chip.axons_in_per_core,
        "axons_out": chip.axons_out_per_core,
        "decay_profiles": chip.decay_profiles_per_core,
        "threshold_profiles": chip.threshold_profiles_per_core,
        "input_slots": chip.input_slots_per_core,
    }


def usage(program: Program, chip: ChipSpec | None = None) -> tuple[CoreUsage, ...]:
    """What each core of `program` holds, counted with the memory model of its chip or of another `chip`."""
    chip = program.chip if chip is None else chip
    found = program.listeners
    cores, inside = len(program.cores), found.cores >= 0
    axons_in = np.bincount(found.cores[inside], minlength=cores)
    home = found.core_of[found.sources]
    axons_out = np.bincount(home[(home >= 0) & (home != found.cores)], minlength=cores)
    decays, thresholds = (
        _distinct(program, found.core_of, keys) for keys in (("du", "dv", "refractory_steps"), ("vth",))
    )
    return tuple(
        CoreUsage(
            neurons=core.neurons,
            synapses=int(found.synapses[number]),
            synapse_bytes=chip.synapse_bytes(
                int(found.synapses[number]), int(axons_in[number]), int(found.delayed[number])
            ),
            axons_in=int(axons_in[number]),
            axons_out=int(axons_out[number]),
            decay_profiles=int(decays[number]),
            threshold_profiles=int(thresholds[number]),
            delayed=int(found.delayed[number]),
            input_slots=core.neurons * input_slots(int(found.longest[number])),
        )
        for number, core in enumerate(program.cores)
    )


def chips_used(program: Program) -> int:
    """Number of chips of the system that hold cores of `program`."""
    return len({program.chip.chip_at(core.x, core.y) for core in program.cores} - {-1})


def _distinct(program: Program, core_of: Array, keys: tuple[str, ...]) -> Array:
    """Distinct combinations of some parameters over the neurons of every core: int [core]."""
    values = np.stack([np.concatenate([getattr(p, key) for p in program.populations]) for key in keys])
    combination = combined(values)
    own = core_of[core_of.size - program.neurons :]
    held, span = own >= 0, int(combination.max()) + 1
    return np.bincount(distinct(own[held] * span + combination[held]) // span, minlength=len(program.cores))
