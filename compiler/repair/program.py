"""repair_program: the thresholds of a program under which the neurons of a faulty machine return to their own rates."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from compiler.ir.graph import IntGraph
from compiler.passes.bounds import bounds
from compiler.repair.menu import clustered
from compiler.repair.spread import spread
from targets.contracts.arrays import Floats, Ints
from targets.contracts.raster import SpikeRaster
from targets.contracts.set_point import PASSES, Rates, set_point
from targets.program.check import legal
from targets.program.faults import Faults, faulty
from targets.program.program import Program
from targets.runtime.backend import load

_SAMPLES = 1000
"""Samples that are run at a time."""


def program_rates(
    program: Program, inputs: Mapping[str, SpikeRaster], faults: Faults | None = None, backend: str = "numpy"
) -> dict[str, Floats]:
    """Spikes per step that counts, population -> float64 [neuron], on the faulty machine; labels are not looked at."""
    first = next(iter(inputs.values()))
    counts = {each.name: np.zeros(each.neurons) for each in program.own}
    with load(faulty(program, faults), backend) as machine:
        for start in range(0, first.samples, _SAMPLES):
            piece = {name: raster.take(slice(start, start + _SAMPLES)) for name, raster in inputs.items()}
            for name, raster in machine.run(piece).spikes.items():
                counts[name] += raster.counts().sum(0)
    return {name: each / max(first.counted_steps, 1) for name, each in counts.items()}


def repair_program(
    program: Program,
    own: Rates,
    inputs: Mapping[str, SpikeRaster],
    faults: Faults | None = None,
    passes: int = PASSES,
    backend: str = "numpy",
    more_cores: int = 0,
) -> Program:
    """The program with thresholds by which the populations in `own` come near to these rates on the faulty machine.

    Scaling R of a neuron by a factor is scaling its threshold by the inverse, so the rule is that of
    `targets.contracts.set_point` on thresholds; weights, decays and biases stay, and cores too unless units may move to
    `more_cores` (`compiler.repair.spread`). Neurons that answer in voltage keep the threshold that they do not reach.
    The thresholds wanted are then clustered on every core to as many different ones as it holds
    (`compiler.repair.menu`), and the result is inside all limits of its chip, or InputError is raised.
    """
    spiking = {each.name: own[each.name] for each in program.own if each.name in own and each.unit is None}
    factors = set_point(lambda each: program_rates(under(program, each), inputs, faults, backend), spiking, passes)
    wanted = {name: np.maximum(program.population(name).vth, 1) / each for name, each in factors.items()}
    return proved(with_thresholds(spread(program, wanted, more_cores), wanted))


def under(program: Program, factors: Rates) -> Program:
    """The program with thresholds divided by these factors, of any number of different ones; not to be programmed."""
    highest = program.chip.threshold_max.value
    return replace(
        program,
        populations=tuple(
            replace(each, vth=np.clip(np.rint(each.vth / factors[each.name]), 1, highest).astype(np.int32))
            if each.name in factors
            else each
            for each in program.populations
        ),
        proofs=(),
    )


def with_thresholds(program: Program, wanted: Mapping[str, Floats]) -> Program:
    """The program with legal thresholds near to those wanted of some populations, clustered on every core."""
    chip, vth = program.chip, {each.name: each.vth.copy() for each in program.populations}
    for core in program.cores:
        moved = {name: members for name, members in core.members.items() if name in wanted and members.size}
        if not moved:
            continue
        fixed = {
            int(each) for name, members in core.members.items() if name not in moved for each in vth[name][members]
        }
        values = np.concatenate([wanted[name][members] for name, members in moved.items()])
        found = clustered(values, fixed, chip.threshold_profiles_per_core.value, chip.threshold_max.value)
        ends = np.cumsum([members.size for members in moved.values()])[:-1]
        for (name, members), each in zip(moved.items(), np.split(found, ends), strict=True):
            vth[name][members] = each
    populations = tuple(replace(each, vth=_as_was(each.vth, vth[each.name])) for each in program.populations)
    return legal(replace(program, populations=populations))


def proved(program: Program) -> Program:
    """The program with proofs of what its registers reach now, where it had any."""
    if not program.proofs:
        return program
    graph = IntGraph(
        program.inputs, program.populations, program.projections, program.readout, program.steps, program.origin
    )
    found = {each.population: each.proof for each in bounds(graph, program.chip.arithmetic)}
    return replace(program, proofs=tuple(found[each.population] for each in program.proofs))


def _as_was(before: Ints, after: Ints) -> Ints:
    """The same array where nothing has changed."""
    return before if np.array_equal(before, after) else after
