"""The digest of spikes, byte by byte."""

import hashlib
import struct
from dataclasses import replace

import numpy as np
import pytest

from targets.contracts.raster import SpikeRaster
from targets.contracts.spike_digest import SpikeDigest, spike_digest


def _raster(seed: int, samples: int = 3, steps: int = 5, neurons: int = 11) -> SpikeRaster:
    rng = np.random.default_rng(seed)
    return SpikeRaster.pack(rng.random((samples, steps, neurons)) < 0.4, rng.integers(0, steps + 1, samples))


def test_the_bytes_are_as_stated() -> None:
    spikes = {"b": _raster(0), "é": _raster(1, neurons=8), "a": _raster(2, neurons=1)}
    whole = b""
    for name in ("a", "b", "é"):
        raster, rows = spikes[name], b""
        for sample, length in enumerate(raster.lengths.tolist()):
            rows += struct.pack("<I", length)
            for step in raster.dense()[sample, :length]:
                rows += np.packbits(step).tobytes()
        text = name.encode()
        whole += struct.pack("<I", len(text)) + text + struct.pack("<II", 3, raster.neurons)
        whole += hashlib.sha256(rows).digest()
    assert spike_digest(spikes) == hashlib.sha256(whole).hexdigest()


def test_pieces_order_and_padding_change_nothing() -> None:
    spikes = {"b": _raster(0), "a": _raster(1)}
    told = spike_digest(spikes)
    pieces = SpikeDigest()
    for part in (slice(0, 1), slice(1, 3)):
        pieces.add({name: raster.take(part) for name, raster in reversed(spikes.items())})
    assert pieces.hexdigest() == told
    assert spike_digest({name: raster.padded(4) for name, raster in spikes.items()}) == told
    loud = {
        name: SpikeRaster.pack(
            raster.dense() | (np.arange(raster.steps)[:, None] >= raster.lengths[:, None, None]), raster.lengths
        )
        for name, raster in spikes.items()
    }
    assert spike_digest(loud) == told


@pytest.mark.parametrize("change", ["bit", "length", "name", "samples", "neurons"])
def test_whatever_counts_changes_it(change: str) -> None:
    dense = _raster(0).dense()
    raster = SpikeRaster.pack(dense)
    other, name = raster, "a"
    if change == "bit":
        dense[0, 0, 0] ^= 1
        other = SpikeRaster.pack(dense)
    elif change == "length":
        other = replace(raster, lengths=raster.lengths - 1)
    elif change == "name":
        name = "b"
    elif change == "samples":
        other = raster.take([0, 1])
    else:
        other = SpikeRaster.pack(np.pad(dense, ((0, 0), (0, 0), (0, 1))))
    assert spike_digest({name: other}) != spike_digest({"a": raster})


def test_nothing_has_a_digest_too() -> None:
    assert spike_digest({}) == hashlib.sha256(b"").hexdigest()
    assert spike_digest({"a": SpikeRaster.pack(np.zeros((0, 4, 3)))}) != spike_digest({})
