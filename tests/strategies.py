"""Random legal programs with spikes for them: from a seeded generator, or as a hypothesis strategy that shrinks."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np
from hypothesis import strategies as st

from targets.arrays import Array, Ints
from targets.ports import Input, Readout
from targets.program import Core, IntPopulation, IntProjection, Program
from targets.raster import SpikeRaster
from targets.synapses import Banded, BlockDiagonal, Dense, Sparse, Synapses
from targets.usage import routes

Case = tuple[Program, dict[str, SpikeRaster]]
Pick = Callable[[int, int], int]


def random_program(rng: np.random.Generator) -> Case:
    """A legal program of 1-3 populations with loops, and 1-3 samples of spikes for its 1-2 inputs."""
    return _case(lambda low, high: int(rng.integers(low, high + 1)), rng)


@st.composite
def programs(draw: st.DrawFn) -> Case:
    """As `random_program`; sizes, wiring, delays and exponents shrink, the numbers follow from a seed."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    return _case(lambda low, high: draw(st.integers(low, high)), rng)


def _case(pick: Pick, rng: np.random.Generator) -> Case:
    """`pick(low, high)` chooses structure, both ends included; `rng` fills the arrays."""
    inputs = tuple(Input(f"x{number}", 2 * pick(1, 4)) for number in range(pick(1, 2)))
    populations = tuple(_population(f"p{number}", pick, rng) for number in range(pick(1, 3)))
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
            synapses=random_synapses(widths[target], widths[source], pick(0, 3), rng),
            exponent=pick(-8, 7),
            delay=pick(1, 63) if pick(0, 3) == 0 else pick(1, 3),
        )
        for number, (source, target) in enumerate(ends)
    )
    last = populations[-1]
    program = Program(
        chip="loihi2",
        inputs=inputs,
        populations=populations,
        projections=projections,
        cores=(Core(0, 0, {p.name: np.arange(p.neurons, dtype=np.int32) for p in populations}),),
        routes=(),
        outputs=(last.name,),
        readout=Readout(last.name, last.neurons),
        steps=20,
    )
    samples, steps, density = pick(1, 3), pick(1, 20), rng.choice([0.05, 0.3, 0.8])
    spikes = {x.name: SpikeRaster.pack(rng.random((samples, steps, x.neurons)) < density) for x in inputs}
    return replace(program, routes=routes(program)), spikes


def random_synapses(post: int, pre: int, kind: int, rng: np.random.Generator) -> Synapses:
    """Even weights -256..254 of one of the four kinds; block and band need even `post` and `pre`."""
    if kind == 0:
        return Dense(_weights((post, pre), rng))
    if kind == 1:
        return BlockDiagonal(_weights((2, post // 2, pre // 2), rng))
    if kind == 2:
        directions = int(rng.integers(1, 4))
        sources = rng.integers(-1, pre // 2, (directions, 2))
        return Banded(_weights((directions, 2, post // 2, 2), rng), sources, pre // 2)
    alive = rng.random((post, pre)) < 0.4
    indptr = np.concatenate([[0], alive.sum(axis=1).cumsum()])
    return Sparse(_weights((int(alive.sum()),), rng), np.nonzero(alive)[1], indptr, pre)


def _population(name: str, pick: Pick, rng: np.random.Generator) -> IntPopulation:
    """Two motifs of 1-4 neurons; decays with both ends of their range, at most two thresholds, any legal bias."""
    size = pick(1, 4)
    neurons = 2 * size
    thresholds = rng.integers(0, 1 << pick(1, 17), 2)
    mantissas = rng.integers(-4095, 4096, neurons) >> pick(0, 12)
    return IntPopulation(
        name=name,
        motif_size=size,
        du=_decays(neurons, rng),
        dv=_decays(neurons, rng),
        vth=rng.choice(thresholds, neurons),
        bias=mantissas << pick(0, 7),
    )


def _decays(neurons: int, rng: np.random.Generator) -> Ints:
    anywhere = rng.integers(0, 4096, neurons)
    return np.where(rng.random(neurons) < 0.3, rng.choice([0, 1, 4094, 4095], neurons), anywhere).astype(np.int32)


def _weights(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    return 2 * rng.integers(-128, 128, shape)
