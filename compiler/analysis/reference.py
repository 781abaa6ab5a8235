"""refer: what a float graph does on some samples, for passes that compare integers with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from compiler.analysis.interpret import interpret
from compiler.ir.graph import FloatGraph
from targets.contracts.arrays import Array, Floats
from targets.contracts.raster import SpikeRaster
from targets.runtime.own_time import lengthened

SAMPLES = 256
"""Samples that are compared; of more, so many are taken evenly."""
_BINS = 1 << 22
"""(sample, step, neuron) bins of which the voltage is kept; where there are more, fewer samples are taken."""
_NEAR = 0.1
"""A voltage as near to its threshold, in thresholds, may be lifted across it by an error."""


@dataclass(frozen=True, eq=False)
class Reference:
    """Spikes of all inputs and populations of a retimed graph, in its own time.

    inputs   the samples, as they were given
    spikes   input or population -> bool [sample, time, neuron], longer than the samples by the largest latency
    v        population -> voltages before the reset, in thresholds, float32 [sample, time, neuron]
    counted  population -> bool [sample, time], the steps that count
    """

    inputs: Mapping[str, SpikeRaster]
    spikes: Mapping[str, Array]
    v: Mapping[str, Array]
    counted: Mapping[str, Array]

    def __post_init__(self) -> None:
        for key in ("inputs", "spikes", "v", "counted"):
            object.__setattr__(self, key, MappingProxyType(dict(getattr(self, key))))
        for array in (*self.spikes.values(), *self.v.values(), *self.counted.values()):
            array.setflags(write=False)

    @property
    def samples(self) -> int:
        """Number of samples."""
        return next(iter(self.inputs.values())).samples

    def fired(self, population: str) -> int:
        """Spikes of the population in steps that count."""
        return int(np.count_nonzero(self.spikes[population][self.counted[population]]))

    def differing(self, population: str, found: Array) -> int:
        """Bins that count in which other spikes of the population, bool [sample, time, neuron], differ."""
        return int(np.count_nonzero((self.spikes[population] ^ found)[self.counted[population]]))

    def crossings(self, population: str, v: Array) -> float:
        """How many bins will differ where voltages, in thresholds, are `v` [sample, time, neuron] instead, by chance.

        Of the voltages that are near the threshold, an error lifts or lowers so many across it. Unlike a count of bins
        that differ this tells small errors apart on few samples. Of the others those count that are across.
        """
        exact, counted = self.v[population], self.counted[population][:, :, None]
        near = np.abs(exact - 1) < _NEAR
        across = ((v > 1) != (exact > 1)) & ~near & (exact != 0) & counted  # 0 where a neuron rests
        chance = np.minimum(np.abs(v - exact)[near & counted] / (2 * _NEAR), 1).sum(dtype=np.float64)
        return float(chance + np.count_nonzero(across))


def refer(graph: FloatGraph, inputs: Mapping[str, SpikeRaster], most: int = SAMPLES) -> Reference:
    """Interpret the retimed `graph` on at most so many samples, taken evenly from `inputs`."""
    first, latest = next(iter(inputs.values())), max(population.latency for population in graph.populations)
    width, long = sum(population.neurons for population in graph.populations), first.steps + latest
    size = max(1, min(first.samples, most, _BINS // (width * long)))
    chosen = np.unique(np.linspace(0, first.samples - 1, size).astype(int))
    given = {name: raster.take(chosen) for name, raster in inputs.items()}
    longer = lengthened(given, latest)
    threshold = {population.name: population.threshold for population in graph.populations}
    v = {name: np.zeros((chosen.size, long, each.size), np.float32) for name, each in threshold.items()}

    def observe(name: str, t: int, _: Floats, voltage: Floats) -> None:
        v[name][:, t] = voltage / threshold[name]

    found = interpret(graph, longer, observe=observe)
    for population in graph.populations:
        if population.refractory is not None:  # where a neuron rests nothing is asked of its voltage
            spikes = found[population.name].dense() > 0
            for late in range(1, min(int(population.refractory.max()), long - 1) + 1):
                v[population.name][:, late:][spikes[:, :-late] & (population.refractory >= late)] = 0
    steps, lengths = np.arange(long), first.lengths[chosen][:, None]
    return Reference(
        inputs=given,
        spikes={name: raster.dense() > 0 for name, raster in {**longer, **found}.items()},
        v=v,
        counted={
            population.name: (steps >= population.latency) & (steps - population.latency < lengths)
            for population in graph.populations
        },
    )
