"""random_program: small legal programs that reach the corners of the arithmetic, with spikes for them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from targets.contracts.arrays import Array, Ints
from targets.contracts.chip import ChipSpec, chip_named
from targets.contracts.ports import Input, Readout
from targets.contracts.raster import SpikeRaster
from targets.contracts.synapses import Banded, BlockDiagonal, Dense, Sparse, Synapses
from targets.program.program import Core, IntPopulation, IntProjection, Program

Case = tuple[Program, dict[str, SpikeRaster]]
Pick = Callable[[int, int], int]


@dataclass(frozen=True)
class Extent:
    """How large a random program is, (least, most) each.

    sources  half the neurons of an input; motif  neurons of a motif, of which a population has two
    samples, steps  of its spikes; every second time it runs longer by the longest delay
    """

    sources: tuple[int, int] = (1, 4)
    motif: tuple[int, int] = (1, 4)
    samples: tuple[int, int] = (1, 3)
    steps: tuple[int, int] = (1, 20)


_SMALL = Extent()


def random_program(rng: np.random.Generator, chip: ChipSpec | None = None) -> Case:
    """A legal program of 1-3 populations with loops on 1-3 cores, and 1-3 samples of spikes for 1-2 inputs.

    It is one of `chip`, or of loihi2.
    """
    return case(lambda low, high: int(rng.integers(low, high + 1)), rng, chip or chip_named("loihi2"))


def case(pick: Pick, rng: np.random.Generator, chip: ChipSpec, extent: Extent = _SMALL) -> Case:
    """As `random_program`; `pick(low, high)` chooses structure, both ends included, and `rng` fills the arrays."""
    inputs = tuple(Input(f"x{number}", 2 * pick(*extent.sources)) for number in range(pick(1, 2)))
    populations = tuple(_population(f"p{number}", pick, rng, chip, extent) for number in range(pick(1, 3)))
    ends = [(source.name, populations[0].name) for source in inputs]
    ends += [(before.name, after.name) for before, after in pairwise(populations)]
    for _ in range(pick(0, 3)):  # loops, self-loops, skips and doubles
        source = populations[pick(0, len(populations) - 1)]
        ends.append((source.name, populations[pick(0, len(populations) - 1)].name))
    widths = {source.name: source.neurons for source in inputs} | {p.name: p.neurons for p in populations}
    projections = tuple(
        IntProjection(
            name=f"{source}-{target}.{number}",
            source=source,
            target=target,
            synapses=random_synapses(widths[target], widths[source], pick(0, 3), rng, chip),
            exponent=pick(chip.exponent_min.value, chip.exponent_max.value),
            delay=pick(1, chip.delay_max.value) if pick(0, 3) == 0 else pick(1, 3),
        )
        for number, (source, target) in enumerate(ends)
    )
    last = populations[-1]
    # Every second time longer than the longest delay, so that all that is sent may arrive.
    steps = pick(*extent.steps) + pick(0, 1) * max(projection.delay for projection in projections)
    program = Program(
        chip=chip,
        inputs=inputs,
        populations=populations,
        projections=projections,
        cores=_cores(populations, pick(1, 3), rng),
        outputs=(last.name,),
        readout=Readout(last.name, last.neurons),
        steps=steps,
    )
    samples, density = pick(*extent.samples), rng.choice([0.05, 0.3, 0.8])
    spikes = {x.name: SpikeRaster.pack(rng.random((samples, steps, x.neurons)) < density) for x in inputs}
    return program, spikes


def with_rests(made: Case, rng: np.random.Generator) -> Case:
    """The same with refractory periods: none, short ones, and any that the chip allows, neuron by neuron."""
    program, spikes = made
    most = program.chip.refractory_max.value
    populations = []
    for population in program.populations:
        short, any_length = (rng.integers(0, end + 1, population.neurons) for end in (min(4, most), most))
        steps = np.where(rng.random(population.neurons) < 0.8, short, any_length)
        populations.append(replace(population, refractory=steps.astype(np.int32)))
    return replace(program, populations=tuple(populations)), spikes


def random_synapses(post: int, pre: int, kind: int, rng: np.random.Generator, chip: ChipSpec) -> Synapses:
    """Weights that `chip` holds, of one of the four kinds; block and band need even `post` and `pre`."""
    if kind == 0:
        return Dense(_weights((post, pre), rng, chip))
    if kind == 1:
        return BlockDiagonal(_weights((2, post // 2, pre // 2), rng, chip))
    if kind == 2:
        directions = int(rng.integers(1, 4))
        sources = rng.integers(-1, pre // 2, (directions, 2))
        return Banded(_weights((directions, 2, post // 2, 2), rng, chip), sources, pre // 2)
    alive = rng.random((post, pre)) < 0.4
    indptr = np.concatenate([[0], alive.sum(axis=1).cumsum()])
    return Sparse(_weights((int(alive.sum()),), rng, chip), np.nonzero(alive)[1], indptr, pre)


def _population(name: str, pick: Pick, rng: np.random.Generator, chip: ChipSpec, extent: Extent) -> IntPopulation:
    """Two equal motifs; decays with both ends of their range, at most two thresholds, any legal bias."""
    size = pick(*extent.motif)
    neurons = 2 * size
    thresholds = rng.integers(0, 1 << pick(1, chip.threshold_max.value.bit_length()), 2)
    vth = rng.choice(thresholds, neurons)
    mantissa_bits, exponent_max = chip.bias_mantissa_bits.value, chip.bias_exponent_max.value
    mantissas = rng.integers(1 - (1 << mantissa_bits), 1 << mantissa_bits, neurons) >> pick(0, mantissa_bits)
    bias = mantissas << pick(0, exponent_max)
    # A bias of exactly the threshold, where one can be: "above" and "at least" then differ in the first step.
    align = chip.align_bits.value
    at_threshold = (rng.random(neurons) < 0.1) & (vth >> mantissa_bits == 0) & (align <= exponent_max)
    return IntPopulation(
        name=name,
        motif_size=size,
        du=_decays(neurons, rng, chip.decay_max.value),
        dv=_decays(neurons, rng, chip.decay_max.value),
        vth=vth,
        bias=np.where(at_threshold, vth << align, bias),
    )


def _cores(populations: tuple[IntPopulation, ...], most: int, rng: np.random.Generator) -> tuple[Core, ...]:
    """Every motif on one of at most `most` cores of the first tile."""
    core_of = {p.name: np.repeat(rng.integers(0, most, p.neurons // p.motif_size), p.motif_size) for p in populations}
    held = [
        {name: np.flatnonzero(numbers == core).astype(np.int32) for name, numbers in core_of.items()}
        for core in range(most)
    ]
    members = [{name: indices for name, indices in core.items() if indices.size} for core in held]
    return tuple(Core(0, 0, core) for core in members if core)


def _decays(neurons: int, rng: np.random.Generator, most: int) -> Ints:
    """Decays anywhere in 0..most, three in ten of them at an end of the register or beside it."""
    anywhere = rng.integers(0, most + 1, neurons)
    ends = rng.choice([0, 1, most - 1, most], neurons)
    return np.where(rng.random(neurons) < 0.3, ends, anywhere).astype(np.int32)


def _weights(shape: tuple[int, ...], rng: np.random.Generator, chip: ChipSpec) -> Array:
    step = chip.weight_step.value
    return step * rng.integers(chip.weight_min.value // step, chip.weight_max.value // step + 1, shape)
