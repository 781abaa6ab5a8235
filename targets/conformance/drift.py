"""drift: how far an integer program strays from its float network, as figures per population."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from targets.contracts.arrays import Array
from targets.contracts.errors import InputError
from targets.contracts.ports import Readout
from targets.contracts.raster import SpikeRaster

SHIFT_COST = 0.5
"""Victor-Purpura cost of moving a spike by one step; beyond 4 steps deleting and adding it is as cheap."""
TIME_CONSTANT = 10.0
"""Of the van Rossum filter, steps."""
TITLES = (
    *("population", "float spikes", "program spikes", "differing bins"),
    *("Victor-Purpura", "van Rossum", "counts r"),
)
"""What tables call the figures of a population."""


@dataclass(frozen=True)
class Stray:
    """One population, float against integer, bin by bin.

    differing         bins that differ, of `bins`: those of steps that count
    count_correlation Pearson correlation of spike counts over (sample, neuron); 1 where both are constant and equal
    class_agreement   share of samples put into the same class; None but for the readout
    """

    population: str
    bins: int
    differing: int
    float_spikes: int
    integer_spikes: int
    count_correlation: float
    class_agreement: float | None

    @property
    def share(self) -> float:
        """Of the bins, those that differ."""
        return self.differing / max(1, self.bins)

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Drift(Stray):
    """The same with distances of the spike trains.

    victor_purpura    cost of turning one into the other per spike of both: 0 equal, 1 no spike near another
    van_rossum        squared distance per spike of both: 0 equal, 1 no spike near another
    """

    victor_purpura: float
    van_rossum: float

    @property
    def cells(self) -> tuple[str, ...]:
        """A row of a table under `TITLES`."""
        return (
            self.population,
            f"{self.float_spikes:,}",
            f"{self.integer_spikes:,}",
            f"{self.share:.2%}",
            f"{self.victor_purpura:.4f}",
            f"{self.van_rossum:.4f}",
            f"{self.count_correlation:.4f}",
        )


def strays(
    floats: Mapping[str, SpikeRaster], integers: Mapping[str, SpikeRaster], readout: Readout | None = None
) -> tuple[Stray, ...]:
    """Every population in both recordings, each in its own time (see `targets.runtime.own_time`).

    Only what happens within each sample's length counts, as `floats` tells it. Raises InputError where the two differ
    in samples, steps or neurons.
    """
    found = []
    for name in [name for name in floats if name in integers]:
        left, right = _counted(name, floats[name], integers[name])
        counts = left.counts(), right.counts()
        classes = None
        if readout is not None and readout.population == name and readout.by == "spikes":
            votes = [readout.classify(readout.counts(each)) for each in (left, right)]
            classes = float(np.mean(votes[0] == votes[1]))
        found.append(
            Stray(
                population=name,
                bins=left.counted_steps * left.neurons,
                differing=int(np.bitwise_count(left.packed ^ right.packed).sum()),
                float_spikes=int(counts[0].sum()),
                integer_spikes=int(counts[1].sum()),
                count_correlation=_correlation(counts[0].ravel(), counts[1].ravel()),
                class_agreement=classes,
            )
        )
    return tuple(found)


def drift(
    floats: Mapping[str, SpikeRaster], integers: Mapping[str, SpikeRaster], readout: Readout | None = None
) -> tuple[Drift, ...]:
    """The same with distances of the spike trains.

    Distances are elephant's: J. D. Victor and K. P. Purpura, J. Neurophysiol. 76 (1996), with a cost of 0.5 per step,
    and M. C. W. van Rossum, Neural Comput. 13 (2001), with a time constant of 10 steps. The samples of a neuron are
    laid one after the other, far enough apart that spikes of two samples never meet. Raises InputError where elephant
    is not installed, and where the two differ in samples, steps or neurons.
    """
    try:
        import elephant.spike_train_dissimilarity as dissimilarity
        import neo
        import quantities as pq
    except ImportError as error:
        raise InputError(
            f'spike-train distances need elephant ({error}); install it with pip install "motifc[compare]".'
        ) from None

    def distances(left: SpikeRaster, right: SpikeRaster) -> tuple[float, float]:
        gap = int(20 * TIME_CONSTANT)
        span = (left.steps + gap) * left.samples + 1
        trains = [_times(raster, gap) for raster in (left, right)]
        moved, squared = 0.0, 0.0
        for pair in zip(*trains, strict=True):
            if not np.array_equal(*pair):
                spikes = [neo.SpikeTrain(times, units=pq.ms, t_stop=span) for times in pair]
                moved += dissimilarity.victor_purpura_distance(spikes, cost_factor=SHIFT_COST / pq.ms)[0, 1]
                squared += dissimilarity.van_rossum_distance(spikes, time_constant=TIME_CONSTANT * pq.ms)[0, 1] ** 2
        total = max(1, sum(int(times.size) for train in trains for times in train))
        return float(moved / total), float(squared / total)

    found = []
    for stray in strays(floats, integers, readout):
        name = stray.population
        victor_purpura, van_rossum = distances(*_counted(name, floats[name], integers[name]))
        found.append(Drift(**vars(stray), victor_purpura=victor_purpura, van_rossum=van_rossum))
    return tuple(found)


def _counted(name: str, left: SpikeRaster, right: SpikeRaster) -> tuple[SpikeRaster, SpikeRaster]:
    """Both sides of a population, silent after the lengths of the left, to the end of the longest sample.

    InputError where their sizes differ.
    """
    sizes = [(raster.samples, raster.steps, raster.neurons) for raster in (left, right)]
    if sizes[0] != sizes[1]:
        raise InputError(
            f"population {name!r} has (samples, steps, neurons) {sizes[0]} in floats and {sizes[1]} in integers; both "
            "must be equal, so run both on the same input."
        )
    longest = int(left.lengths.max(initial=0))
    right = replace(right, lengths=left.lengths)
    return left.counted().until(longest), right.counted().until(longest)


def _times(raster: SpikeRaster, gap: int) -> list[Array]:
    """Spike times of every neuron in steps, its samples one after the other with `gap` steps between."""
    sample, step, neuron = np.nonzero(raster.dense())
    times = sample * (raster.steps + gap) + step
    return [times[neuron == index].astype(np.float64) for index in range(raster.neurons)]


def _correlation(left: Array, right: Array) -> float:
    if np.ptp(left) == 0 or np.ptp(right) == 0:
        return 1.0 if np.array_equal(left, right) else 0.0
    return float(np.corrcoef(left, right)[0, 1])
