import os
from pathlib import Path

import numpy as np
import pytest

from search.data.readers.sound import read_sound
from targets.contracts.errors import InputError
from tests.search.data.tasks.sounds import tone, write_sphere, write_wav


def _error(path: Path, rate: int = 8000) -> str:
    with pytest.raises(InputError) as raised:
        read_sound(path, rate, 1.0)
    return str(raised.value)


def test_a_wav_comes_back(tmp_path: Path) -> None:
    sound = tone(0.05, 440.0)
    assert read_sound(write_wav(tmp_path / "a.wav", sound), 8000, 1.0) == pytest.approx(sound, abs=1e-4)


@pytest.mark.parametrize("order", ["01", "10"])
def test_a_sphere_comes_back_whatever_its_name(tmp_path: Path, order: str) -> None:
    sound = tone(0.05, 440.0, 12_500)
    path = write_sphere(tmp_path / "a.wav", sound, order=order)
    assert read_sound(path, 12_500, 1.0) == pytest.approx(sound, abs=1e-4)


def test_full_scale_is_one(tmp_path: Path) -> None:
    assert read_sound(write_wav(tmp_path / "a.wav", [-1.0, 1.0]), 8000, 1.0).tolist() == [-32767 / 32768, 32767 / 32768]


@pytest.mark.parametrize(
    ("channels", "width", "rate", "found"),
    [
        (2, 2, 8000, "2 channels of 16 bits at 8000 Hz"),
        (1, 1, 8000, "1 channels of 8 bits at 8000 Hz"),
        (1, 2, 44_100, "1 channels of 16 bits at 44100 Hz"),
    ],
)
def test_another_kind_of_wav(tmp_path: Path, channels: int, width: int, rate: int, found: str) -> None:
    path = write_wav(tmp_path / "a.wav", np.zeros(100), rate, channels, width)
    assert _error(path) == f"{path} has {found}; one channel of 16 bits at 8000 Hz is needed, so convert it."


def test_cut_off_wavs(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", tone(0.05, 440.0))
    whole = path.read_bytes()
    path.write_bytes(whole[:-100])
    assert _error(path) == f"{path} is cut off: its header promises 400 samples, it holds 350; copy it again."
    for size in (4, 10, 20, 40):
        path.write_bytes(whole[:size])
        assert _error(path).startswith(f"{path} is no readable PCM wav file (")


@pytest.mark.parametrize(
    "content", [b"", b"RIFF", b"ID3\x03 no wav at all", bytes(2000), b"RIFF\x00\x00\x00\x00AVI LIST"]
)
def test_no_wav(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(content)
    assert _error(path).startswith(f"{path} is no readable PCM wav file (")
    assert _error(path).endswith("); convert it again.")


def test_an_empty_recording(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", [])
    assert _error(path) == (
        f"{path} lasts 0 seconds; a recording of one word, more than 0 and at most 1 seconds, is needed, so cut it or "
        "take it away."
    )


def test_a_header_that_promises_hours_is_refused_before_any_reading(tmp_path: Path) -> None:
    path = write_sphere(tmp_path / "a.sph", np.zeros(10), other={"sample_count": "-i 900000000000"})
    assert "lasts 7.2e+07 seconds" in _error(path, 12_500)


def test_missing_and_unreadable(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    assert _error(path) == f"{path} cannot be read (No such file or directory); check the file and its permissions."
    path.mkdir()
    assert _error(path) == f"{path} cannot be read (Is a directory); check the file and its permissions."


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_without_permission(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", tone(0.05, 440.0))
    path.chmod(0)
    assert _error(path) == f"{path} cannot be read (Permission denied); check the file and its permissions."


def test_a_compressed_sphere(tmp_path: Path) -> None:
    path = write_sphere(tmp_path / "a.wav", np.zeros(10), other={"sample_coding": "-s26 pcm,embedded-shorten-v2.00"})
    assert _error(path, 12_500) == (
        f"{path} is a SPHERE file coded as pcm,embedded-shorten-v2.00; only plain pcm can be read, so unpack it with "
        "sph2pipe -p -f sph."
    )


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("sample_rate", "-s4 fast", "its header has no whole number for invalid literal"),
        ("channel_count", "", "its header has no whole number for 'channel_count'"),
        ("sample_byte_format", "-s2 11", "its sample_byte_format is neither 01 nor 10"),
    ],
)
def test_damaged_sphere_headers(tmp_path: Path, field: str, value: str, why: str) -> None:
    path = write_sphere(tmp_path / "a.wav", np.zeros(10), other={field: value})
    assert _error(path, 12_500).startswith(f"{path} is no readable SPHERE file ({why}")


@pytest.mark.parametrize("start", [b"NIST_1A", b"NIST_1A\n   99999999999\n", b"NIST_1A\n   -024\n", b"NIST_1A\nxyz"])
def test_spheres_without_a_header(tmp_path: Path, start: bytes) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(start)
    assert _error(path, 12_500) == (
        f"{path} is no readable SPHERE file (its header does not start with NIST_1A and a size); copy it again."
    )


def test_a_cut_off_sphere(tmp_path: Path) -> None:
    path = write_sphere(tmp_path / "a.wav", np.zeros(10))
    path.write_bytes(path.read_bytes()[:-6])
    assert _error(path, 12_500) == f"{path} is cut off: its header promises 10 samples, it holds 7; copy it again."
