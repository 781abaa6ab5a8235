"""lively: large random programs of which every population spikes in 1 to 30 % of its bins."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from targets.backends.numpy import NumpyMachine
from targets.conformance.random_program import Case, Extent, case
from targets.contracts.arrays import Array
from targets.contracts.chip import chip_named
from targets.contracts.raster import SpikeRaster
from targets.program.program import IntPopulation, Program
from targets.runtime.recording import Probe, Recording

LIVELY = (0.01, 0.30)
"""Least and largest share of bins with a spike, of every population."""
_CHIP = "loihi2"
SAMPLES = 4 * 512
"""Of a case."""
_EXTENT = Extent(sources=(8, 48), motif=(16, 64), samples=(SAMPLES, SAMPLES), steps=(16, 40))
_PAIRS = 10
"""Pairs (du, dv) of a population: three populations may share a core, which holds 31."""
_TRIED = 8
"""Samples on which thresholds are chosen."""
_ROUNDS = 4
"""Times that all thresholds are chosen anew, since populations hear one another, before other numbers are drawn."""


def lively(seed: int, number: int) -> Case:
    """Random program `number` of a seed with 2,048 samples of spikes; depends on these two alone.

    Delays, exponents, decays and biases are those of `random_program`; thresholds follow from the voltages that there
    are. Where no threshold makes all populations lively, the next program of the same generator is taken.
    """
    rng = np.random.default_rng([seed, number])
    while True:
        program, spikes = case(lambda low, high: int(rng.integers(low, high + 1)), rng, chip_named(_CHIP), _EXTENT)
        program = replace(program, populations=tuple(_with_few_pairs(each, rng) for each in program.populations))
        if (fitted := _fitted(program, spikes, rng)) is not None:
            return fitted, spikes


def rates(recording: Recording) -> dict[str, float]:
    """Share of bins with a spike, of every population."""
    return {
        name: int(np.bitwise_count(raster.packed).sum()) / max(raster.bins, 1)
        for name, raster in recording.spikes.items()
    }


def _with_few_pairs(population: IntPopulation, rng: np.random.Generator) -> IntPopulation:
    """The population with the decays of its first ten neurons, dealt out at random."""
    chosen = rng.integers(0, min(_PAIRS, population.neurons), population.neurons)
    return replace(population, du=population.du[chosen], dv=population.dv[chosen])


def _fitted(program: Program, spikes: Mapping[str, SpikeRaster], rng: np.random.Generator) -> Program | None:
    """The program with other thresholds under which all its populations are lively; None where none were found."""
    few = {name: raster.take(slice(_TRIED)) for name, raster in spikes.items()}
    probes = tuple(Probe(each.name, np.arange(each.neurons, dtype=np.int32)) for each in program.populations)
    wanted = {each.name: float(np.exp(rng.uniform(*np.log(LIVELY)))) for each in program.populations}
    for _ in range(_ROUNDS):
        for population in program.populations:
            recording = NumpyMachine(program).run(few, probes)
            if all(LIVELY[0] <= rate <= LIVELY[1] for rate in rates(recording).values()):
                return program
            if not LIVELY[0] <= rates(recording)[population.name] <= LIVELY[1]:
                vth = _thresholds(recording.traces[population.name].v, wanted[population.name], population, program)
                others = {each.name: each for each in program.populations}
                others[population.name] = replace(population, vth=vth)
                program = replace(program, populations=tuple(others.values()))
    return None


def _thresholds(v: Array, rate: float, population: IntPopulation, program: Program) -> Array:
    """Two thresholds that a share `rate` and a third of it of the voltages [sample, time, neuron] are above."""
    align, most = program.chip.arithmetic.align_bits, program.chip.threshold_max.value
    pair = np.clip(np.quantile(v, [1 - rate, 1 - rate / 3]).astype(np.int64) >> align, 0, most)
    return pair[np.arange(population.neurons) % 2].astype(np.int32)
