"""The dense baseline: counts, MACs, the choice of the smallest, and what is kept."""

from pathlib import Path

import numpy as np
import pytest

from motifc import dense_baseline as module
from motifc.dense_baseline import ENERGY, SHAPES, counted, dense_baseline, macs_of
from motifc.evaluation import Evaluation
from motifc.regression import Regression
from search.data.task import Split
from targets.contracts.cache_folder import cache_folder
from targets.contracts.errors import InputError
from targets.contracts.raster import SpikeRaster


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTIFC_CACHE", str(tmp_path))
    monkeypatch.setattr(module, "STEPS", 300)
    monkeypatch.setattr(module, "RATE", 0.03)


def part(samples: int, seed: int, values: bool = False) -> SpikeRaster:
    """Two channels that spike early or late: counts of whole samples say nothing of the class."""
    rng = np.random.default_rng(seed)
    late = rng.integers(0, 2, samples)
    dense = np.zeros((samples, 8, 3))
    dense[:, :, 2] = rng.random((samples, 8)) < 0.5
    dense[np.arange(samples)[:, None], late[:, None] * 4 + np.arange(4), 0] = 1
    if values:
        return SpikeRaster.pack(dense, targets=late[:, None] + 0.5)
    return SpikeRaster.pack(dense, labels=late)


def split(values: bool = False) -> Split:
    train, valid, test = part(60, 0, values), part(20, 1, values), part(20, 2, values)
    return Split(train, valid, test, classes=1 if values else 2, by="value" if values else "spikes")


def accuracy(right: int, of: int) -> Evaluation:
    return Evaluation(np.array([[right, of - right, 0], [0, 0, 0]]))


def test_spikes_are_counted_in_equal_parts_of_what_counts() -> None:
    dense = np.zeros((1, 6, 1))
    dense[0, [0, 2, 3, 5]] = 1
    assert counted(SpikeRaster.pack(dense), 2).tolist() == [[2, 2]]
    assert counted(SpikeRaster.pack(dense, lengths=[4]), 2).tolist() == [[1, 2]]
    assert counted(SpikeRaster.pack(dense, lengths=[0]), 2).tolist() == [[0, 0]]


def test_macs_by_hand() -> None:
    assert macs_of(split(), (1, ())) == 3 * 2
    assert macs_of(split(), (4, (16,))) == 4 * 3 * 16 + 16 * 2


def test_the_smallest_that_is_not_worse_is_taken_and_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    found = dense_baseline(split(), accuracy(10, 10), told.append)
    assert (found.bins, found.hidden, found.reached, found.valid) == (4, (), True, 1.0)
    assert found.energy == found.macs * ENERGY / 1000 == 4 * 3 * 2 * ENERGY / 1000
    assert found.sentence.startswith(
        "Dense ANN on the same inputs: 4 counts per channel, no hidden layer, 24 MACs and 0.1104 nJ per sample at "
        "4.6 pJ per MAC without memory (M. Horowitz, "
    )
    assert f"smallest of {len(SHAPES)} whose validation accuracy, 100.00%, is not worse than the program's 100.00%" in (
        found.sentence
    )
    assert len(told) == 2  # one count per channel is smaller, and worse
    again = dense_baseline(split(), accuracy(10, 10), told.append)
    assert (again, len(told)) == (found, 2)
    assert dense_baseline(split(), accuracy(1, 10), told.append).bins == 1
    (kept,) = cache_folder().glob("*.baseline")
    kept.write_bytes(b"damaged")
    assert dense_baseline(split(), accuracy(10, 10), told.append) == found
    assert len(told) == 4


def test_of_values_the_squared_error_decides_and_the_best_is_told_where_none_reaches() -> None:
    needed = Regression(np.zeros((3, 1)), np.zeros((3, 1)))
    found = dense_baseline(split(values=True), needed, shapes=((1, ()), (4, ())))
    assert (found.measure, found.reached, found.bins) == ("mse", False, 4)
    assert found.valid < 0.1
    assert "is the best of" in found.sentence
    loose = Regression(np.zeros((3, 1)), np.full((3, 1), 9.0))
    assert dense_baseline(split(values=True), loose, shapes=((1, ()), (4, ()))).bins == 1


def test_an_empty_part_is_refused() -> None:
    whole = split()
    empty = Split(whole.train, whole.valid.take(slice(0)), whole.test, classes=2)
    with pytest.raises(InputError, match="the split has an empty part"):
        dense_baseline(empty, accuracy(1, 1))
