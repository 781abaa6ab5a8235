"""core_loads: what every core of a program holds, computes and sends."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from compiler.analysis.estimate import operations_of, rates_in
from targets.contracts.arrays import Floats, readonly
from targets.contracts.raster import SpikeRaster
from targets.program.program import Program
from targets.program.usage import usage


@dataclass(frozen=True, eq=False)
class CoreLoads:
    """Means per step and counts of every core, float64 [core]; `between` float64 [source core, target core].

    neurons, axons_in, axons_out  counts
    memory      share of the synaptic memory of a core
    operations  synaptic operations per step
    traffic     spikes that a core sends to other cores and takes from them, per step
    between     spikes from core to core per step; what enters from outside is not in it
    """

    neurons: Floats
    memory: Floats
    axons_in: Floats
    axons_out: Floats
    operations: Floats
    traffic: Floats
    between: Floats

    def __post_init__(self) -> None:
        for name in ("neurons", "memory", "axons_in", "axons_out", "operations", "traffic"):
            object.__setattr__(self, name, readonly(getattr(self, name), np.float64, f"{name} [core]"))
        between = readonly(self.between, np.float64, "messages [source core, target core]", 2)
        object.__setattr__(self, "between", between)


def core_loads(program: Program, spikes: Mapping[str, SpikeRaster] | None = None) -> CoreLoads:
    """Loads of the cores when inputs and populations spike as in `spikes`, named as in `estimate`.

    Where no spikes are given, every input and neuron is taken to spike in 3 % of the steps.
    """
    rates = rates_in(program, spikes)
    core_of, cores = program.listeners.core_of, len(program.cores)
    operations, (source, goal) = operations_of(program, rates)
    crossing = (core_of[source] >= 0) & (core_of[source] != goal)
    pairs = core_of[source[crossing]] * cores + goal[crossing]
    between = (
        np.bincount(pairs, rates[source[crossing]], minlength=cores * cores).astype(np.float64).reshape(cores, cores)
    )
    held = usage(program)
    memory = program.chip.synapse_bytes_per_core.value
    return CoreLoads(
        neurons=np.array([core.neurons for core in held], np.float64),
        memory=np.array([core.synapse_bytes / memory for core in held], np.float64),
        axons_in=np.array([core.axons_in for core in held], np.float64),
        axons_out=np.array([core.axons_out for core in held], np.float64),
        operations=operations,
        traffic=between.sum(axis=0) + between.sum(axis=1),
        between=between,
    )
