import os
import struct
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from scipy.io import wavfile

from search.data.readers.riff import LARGEST
from search.data.readers.sound import read_sound
from targets.contracts.arrays import Array, Floats
from targets.contracts.errors import InputError
from tests.search.data.readers.riff_files import (
    ALAW,
    EXTENSIBLE,
    FLOAT,
    MULAW,
    PCM,
    alaw_decoded,
    chunk,
    coded,
    form,
    mulaw_decoded,
    riff,
)
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
        ("sample_coding", "-s3 p\x01m", "its header is no plain text"),
        ("sample_rate", "-i " + 90 * "8", "its header is no plain text"),
        ("sample_rate", "-i 0", "it has 1 channels of 2 bytes at 0 samples per second"),
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


SOUND = 0.9 * np.sin(2 * np.pi * 440.0 * np.arange(401) / 8000)
"""An odd number of samples, so that some formats end in an odd chunk."""


def _written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("extensible", [False, True])
@pytest.mark.parametrize(("tag", "bits"), [(PCM, 8), (PCM, 16), (PCM, 24), (PCM, 32), (FLOAT, 32), (FLOAT, 64)])
def test_every_width_and_floats_plain_and_extensible(tmp_path: Path, tag: int, bits: int, extensible: bool) -> None:
    described = form(EXTENSIBLE, bits, sub=tag) if extensible else form(tag, bits)
    path = _written(tmp_path / "a.wav", riff(chunk(b"fmt ", described), chunk(b"data", coded(SOUND, tag, bits))))
    ours = read_sound(path, 8000, 1.0)
    assert ours == pytest.approx(SOUND, abs=2.0 ** (2 - min(bits, 24)))
    rate, theirs = wavfile.read(path)
    full = {"u": 128, "i": 2.0 ** (8 * theirs.itemsize - 1), "f": 1.0}[theirs.dtype.kind]
    assert rate == 8000
    assert np.array_equal(ours, (theirs.astype(np.float64) - (128 if theirs.dtype.kind == "u" else 0)) / full)


@pytest.mark.parametrize(("tag", "decoded"), [(MULAW, mulaw_decoded), (ALAW, alaw_decoded)])
def test_companded_samples(tmp_path: Path, tag: int, decoded: Callable[[Array], Floats]) -> None:
    codes = np.arange(256, dtype=np.uint8)
    path = _written(tmp_path / "a.wav", riff(chunk(b"fmt ", form(tag, 8)), chunk(b"data", codes.tobytes())))
    assert np.array_equal(read_sound(path, 8000, 1.0), decoded(codes))


@pytest.mark.parametrize("extra", [b"LIST", b"bext", b"xyz1"])
@pytest.mark.parametrize("padded", [False, True])
@pytest.mark.parametrize("content", [b"abc", b"INFOabcde", b"abcdefghijk"])
def test_odd_chunks_with_and_without_padding(tmp_path: Path, extra: bytes, padded: bool, content: bytes) -> None:
    samples = chunk(b"data", coded(SOUND, PCM, 16))
    for chunks in (
        [chunk(extra, content, padded), chunk(b"fmt ", form(PCM, 16)), samples],
        [chunk(b"fmt ", form(PCM, 16)), chunk(extra, content, padded), samples],
        [chunk(b"fmt ", form(PCM, 16)), samples, chunk(extra, content, padded)],
    ):
        path = _written(tmp_path / "a.wav", riff(*chunks))
        assert read_sound(path, 8000, 1.0) == pytest.approx(SOUND, abs=1e-4)


def test_padding_that_is_not_zero(tmp_path: Path) -> None:
    content = riff(
        chunk(b"fmt ", form(PCM, 16)), chunk(b"LIST", b"abc", False) + b"x", chunk(b"data", coded(SOUND, PCM, 16))
    )
    assert read_sound(_written(tmp_path / "a.wav", content), 8000, 1.0) == pytest.approx(SOUND, abs=1e-4)


@pytest.mark.parametrize(
    ("whole", "samples"),
    [
        (0xFFFFFFFF, 0xFFFFFFFF),
        (0x7FFFFFFF, 0x7FFFFFFF - 36),
        (0x7FFFF024, 0x7FFFF000),
        (0x80000024, 0x80000000),
        (0, 0),
        (36, 0),
        (0xFFFFFFFF, 0),
    ],
    ids=["ffmpeg", "sox", "sox, whole pages", "arecord", "no sizes", "header of an empty file", "gstreamer"],
)
def test_wavs_from_pipes(tmp_path: Path, whole: int, samples: int) -> None:
    data = chunk(b"data", coded(SOUND, PCM, 16), size=samples)
    path = _written(tmp_path / "a.wav", riff(chunk(b"fmt ", form(PCM, 16)), data, size=whole))
    assert read_sound(path, 8000, 1.0) == pytest.approx(SOUND, abs=1e-4)


def test_wavs_with_their_sizes_in_a_chunk_of_their_own(tmp_path: Path) -> None:
    samples = coded(SOUND, PCM, 16)
    sizes = chunk(b"ds64", struct.pack("<QQQI", 0, len(samples), len(SOUND), 0))
    data = chunk(b"data", samples, size=0xFFFFFFFF)
    path = _written(tmp_path / "a.wav", riff(sizes, chunk(b"fmt ", form(PCM, 16)), data, kind=b"RF64"))
    assert read_sound(path, 8000, 1.0) == pytest.approx(SOUND, abs=1e-4)
    path.write_bytes(path.read_bytes()[:-100])
    assert _error(path) == f"{path} is cut off: its header promises 401 samples, it holds 351; copy it again."


def test_a_wrong_size_of_the_whole_file_matters_little(tmp_path: Path) -> None:
    for size in (0, 100, 1 << 20):
        content = riff(chunk(b"fmt ", form(PCM, 16)), chunk(b"data", coded(SOUND, PCM, 16)), size=size)
        assert read_sound(_written(tmp_path / "a.wav", content), 8000, 1.0) == pytest.approx(SOUND, abs=1e-4)


def test_the_first_of_two_chunks_of_samples_counts(tmp_path: Path) -> None:
    first, second = (chunk(b"data", coded(sign * SOUND, PCM, 16)) for sign in (1, -1))
    path = _written(tmp_path / "a.wav", riff(chunk(b"fmt ", form(PCM, 16)), first, second))
    assert read_sound(path, 8000, 1.0) == pytest.approx(SOUND, abs=1e-4)


def test_channels_become_their_mean(tmp_path: Path) -> None:
    both = np.stack([SOUND, 0.5 * SOUND], axis=1)
    path = write_wav(tmp_path / "a.wav", both, channels=2)
    assert read_sound(path, 8000, 1.0) == pytest.approx(0.75 * SOUND, abs=1e-4)


def test_channels_that_cancel_each_other_are_refused(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", np.stack([SOUND, -SOUND], axis=1), channels=2)
    assert _error(path) == (
        f"the 2 channels of {path} cancel each other; channels of equal sign are needed, so keep one of them."
    )


@pytest.mark.parametrize("rate", [11_025, 16_000, 22_050, 44_100, 44_101, 48_000, 96_000, 192_000])
def test_a_faster_recording_is_brought_to_the_rate(tmp_path: Path, rate: int) -> None:
    low, high = tone(0.5, 1000.0, rate), tone(0.5, 5000.0, rate, 0.3)
    ours = read_sound(write_wav(tmp_path / "a.wav", low + high, rate), 8000, 1.0)
    assert ours.dtype == np.float64
    assert len(ours) == pytest.approx(4000, abs=1)
    assert ours[400:3600] == pytest.approx(tone(0.5, 1000.0)[400:3600], abs=1e-4)  # 5 kHz would come back as 3 kHz


def test_a_slower_recording_is_refused(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", tone(0.05, 440.0), 8000)
    assert _error(path, 12_500) == (
        f"{path} has 8000 samples per second; at least 12500 are needed, since fewer hold no tone above 4000 Hz, so "
        "get the original."
    )


def test_integers_written_as_floats_are_refused(tmp_path: Path) -> None:
    content = riff(chunk(b"fmt ", form(FLOAT, 32)), chunk(b"data", coded(16_000 * SOUND, FLOAT, 32)))
    path = _written(tmp_path / "a.wav", content)
    assert _error(path) == (
        f"{path} holds samples as floats up to 14400; from -1 to 1 is allowed, so divide them by the full scale of "
        "the integers they were."
    )


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_floats_that_are_no_numbers_are_refused(tmp_path: Path, value: float) -> None:
    content = riff(chunk(b"fmt ", form(FLOAT, 32)), chunk(b"data", coded(np.array([0.1, value]), FLOAT, 32)))
    path = _written(tmp_path / "a.wav", content)
    assert _error(path) == (f"{path} holds samples that are no numbers; from -1 to 1 is allowed, so convert it again.")


def test_another_coding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, SOUND, 8000, subtype="IMA_ADPCM", format="WAV")
    assert _error(path) == (
        f"{path} has 1 channels coded as IMA_ADPCM at 8000 Hz; up to 8 channels of plain integers, floats, A-law or "
        "mu-law at up to 192000 Hz can be read, so convert it."
    )


@pytest.mark.parametrize("container", ["FLAC", "OGG", "AIFF", "AU", "W64", "CAF"])
def test_another_container_is_refused_though_libsndfile_could(tmp_path: Path, container: str) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, SOUND, 8000, format=container)
    assert _error(path) == (
        f"{path} is no readable PCM wav file (it does not start with RIFF, a size and WAVE); convert it again."
    )


@pytest.mark.parametrize(("tag", "bits"), [(PCM, 16), (PCM, 24), (FLOAT, 32)])
def test_scipy_reads_the_same_mean_of_extensible_stereo(tmp_path: Path, tag: int, bits: int) -> None:
    both = np.stack([SOUND, 0.5 * SOUND[::-1]], axis=1)
    described = form(EXTENSIBLE, bits, channels=2, sub=tag)
    path = _written(
        tmp_path / "a.wav", riff(chunk(b"fmt ", described), chunk(b"data", coded(both.reshape(-1), tag, bits)))
    )
    _, theirs = wavfile.read(path)
    full = 1.0 if theirs.dtype.kind == "f" else 2.0 ** (8 * theirs.itemsize - 1)
    assert np.array_equal(read_sound(path, 8000, 1.0), (theirs.astype(np.float64) / full).mean(axis=1))


def test_a_long_recording_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    size = LARGEST + 2
    path.write_bytes(riff(chunk(b"fmt ", form(PCM, 16)), chunk(b"data", b"", size=size), size=size + 36))
    os.truncate(path, 44 + size)
    assert _error(path) == (
        f"{path} has 134,217,730 bytes of samples; a recording of one word has at most 134,217,728, so cut it or take "
        "it away."
    )


def test_the_real_digits_are_read_as_the_standard_library_reads_them(shared: Path) -> None:
    for path in sorted((shared / "data" / "fsdd" / "recordings").glob("*.wav"))[::50]:
        with wave.open(str(path)) as file:
            theirs = np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32768
            assert np.array_equal(read_sound(path, file.getframerate(), 5.0), theirs)


@pytest.mark.parametrize("order", ["01", "10"])
def test_libsndfile_reads_the_same_of_a_sphere(tmp_path: Path, order: str) -> None:
    path = write_sphere(tmp_path / "a.sph", SOUND, order=order)
    assert np.array_equal(soundfile.read(path)[0], read_sound(path, 12_500, 1.0))
