"""A few damaged files of every format; `python -m benchmarks.damage.recordings` reads thousands."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.damage.raw import damaged
from benchmarks.damage.recordings import formats, judged

FORMATS = [
    *("wav 16", "wav 24", "wav float", "wav mu-law", "sphere"),
    *("aedat2", "aedat2 davis", "aedat3", "aedat4", "aedat4 plain", "aedat4 lz4", "aedat4 zstd"),
    *("dat", "evt2", "evt3", "n-mnist"),
]
IN_A_PROCESS = ["shd", "n-tidigits"]
"""Formats whose files take a process each: fewer of them."""


def test_every_format_is_damaged(tmp_path: Path) -> None:
    assert sorted(formats(tmp_path)) == sorted(FORMATS + IN_A_PROCESS)


@pytest.mark.parametrize("name", [*FORMATS, *(pytest.param(name, marks=pytest.mark.slow) for name in IN_A_PROCESS)])
def test_damaged_files_are_read_or_refused_in_a_sentence(tmp_path: Path, name: str) -> None:
    whole, read = formats(tmp_path / "whole")[name]
    content, path = whole.read_bytes(), tmp_path / f"damaged{whole.suffix}"
    found = set()
    for number in range(4 if name in IN_A_PROCESS else 50):
        path.write_bytes(damaged(content, np.random.default_rng((2, number))))
        outcome, reason = judged(read, path)
        assert outcome != "other", reason
        found.add(outcome)
    assert "refused" in found or name in IN_A_PROCESS
