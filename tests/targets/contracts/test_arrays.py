"""What is read-only for good is not copied; what somebody could still write to is."""

from pathlib import Path

import numpy as np
import pytest

from targets.contracts.arrays import Array, readonly


def mapped(path: Path, mode: str) -> Array:
    np.arange(6, dtype=np.uint8).tofile(path)
    return np.memmap(path, np.uint8, mode="r" if mode == "r" else "r+")


def test_a_file_mapped_for_reading_is_not_copied(tmp_path: Path) -> None:
    array = mapped(tmp_path / "a", "r")
    assert np.shares_memory(readonly(array, np.uint8, "numbers"), array)
    assert np.shares_memory(readonly(array[2:], np.uint8, "numbers"), array)
    assert not np.shares_memory(readonly(array[::2], np.uint8, "numbers"), array)
    assert not np.shares_memory(readonly(array, np.int32, "numbers"), array)
    assert np.shares_memory(readonly(b := np.frombuffer(b"abc", np.uint8), np.uint8, "numbers"), b)


@pytest.mark.parametrize("kind", ["owned", "view", "written map"])
def test_what_somebody_can_write_to_is_copied(tmp_path: Path, kind: str) -> None:
    base = mapped(tmp_path / "a", "r+") if kind == "written map" else np.arange(6, dtype=np.uint8)
    given = base if kind == "owned" else base[:]
    given.setflags(write=False)
    array = readonly(given, np.uint8, "numbers")
    assert not np.shares_memory(array, given)
    assert not array.flags.writeable
    assert array.tolist() == [0, 1, 2, 3, 4, 5]
