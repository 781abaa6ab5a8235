"""Packed spikes, byte by byte."""

import struct
from pathlib import Path

import numpy as np
import pytest

from targets.contracts.bits import save_bits
from targets.contracts.errors import InputError
from targets.contracts.raster import SpikeRaster


def _raster(neurons: int, lengths: list[int]) -> SpikeRaster:
    rng = np.random.default_rng(neurons)
    return SpikeRaster.pack(rng.random((len(lengths), 4, neurons)) < 0.5, lengths)


@pytest.mark.parametrize("widths", [{"x": 11}, {"b": 3, "a": 6}, {"b": 8, "é": 1, "a": 16}])
def test_the_bytes_are_as_stated(widths: dict[str, int], tmp_path: Path) -> None:
    lengths = [4, 0, 2]
    spikes = {name: _raster(neurons, lengths) for name, neurons in widths.items()}
    save_bits(spikes, tmp_path / "spikes.bits")
    content = (tmp_path / "spikes.bits").read_bytes()
    neurons = sum(widths.values())
    assert content[:16] == b"spk1" + struct.pack("<III", 3, 4, neurons)
    size = 4 + 4 * -(-neurons // 8)
    assert len(content) == 16 + 3 * size
    ordered = sorted(spikes, key=str.encode)
    for sample, length in enumerate(lengths):
        part = content[16 + sample * size : 16 + (sample + 1) * size]
        assert struct.unpack("<I", part[:4]) == (length,)
        rows = np.frombuffer(part[4:], np.uint8).reshape(4, -1)
        dense = np.concatenate([spikes[name].dense()[sample] for name in ordered], axis=1)
        assert np.array_equal(np.unpackbits(rows, axis=1, count=neurons), dense)


def test_inputs_that_do_not_go_together_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^inputs \['a', 'b'\] differ in samples, steps or lengths; "):
        save_bits({"a": _raster(3, [4, 4]), "b": _raster(3, [4, 3])}, tmp_path / "a")
    with pytest.raises(InputError, match="no spikes to pack"):
        save_bits({}, tmp_path / "a")
    assert not (tmp_path / "a").exists()
