"""traffic: expected messages per step between the cores of a mapped graph, counted neuron by neuron."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from compiler.ir.graph import IntGraph
from compiler.ir.rates import rates_of, summed
from targets.contracts.arrays import Array, Floats
from targets.contracts.numbering import distinct, numbered, offsets


@dataclass(frozen=True, eq=False)
class Traffic:
    """Expected messages per step: `between` float64 [source core, target core], `inputs` float64 [target core].

    A spike is one message to every other core that listens, however many neurons listen there.
    """

    between: Floats
    inputs: Floats

    @property
    def messages(self) -> float:
        """All messages per step, from cores and from inputs."""
        return float(self.between.sum() + self.inputs.sum())

    def hops(self, tiles: Array) -> float:
        """Messages times tiles travelled (Manhattan) per step between cores on `tiles` int [core, 2].

        Inputs enter where they are needed.
        """
        tiles = tiles.astype(np.int64)
        distance = np.abs(tiles[:, None] - tiles[None]).sum(axis=2)
        return float((self.between * distance).sum())


def traffic(graph: IntGraph, core_of: Mapping[str, Array], rates: Mapping[str, Floats] | None = None) -> Traffic:
    """Expected messages of `graph` with neurons on the cores `core_of`: population -> int [neuron].

    `rates` are spikes per step, name -> [neuron]. Where none are given, every neuron spikes in 3 % of the steps.
    """
    starts = offsets(graph.inputs, graph.populations)
    rate = rates_of(graph, rates)
    core = np.full(rate.size, -1, dtype=np.int64)
    for name, cores in core_of.items():
        core[starts[name] : starts[name] + cores.size] = cores
    count = int(core.max(initial=-1)) + 1
    reached = np.zeros(0, dtype=np.int64)
    for pre, post in numbered(graph.projections, starts):
        reached = np.union1d(reached, distinct(pre * count + core[post]))
    source, target = np.divmod(reached, max(count, 1))
    home = core[source]
    inner = home >= 0
    between = summed(home[inner] * count + target[inner], rate[source[inner]], count * count).reshape(count, count)
    np.fill_diagonal(between, 0)
    return Traffic(between, summed(target[~inner], rate[source[~inner]], count))
