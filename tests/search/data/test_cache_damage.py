"""Damaged entries of the cache are dropped and made anew, whatever was changed."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from search.data.cache import _read, cached
from tests.search.data.cached_sets import RECIPE, Maker, assert_same, entry, rasters


def shortened(content: bytes) -> bytes:
    return content[: len(content) // 2]


def emptied(content: bytes) -> bytes:
    return b""


def flipped_at_the_end(content: bytes) -> bytes:
    return content[:-1] + bytes([content[-1] ^ 1])


def flipped_in_the_header(content: bytes) -> bytes:
    return content.replace(b'"U8"', b'"X8"', 1)


def longer_header(content: bytes) -> bytes:
    return b"\xff" * 8 + content[8:]


def other_width(content: bytes) -> bytes:
    return content.replace(b'\\"train\\":9', b'\\"train\\":8', 1)


def huge_shape(content: bytes) -> bytes:
    return content.replace(b"[5,4,2]", b"[5, 9" + b"9" * 30 + b"]", 1)


def nested(content: bytes) -> bytes:
    return (200_000).to_bytes(8, "little") + b"[" * 200_000


def without_offsets(content: bytes) -> bytes:
    return re.sub(
        rb'"data_offsets":\[[0-9,]+\]', lambda found: b'"data_offsets":[' + b" " * (len(found[0]) - 17) + b"]", content
    )


def of_another_kind(content: bytes) -> bytes:
    return b"no safetensors at all, just some text that somebody has put here"


@pytest.mark.parametrize(
    "damage",
    [
        shortened,
        emptied,
        flipped_at_the_end,
        flipped_in_the_header,
        longer_header,
        other_width,
        huge_shape,
        nested,
        without_offsets,
        of_another_kind,
    ],
)
def test_a_damaged_entry_is_made_anew(
    cache: Path, source: Path, damage: Callable[[bytes], bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    make = Maker()
    cached("set", RECIPE, [source], make)
    path = entry(cache)
    good = path.read_bytes()
    assert damage(good) != good
    path.write_bytes(damage(good))
    capsys.readouterr()
    assert_same(cached("set", RECIPE, [source], make), rasters())
    assert make.calls == 2
    assert capsys.readouterr().err.count(f"motifc: {path} is damaged (") == 1
    assert path.read_bytes() == good


@pytest.mark.parametrize("seed", range(2))
def test_an_entry_with_any_bytes_changed_is_dropped_or_means_the_same(
    cache: Path, source: Path, capsys: pytest.CaptureFixture[str], seed: int
) -> None:
    cached("set", RECIPE, [source], rasters)
    path, generator = entry(cache), np.random.default_rng(seed)
    good = path.read_bytes()
    dropped = 0
    for _ in range(300):
        changed = np.frombuffer(good, np.uint8).copy()
        places = generator.integers(changed.size, size=generator.integers(1, 5))
        changed[places] = generator.integers(256, size=places.size)
        path.write_bytes(changed.tobytes())
        found = _read(path)
        if found is None:
            dropped += 1
            assert not path.exists()
        else:
            assert_same(found, rasters())
    assert dropped > 200
    capsys.readouterr()
