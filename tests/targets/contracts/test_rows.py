from pathlib import Path
from typing import Any

import numpy as np
import pytest

from targets.contracts import scratch
from targets.contracts.arrays import Array, sealed
from targets.contracts.raster import SpikeRaster, load_rasters, save_rasters
from targets.contracts.rows import Rows, rows_of
from targets.contracts.scratch import is_mapped, room


@pytest.fixture(autouse=True)
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTIFC_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(scratch, "HELD", 100)


def mapped(shape: tuple[int, ...]) -> Array:
    whole = room(shape)
    whole[:] = np.random.default_rng(0).integers(256, size=shape)
    return sealed(whole)


MASK = np.array([True, False, True, False, False])
KEYS: list[Any] = [
    *(3, -1, slice(1, 4), slice(None, None, -2), np.array([2, 0, 0]), [1, 1], MASK),
    *((2, slice(3)), (slice(2), slice(1, 3)), (np.array([4, 1]), slice(2)), (slice(None), -1)),
    *((slice(None), slice(1), 2), (slice(None), np.array([0, 2])), (Ellipsis, 0), None),
]


@pytest.mark.parametrize("key", KEYS)
def test_rows_are_indexed_as_the_array_that_they_make(key: Any) -> None:
    whole = mapped((7, 5, 4))
    index = np.array([6, 0, 3, 3, 1])
    rows = Rows(whole, index)
    assert np.array_equal(rows[key], whole[index][key])
    assert rows[key].dtype == np.uint8


def test_rows_stand_for_the_array() -> None:
    whole, index = mapped((7, 5, 4)), np.array([6, 0, 3])
    rows = Rows(whole, index)
    assert (rows.shape, rows.dtype, len(rows)) == ((3, 5, 4), np.dtype(np.uint8), 3)
    assert np.array_equal(np.asarray(rows), whole[index])
    assert np.array_equal(np.concatenate([rows, rows]), whole[[*index, *index]])
    assert all(np.array_equal(one, other) for one, other in zip(rows, whole[index], strict=True))
    again = rows_of(rows, np.array([2, 0]))
    assert isinstance(again, Rows)
    assert np.array_equal(np.asarray(again), whole[[3, 6]])
    assert not isinstance(rows_of(whole[:3].copy(), index % 3), Rows)


def test_samples_taken_of_a_mapped_raster_stay_in_its_file(tmp_path: Path) -> None:
    spikes = np.random.default_rng(1).random((9, 12, 13)) < 0.3
    lengths, labels = np.arange(4, 13, dtype=np.int32), np.arange(9, dtype=np.int32) % 3
    there = SpikeRaster.pack(spikes, lengths, labels)
    assert is_mapped(there.packed)
    held = SpikeRaster(np.array(there.packed), 13, lengths, labels)
    assert not is_mapped(held.packed)
    chosen = np.array([8, 2, 2, 5])
    one, other = there.take(chosen), held.take(chosen)
    assert [type(each.packed) for each in (one, other)] == [Rows, np.ndarray]
    some = [3, 0], slice(1, 3)
    for mine, same in ((one, other), *((one.take(each), other.take(each)) for each in some)):
        assert (mine.samples, mine.steps, mine.bins) == (same.samples, same.steps, same.bins)
        assert np.array_equal(mine.dense(), same.dense())
        assert np.array_equal(mine.counts(), same.counts())
        assert np.array_equal(mine.rates(), same.rates())
        for name, arguments in (("counted", ()), ("whole", ()), ("padded", (2,)), ("between", (1, 4)), ("until", (3,))):
            made = [getattr(each, name)(*arguments) for each in (mine, same)]
            assert np.array_equal(made[0].dense(), made[1].dense()), name
            assert np.array_equal(made[0].lengths, made[1].lengths), name
    save_rasters({"spikes": one}, tmp_path / "some.npz")
    assert np.array_equal(load_rasters(tmp_path / "some.npz")["spikes"].dense(), other.dense())
