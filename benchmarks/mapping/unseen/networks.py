"""unseen: networks and chips that the mapper was not tuned for."""

from dataclasses import dataclass, replace

import numpy as np

from benchmarks.mapping.networks import INPUT_RATE, LUMPY, RATE, Generated, generated, topologies
from targets.contracts.arrays import Floats
from targets.contracts.chip import ChipSpec, Limit, chip_named

NEURONS = 14_000
SEEDS = (223606, 244948, 264575)
"""Of the page: no choice in the mapper was made with them."""
_MOTIF_SIZES = (32, 4)
_TOPOLOGIES = tuple(name for name in topologies() if name != LUMPY)  # whose rates are not those of here
UNIFORM, CLUSTERED = "uniform", "clustered"
_LOIHI, _STRIP = "loihi1", "2 x 37"
_WAYS = ((UNIFORM, _LOIHI), (CLUSTERED, _STRIP), (UNIFORM, _STRIP), (CLUSTERED, _LOIHI))
_CLUSTERS = 28  # half as large as the cores that neurons alone need
_SPREAD = 1.0  # sigma of log-normal factors of clusters


@dataclass(frozen=True)
class Unseen:
    """One network, its rates, and the chip that it is mapped to.

    topology    of `benchmarks.mapping.networks`
    k, neurons  neurons per motif, and of the network, about
    rates       "uniform": all neurons spike equally often; "clustered": neighbours are busy or idle together
    chip        "loihi1", or "2 x 37": a Loihi 1 with 37 rows of two tiles of one core
    """

    topology: str
    k: int
    rates: str
    chip: str
    seed: int
    neurons: int = NEURONS


def plan(seeds: tuple[int, ...] = SEEDS) -> tuple[Unseen, ...]:
    """Every topology but the lumpy one with every motif size, for every seed: with uniform and with clustered rates.

    One of the two is mapped to each chip; which goes where changes from topology to topology and from seed to seed.
    """
    return tuple(
        Unseen(topology, k, *_WAYS[(2 * i + (i // 2 + j + n) % 2) % 4], seed)
        for n, seed in enumerate(seeds)
        for j, k in enumerate(_MOTIF_SIZES)
        for i, topology in enumerate(_TOPOLOGIES)
    )


def network(task: Unseen) -> Generated:
    """The network of a task with its rates.

    Uniform rates are 0.03 spikes per step, of inputs 0.02. Clustered ones are the log-normal ones of `generated`, and
    0.02 for inputs, times a factor for each of 28 runs of neighbouring neurons or inputs: log-normal, sigma 1, with a
    mean of 1 over the runs. No neuron spikes more than once per step.
    """
    made = generated(task.topology, task.neurons, task.k, task.seed)
    rng = np.random.default_rng((task.seed, task.k, len(task.topology)))
    if task.rates == UNIFORM:
        same = {name: np.full(values.size, RATE) for name, values in made.rates.items()}
        return replace(made, rates=same | {"outside": np.full(made.rates["outside"].size, INPUT_RATE)})
    return replace(made, rates={name: _clustered(values, rng) for name, values in made.rates.items()})


def _clustered(rates: Floats, rng: np.random.Generator) -> Floats:
    factors = rng.lognormal(0.0, _SPREAD, _CLUSTERS)
    return np.minimum(rates * (factors / factors.mean())[np.arange(rates.size) * _CLUSTERS // rates.size], 1.0)


def chip(task: Unseen) -> ChipSpec:
    """The chip of a task."""
    loihi = chip_named(_LOIHI)
    if task.chip == _LOIHI:
        return loihi
    return replace(
        loihi,
        name=_STRIP,
        description="imaginary, no such chip exists: cores of Loihi 1 in two columns and 37 rows",
        cores=Limit(74, "cores", "this benchmark"),
        cores_per_tile=Limit(1, "cores per tile", "this benchmark"),
        tiles_x=Limit(2, "tiles in a row of the mesh", "this benchmark"),
    )
