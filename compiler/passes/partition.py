"""partition: an IntGraph is cut into cores, between motifs."""

import numpy as np

from compiler.ir import IntGraph
from compiler.mapping import Partition
from targets.arrays import Array, Ints
from targets.chip import ChipSpec
from targets.program import IntPopulation


def partition(graph: IntGraph, chip: ChipSpec) -> Partition:
    """First fit in index order: motif after motif joins the current core, or opens the next where it does not fit.

    A motif is never split. One that does not fit an empty core gets a core to itself, and `targets.check` says by
    how much it breaks the limits. Output axons are not looked at here; `check` judges them.
    """
    axons, synapses = _listening(graph)
    core_of, core = {}, _Core(chip)
    number = 0
    for population in graph.populations:
        cores = np.empty(population.neurons, dtype=np.int32)
        for motif, start in enumerate(range(0, population.neurons, population.motif_size)):
            neurons = slice(start, start + population.motif_size)
            load = axons[population.name][motif], int(synapses[population.name][motif])
            if not core.takes(population, neurons, *load):
                number, core = number + 1, _Core(chip)
            core.add(population, neurons, *load)
            cores[neurons] = number
        core_of[population.name] = cores
    return Partition(core_of)


class _Core:
    """The core being filled: what it holds so far, against what the chip allows."""

    def __init__(self, chip: ChipSpec) -> None:
        self._chip = chip
        self._neurons, self._synapses = 0, 0
        self._axons: set[int] = set()
        self._decays: set[tuple[int, int]] = set()
        self._thresholds: set[int] = set()

    def takes(self, population: IntPopulation, neurons: slice, axons: Array, synapses: int) -> bool:
        """Whether the motif fits beside what is there; an empty core takes any."""
        chip, heard = self._chip, len(self._axons.union(axons.tolist()))
        return self._neurons == 0 or (
            self._neurons + neurons.stop - neurons.start <= chip.neurons_per_core.value
            and heard <= chip.axons_in_per_core.value
            and chip.synapse_bytes(self._synapses + synapses, heard) <= chip.synapse_bytes_per_core.value
            and len(self._decays | _decays(population, neurons)) <= chip.decay_profiles_per_core.value
            and len(self._thresholds | _thresholds(population, neurons)) <= chip.threshold_profiles_per_core.value
        )

    def add(self, population: IntPopulation, neurons: slice, axons: Array, synapses: int) -> None:
        """Put the motif on the core."""
        self._neurons += neurons.stop - neurons.start
        self._synapses += synapses
        self._axons.update(axons.tolist())
        self._decays |= _decays(population, neurons)
        self._thresholds |= _thresholds(population, neurons)


def _decays(population: IntPopulation, neurons: slice) -> set[tuple[int, int]]:
    return set(zip(population.du[neurons].tolist(), population.dv[neurons].tolist(), strict=True))


def _thresholds(population: IntPopulation, neurons: slice) -> set[int]:
    return set(population.vth[neurons].tolist())


def _listening(graph: IntGraph) -> tuple[dict[str, list[Array]], dict[str, Ints]]:
    """Per population and motif: the distinct source neurons it listens to (numbered globally), and its synapses."""
    starts, total = {}, 0
    for name, neurons in [(part.name, part.neurons) for part in graph.inputs] + [
        (part.name, part.neurons) for part in graph.populations
    ]:
        starts[name] = total
        total += neurons
    axons, synapses = {}, {}
    for population in graph.populations:
        motifs = population.neurons // population.motif_size
        pairs = [np.empty((2, 0), dtype=np.int64)]
        for projection in graph.into(population.name):
            post, pre, _ = projection.synapses.coordinates()
            pairs.append(np.stack([post // population.motif_size, starts[projection.source] + pre]))
        listening = np.concatenate(pairs, axis=1)
        synapses[population.name] = np.bincount(listening[0], minlength=motifs).astype(np.int32)
        distinct = np.unique(listening, axis=1)
        axons[population.name] = np.split(distinct[1], np.searchsorted(distinct[0], np.arange(1, motifs)))
    return axons, synapses
