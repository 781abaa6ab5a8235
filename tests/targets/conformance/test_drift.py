"""drift: figures of how far integers stray from floats."""

import numpy as np
import pytest

from targets.conformance.drift import drift
from targets.contracts.errors import InputError
from targets.contracts.ports import Readout
from targets.contracts.raster import SpikeRaster
from tests.networks import random_spikes
from tests.paddings import three_paddings


def raster(*trains: list[list[int]], steps: int = 30) -> SpikeRaster:
    """Samples of neurons of spike times."""
    dense = np.zeros((len(trains), steps, len(trains[0])), dtype=bool)
    for sample, neurons in enumerate(trains):
        for neuron, times in enumerate(neurons):
            dense[sample, times, neuron] = True
    return SpikeRaster.pack(dense)


def test_equal_recordings_do_not_drift() -> None:
    spikes = {"a": random_spikes(0, 6), "b": random_spikes(1, 4)}
    for found in drift(spikes, spikes, Readout("b", 2)):
        assert found.differing == found.victor_purpura == found.van_rossum == 0
        assert found.count_correlation == pytest.approx(1)
        assert found.class_agreement == (1.0 if found.population == "b" else None)


def test_hand_computed_distances() -> None:
    """A spike moved by one step costs 0.5, a lost one 1; there are five spikes in all."""
    floats = {"n": raster([[3]], [[5, 20]])}
    integers = {"n": raster([[4]], [[5]])}
    (found,) = drift(floats, integers)
    assert found.differing == 3
    assert found.victor_purpura == pytest.approx((0.5 + 1.0) / 5)
    # Two unit-jump exponentials one step apart: 2 (1 - exp(-1/10)); a lone one: 1.
    assert found.van_rossum == pytest.approx((2 * (1 - np.exp(-0.1)) + 1) / 5, rel=1e-6)
    assert (found.float_spikes, found.integer_spikes) == (3, 2)


def test_samples_never_meet() -> None:
    """A spike at the end of one sample and one at the start of the next are as far apart as can be."""
    (found,) = drift({"n": raster([[29]], [[]])}, {"n": raster([[]], [[0]])})
    assert found.victor_purpura == pytest.approx(1)
    assert found.van_rossum == pytest.approx(1, rel=1e-6)


def test_counts_and_classes() -> None:
    floats = {"o": raster([[1, 2], [1]], [[1], [1, 2, 3]])}
    integers = {"o": raster([[1, 2], [5]], [[1, 7], [1]])}
    (found,) = drift(floats, integers, Readout("o", 2))
    assert found.class_agreement == 0.5
    assert found.count_correlation == pytest.approx(np.corrcoef([2, 1, 1, 3], [2, 1, 2, 1])[0, 1])


@pytest.mark.parametrize("padding", ["silence", "junk"])
def test_what_follows_the_length_of_a_sample_is_no_drift(padding: str) -> None:
    floats, integers = three_paddings(0, 4), three_paddings(1, 4)
    bare = drift({"n": floats["none"]}, {"n": integers[padding].until(24)}, Readout("n", 2))
    assert drift({"n": floats[padding]}, {"n": integers[padding]}, Readout("n", 2)) == bare
    assert bare[0].bins == floats["none"].lengths.sum() * 4


def test_sides_of_other_sizes_are_refused() -> None:
    with pytest.raises(InputError) as error:
        drift({"n": raster([[3]])}, {"n": raster([[3]], steps=31)})
    assert str(error.value) == (
        "population 'n' has (samples, steps, neurons) (1, 30, 1) in floats and (1, 31, 1) in integers; both must be "
        "equal, so run both on the same input."
    )
