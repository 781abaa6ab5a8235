import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from targets.contracts import scratch
from targets.contracts.arrays import Array, readonly, sealed
from targets.contracts.errors import InputError
from targets.contracts.scratch import is_mapped, padded, room


@pytest.fixture(autouse=True)
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTIFC_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(scratch, "HELD", 1000)


def test_what_is_small_is_held_and_what_is_large_lies_in_a_file_without_a_name(tmp_path: Path) -> None:
    held, mapped = room((10, 100)), room((11, 100))
    assert not is_mapped(held)
    assert is_mapped(mapped)
    assert is_mapped(sealed(mapped)[3:, ::2])
    assert not is_mapped(mapped.copy())
    for each in (held, mapped):
        assert not each.any()
        each[2] = 7
        assert each.sum() == 700
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_sealed_one_is_not_copied() -> None:
    mapped = sealed(room((3, 1000)))
    assert readonly(mapped, np.uint8, "bytes", 2) is mapped
    with pytest.raises(ValueError, match="read-only"):
        mapped[0, 0] = 1


def test_recordings_are_taken_one_after_the_other() -> None:
    given = [np.full((length, 9), length, np.uint8) for length in (5, 0, 30, 7)]
    alive = 0

    def one_by_one() -> Iterator[Array]:
        nonlocal alive
        for each in given:
            alive += 1
            yield each

    for limit in (1000, 1 << 20):
        scratch.HELD = limit  # restored by the fixture
        whole, lengths = padded(one_by_one())
        assert is_mapped(whole) is (limit == 1000)
        assert lengths.tolist() == [5, 0, 30, 7]
        for row, each in zip(whole, given, strict=True):
            assert (row[: len(each)] == each).all()
            assert not row[len(each) :].any()
    assert alive == 8
    assert padded(iter(()))[0].shape == (0, 0, 0)


def test_a_full_disk_is_told_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int, first: int, size: int) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, "posix_fallocate", full)
    with pytest.raises(InputError, match=r"2,000 bytes of spikes cannot be laid down in .*No space left on device"):
        room((2, 1000))


def test_without_a_cache_folder_the_files_of_the_system_are_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("MOTIFC_CACHE", str(tmp_path / "file"))
    assert is_mapped(room((2, 1000)))
