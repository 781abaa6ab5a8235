"""microcircuit: a cortical column, a network without motifs, as an integer graph with the rates of its neurons."""

import numpy as np

from benchmarks.mapping.networks import INPUT_RATE, Generated, sparse
from compiler.ir.graph import IntGraph
from targets.contracts.errors import InputError
from targets.contracts.ports import Input
from targets.program.program import IntPopulation, IntProjection

_POPULATIONS = ("L2/3e", "L2/3i", "L4e", "L4i", "L5e", "L5i", "L6e", "L6i")
_NEURONS = np.array([20_683, 5_834, 21_915, 5_479, 4_850, 1_065, 14_395, 2_948])
_CHANCE = np.array(  # of a synapse, [target, source]
    [
        [0.1009, 0.1689, 0.0437, 0.0818, 0.0323, 0.0000, 0.0076, 0.0000],
        [0.1346, 0.1371, 0.0316, 0.0515, 0.0755, 0.0000, 0.0042, 0.0000],
        [0.0077, 0.0059, 0.0497, 0.1350, 0.0067, 0.0003, 0.0453, 0.0000],
        [0.0691, 0.0029, 0.0794, 0.1597, 0.0033, 0.0000, 0.1057, 0.0000],
        [0.1004, 0.0622, 0.0505, 0.0057, 0.0831, 0.3726, 0.0204, 0.0000],
        [0.0548, 0.0269, 0.0257, 0.0022, 0.0600, 0.3158, 0.0086, 0.0000],
        [0.0156, 0.0066, 0.0211, 0.0166, 0.0572, 0.0197, 0.0396, 0.2252],
        [0.0364, 0.0010, 0.0034, 0.0005, 0.0277, 0.0080, 0.0658, 0.1443],
    ]
)
_RATES = np.array([0.971, 2.868, 4.746, 5.396, 8.142, 9.078, 0.991, 7.523]) / 1000  # spikes per step of 1 ms


def microcircuit(share: float, seed: int) -> Generated:
    """`share` of the neurons of every population, and of their in-degrees, so that a neuron is a unit by itself.

    Sources are drawn with repetition, and what is drawn twice is one synapse: 3,858 neurons with about 0.71 million
    synapses at 0.05. All neurons of a population spike at its mean rate in steps of 1 ms; each also listens to one
    of as many inputs as the largest population has. Source: Potjans and Diesmann, "The Cell-Type Specific Cortical
    Microcircuit", Cerebral Cortex 24 (2014), tables 5 and 6.
    """
    if not 0.001 <= share <= 1:
        raise InputError(f"a share of {share} of the microcircuit was asked for; give one from 0.001 to 1.")
    rng = np.random.default_rng((seed, round(share * 1e6)))
    sizes = np.rint(_NEURONS * share).astype(np.int64)
    projections = []
    for target, post in zip(_POPULATIONS, sizes.tolist(), strict=True):
        for source, pre in zip(_POPULATIONS, sizes.tolist(), strict=True):
            row, column = _POPULATIONS.index(target), _POPULATIONS.index(source)
            synapses = round(_in_degree(row, column) * share * post)
            if synapses:
                drawn = sparse(rng.integers(0, post, synapses), rng.integers(0, pre, synapses), (post, pre))
                projections.append(IntProjection(f"{source} to {target}", source, target, drawn, 0, 1))
    populations = []
    for name, size in zip(_POPULATIONS, sizes.tolist(), strict=True):
        same = np.ones(size, dtype=np.int32)
        populations.append(IntPopulation(name, 1, 500 * same, 200 * same, 400 * same, 0 * same))
        fed = sparse(np.arange(size), np.arange(size), (size, int(sizes.max())))
        projections.append(IntProjection(f"outside to {name}", "outside", name, fed, 0, 1))
    graph = IntGraph((Input("outside", int(sizes.max())),), tuple(populations), tuple(projections), None, 100, "")
    rates = {name: np.full(size, rate) for name, size, rate in zip(_POPULATIONS, sizes.tolist(), _RATES, strict=True)}
    return Generated(f"microcircuit, {share:.0%}", graph, rates | {"outside": np.full(int(sizes.max()), INPUT_RATE)})


def _in_degree(target: int, source: int) -> float:
    """Mean number of synapses of a neuron of `target` from `source` at full size (equation 3 of the paper)."""
    post, pre = float(_NEURONS[target]), float(_NEURONS[source])
    return float(np.log1p(-_CHANCE[target, source]) / np.log1p(-1 / (pre * post)) / post)
