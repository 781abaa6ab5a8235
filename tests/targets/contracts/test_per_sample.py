"""What is told of each sample: lengths, labels, targets."""

import numpy as np
import pytest

from targets.contracts.arrays import Array
from targets.contracts.errors import InputError
from targets.contracts.per_sample import per_sample, targets_of
from targets.contracts.raster import SpikeRaster, load_rasters, save_rasters


def test_one_value_per_sample_may_have_one_axis() -> None:
    assert targets_of(np.array([0.5, 1.5], np.float32), 2).tolist() == [[0.5], [1.5]]
    assert targets_of(np.array([[0.5, 1.5]]), 1).tolist() == [[0.5, 1.5]]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (
            np.array([0, 1]),
            "targets are int64; classes are given as labels, and values to be told as floats, so rename the array or "
            "convert it.",
        ),
        (
            np.array([0.5, np.nan]),
            "targets are NaN or infinite in places; one or more finite floats per sample, [sample, value], are needed, "
            "so convert them.",
        ),
        (
            np.zeros((2, 0)),
            "targets are float64 of shape (2, 0); one or more finite floats per sample, [sample, value], are needed, "
            "so convert them.",
        ),
        (
            np.zeros((2, 1, 1)),
            "targets are float64 of shape (2, 1, 1); one or more finite floats per sample, [sample, value], are "
            "needed, so convert them.",
        ),
        (
            np.array(["a", "b"]),
            "targets are <U1 of shape (2,); one or more finite floats per sample, [sample, value], are needed, so "
            "convert them.",
        ),
        (
            np.zeros(3),
            "targets of 3 samples were given for 2 samples; one row each is needed, so match them.",
        ),
    ],
)
def test_other_targets_are_refused_in_one_sentence(given: Array, told: str) -> None:
    with pytest.raises(InputError) as raised:
        targets_of(given, 2)
    assert str(raised.value) == told


def test_labels_are_whole_numbers() -> None:
    assert per_sample([1.0, 2.0], "labels", 2).dtype == np.int32
    with pytest.raises(InputError, match="1 labels were given for 2 samples"):
        per_sample([1], "labels", 2)


def test_a_raster_keeps_its_targets_wherever_its_samples_go(tmp_path: object) -> None:
    raster = SpikeRaster.pack(np.ones((3, 4, 9)), lengths=[4, 2, 3], targets=[[0.5, 1], [1.5, 2], [2.5, 3]])
    assert raster.targets is not None
    kept = (raster.counted(), raster.whole(), raster.padded(2), raster.between(1, 3), raster.until(2))
    assert all(each.targets is not None and each.targets.tolist() == raster.targets.tolist() for each in kept)
    assert np.array(raster.take([2, 0]).targets).tolist() == [[2.5, 3.0], [0.5, 1.0]]
    path = f"{tmp_path}/a.npz"
    save_rasters({"spikes": raster, "other": raster}, path)
    for read in load_rasters(path).values():
        assert read.targets is not None
        assert read.targets.tolist() == raster.targets.tolist()


def test_labels_and_targets_exclude_each_other() -> None:
    with pytest.raises(InputError, match="spikes have both labels and targets"):
        SpikeRaster.pack(np.ones((1, 1, 1)), labels=[0], targets=[0.5])
