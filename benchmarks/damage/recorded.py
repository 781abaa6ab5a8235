"""Files of recordings as others publish them: sounds, events, series, images, lists; what must hold of what is read."""

import gzip
import io
import struct
import warnings
import wave
from collections.abc import Callable
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.damage.archives import rewritten_array
from benchmarks.damage.fields import rechunked, refielded, reworded
from benchmarks.damage.raw import damaged
from benchmarks.damage.reading import BOMBS, Damage, Reader, hold
from benchmarks.damage.recordings import formats
from search.data.readers.event_file import LONGEST, SHORTEST, read_events
from search.data.readers.idx import read_idx
from search.data.readers.sound import read_sound
from search.data.readers.ts import read_ts
from search.data.tasks.dvs_gesture import listed_gestures, read_cut

RATE, SECONDS, LOUDEST = 8000, 5, 2
_MOST_PER_BYTE = 64
"""Events that a byte of a file can stand for, compression apart."""
_LISTS = b"user01_led.aedat\nuser02_lab.aedat\n"
_LABELS = b"class,startTime_usec,endTime_usec\n1,100000,500000\n11,500001,900000\n"
_SERIES = b"# a comment\n@problemName tiny\n@classLabel true b a\n@data\n1,2,3:4,5,6:a\n-1.5:2e-3:b\n0.25,0.5:1,2:a\n"


def recorded(folder: Path) -> dict[str, Reader]:
    """Readers of recordings; whole files are made in `folder`."""
    files = {name: path for name, (path, _) in formats(folder).items()}

    def whole(*names: str) -> tuple[bytes, ...]:
        return tuple(files[name].read_bytes() for name in names)

    text = partial(reworded, head=400)
    binary = partial(refielded, head=400)
    rng = np.random.default_rng(0)
    images, labels = rng.integers(0, 256, (5, 6, 7)), rng.integers(0, 10, 40)
    gestures = rng.integers(0, 128, (50, 4))
    gestures[:, 2], gestures[:, 3] = gestures[:, 2] % 2, np.sort(rng.integers(0, 3_000, 50))
    return {
        "wav": Reader(whole("wav 16", "wav 24", "wav float", "wav mu-law"), _sound, rechunked, suffix=".wav"),
        "sphere": Reader(whole("sphere"), _sound, text, suffix=".sph"),
        "aedat2": Reader(whole("aedat2", "aedat2 davis"), _events, _either(text, binary)),
        "aedat3": Reader(whole("aedat3"), _events, _either(text, partial(refielded, head=1 << 12))),
        "aedat4": Reader(
            whole("aedat4", "aedat4 plain", "aedat4 lz4", "aedat4 zstd"), _events, _either(text, _repacked)
        ),
        "dat": Reader(whole("dat"), _events, _either(text, binary)),
        "evt2": Reader(whole("evt2"), _events, _either(text, partial(refielded, head=1 << 12))),
        "evt3": Reader(whole("evt3"), _events, _either(text, partial(refielded, head=1 << 12))),
        "n-mnist": Reader(whole("n-mnist"), _events, partial(refielded, head=1 << 12), suffix=".bin"),
        "series": Reader((_SERIES,), _series, partial(reworded, head=1 << 12), suffix=".ts"),
        "idx": Reader((_idx(images),), partial(_images, axes=3), partial(refielded, head=18)),
        "idx labels, gzip": Reader((gzip.compress(_idx(labels)),), partial(_images, axes=1), _regzipped, suffix=".gz"),
        "gesture lists": Reader((_LISTS,), partial(_listed, file="trials.txt"), text),
        "gesture labels": Reader((_LABELS,), partial(_listed, file="user01_led_labels.csv"), text),
        "gestures": Reader((_npy(gestures),), _cut, rewritten_array, suffix=".npy"),
    }


def _either(*ways: Damage) -> Damage:
    def damage(content: bytes, rng: np.random.Generator) -> bytes:
        return ways[int(rng.integers(len(ways)))](content, rng)

    return damage


def _sound(path: Path) -> str:
    samples = read_sound(path, RATE, SECONDS)
    hold(samples.dtype == np.float64 and samples.ndim == 1, "samples of another kind")
    hold(np.isfinite(samples).all() and np.abs(samples).max(initial=0) <= LOUDEST * 1.5, "samples beyond the range")
    hold(0 < samples.size <= RATE * SECONDS, "another length than allowed")
    plain = _plain_wave(path.read_bytes())
    if plain is not None:
        hold(plain.shape == samples.shape and np.abs(plain - samples).max(initial=0) < 1e-9, "other samples than wave")
    return str(samples.tobytes())


def _plain_wave(content: bytes) -> "np.ndarray[Any, Any] | None":
    """What the module wave of Python reads; None where it reads none, or no 16-bit mono at our rate."""
    try:
        with wave.open(io.BytesIO(content)) as file:
            if (file.getnchannels(), file.getsampwidth(), file.getframerate()) != (1, 2, RATE):
                return None
            held = file.readframes(file.getnframes())
            return np.frombuffer(held, "<i2") / (1 << 15) if len(held) == 2 * file.getnframes() else None
    except (wave.Error, EOFError, struct.error, ValueError, OverflowError):
        return None


def _events(path: Path) -> str:
    found = read_events(path)
    events = found.events
    width, height = found.sensor or (1 << 15, 1 << 15)
    hold(0 < width <= 1 << 15 and 0 < height <= 1 << 15, f"a sensor of {width} x {height}")
    hold(((events["x"] >= 0) & (events["x"] < width)).all(), "x beyond the sensor")
    hold(((events["y"] >= 0) & (events["y"] < height)).all(), "y beyond the sensor")
    hold((events["t"] >= 0).all(), "negative times")
    hold(SHORTEST <= int(events["t"].max()) - int(events["t"].min()) <= LONGEST, "a span beyond what is allowed")
    hold(events.size <= _MOST_PER_BYTE * path.stat().st_size, "more events than the file can hold")
    return f"{found.sensor} {events.tobytes()!r}"


def _series(path: Path) -> str:
    series, classes = read_ts(path, 2)
    hold(len(series) == len(classes) > 0, "classes that do not fit")
    hold(all(each.ndim == 2 and each.shape[1] == 2 and np.isfinite(each).all() for each in series), "illegal series")
    hold((classes >= 0).all(), "classes below 0")
    return str([each.tolist() for each in series]) + str(classes.tolist())


def _images(path: Path, axes: int) -> str:
    numbers = read_idx(path, axes)
    content = path.read_bytes()
    plain = gzip.decompress(content) if path.suffix == ".gz" else content
    hold(plain[:4] == bytes([0, 0, 8, axes]), "another kind of file")
    hold(struct.unpack_from(f">{axes}I", plain, 4) == numbers.shape, "another shape")
    hold(plain[4 + 4 * axes :] == numbers.tobytes(), "other numbers")
    return str((numbers.shape, numbers.tobytes()))


def _listed(path: Path, file: str) -> str:
    """What is read of a folder in which one file is the damaged one and the others are well."""
    folder = path.with_suffix(".folder")
    folder.mkdir(exist_ok=True)
    whole = {"trials.txt": _LISTS, "user01_led_labels.csv": _LABELS, "user02_lab_labels.csv": _LABELS}
    for name, content in (whole | {file: path.read_bytes()}).items():
        (folder / name).write_bytes(content)
    found = list(listed_gestures(folder, folder / "trials.txt"))
    for each in found:
        hold(each.path.parent == folder, "a file of another folder")
        hold(0 <= each.label <= 10 and each.person >= 0, "a class or person out of range")
        hold(each.span is not None and all(type(end) is int for end in each.span), "a span that is none")
    return str([(each.path.name, each.person, each.label, each.span) for each in found])


def _cut(path: Path) -> str:
    events = read_cut(path)
    with warnings.catch_warnings(action="ignore"):
        plain = np.load(path, allow_pickle=False)
    hold(plain.shape == (events.size, 4), "another number of events than numpy reads")
    hold(
        ((events["x"] >= 0) & (events["x"] < 128) & (events["y"] >= 0) & (events["y"] < 128)).all(), "beyond the sensor"
    )
    hold((events["x"] == np.round(plain[:, 0])).all(), "other events than numpy reads")
    hold(((events["t"] >= 0) & (events["t"] <= 1_000 << 40)).all(), "times out of range")
    return str(events.tobytes())


def _idx(numbers: "np.ndarray[Any, Any]") -> bytes:
    header = bytes([0, 0, 8, numbers.ndim]) + struct.pack(f">{numbers.ndim}I", *numbers.shape)
    return header + numbers.astype(np.uint8).tobytes()


def _npy(array: "np.ndarray[Any, Any]") -> bytes:
    written = io.BytesIO()
    np.save(written, array)
    return written.getvalue()


def _regzipped(content: bytes, rng: np.random.Generator) -> bytes:
    """Another content, packed anew; now and then a small file that unpacks to more than a GiB."""
    if rng.random() < BOMBS:
        return _gzip_bomb()
    inside = gzip.decompress(content)
    way: Callable[[bytes, np.random.Generator], bytes] = partial(refielded, head=10) if rng.random() < 0.5 else damaged
    return gzip.compress(way(inside, rng), 1)


@lru_cache(maxsize=1)
def _gzip_bomb() -> bytes:
    written = io.BytesIO()
    with gzip.GzipFile(fileobj=written, mode="wb", compresslevel=1) as file:
        file.write(bytes([0, 0, 8, 1]) + struct.pack(">I", 1 << 30))
        for _ in range(1 << 10):
            file.write(bytes(1 << 20))
    return written.getvalue()


def _repacked(content: bytes, rng: np.random.Generator) -> bytes:
    """A packet of AEDAT 4 unpacked, damaged and packed anew, its size put right; one in 2,000 unpacks to a GiB."""
    place = content.index(b"\n") + 1
    place += 4 + struct.unpack_from("<I", content, place)[0]
    packets: list[tuple[int, int]] = []
    while place + 8 <= len(content) and len(packets) < 100:
        (size,) = struct.unpack_from("<i", content, place + 4)
        if size < 0 or place + 8 + size > len(content):
            break
        packets.append((place, size))
        place += 8 + size
    if not packets:
        return refielded(content, rng, 400)
    start, size = packets[int(rng.integers(len(packets)))]
    body = content[start + 8 : start + 8 + size]
    unpack, pack, bomb = _packing(body)
    if bomb is not None and rng.random() < BOMBS:
        made = bomb()
    else:
        inside = unpack(body)
        made = pack(refielded(inside, rng, 80) if rng.random() < 0.6 else damaged(inside, rng))
    stream = content[start : start + 4] if rng.random() < 0.95 else struct.pack("<i", int(rng.integers(-3, 9)))
    return content[:start] + stream + struct.pack("<i", len(made)) + made + content[start + 8 + size :]


def _packing(body: bytes) -> tuple[Callable[[bytes], bytes], Callable[[bytes], bytes], Callable[[], bytes] | None]:
    """(unpack, pack, a bomb) of a packet's kind of compression."""
    import lz4.frame
    import zstandard

    if body[:4] == b"\x04\x22\x4d\x18":
        return lz4.frame.decompress, lz4.frame.compress, _lz4_bomb
    if body[:4] == b"\x28\xb5\x2f\xfd":
        return _zstd, zstandard.ZstdCompressor().compress, _zstd_bomb
    return bytes, bytes, None


def _zstd(body: bytes) -> bytes:
    import zstandard

    return zstandard.ZstdDecompressor().decompressobj().decompress(body)


@lru_cache(maxsize=1)
def _lz4_bomb() -> bytes:
    import lz4.frame

    packer = lz4.frame.LZ4FrameCompressor()
    return b"".join([packer.begin(), *(packer.compress(bytes(1 << 20)) for _ in range(1 << 10)), packer.flush()])


@lru_cache(maxsize=1)
def _zstd_bomb() -> bytes:
    import zstandard

    packer = zstandard.ZstdCompressor().compressobj()
    return b"".join([*(packer.compress(bytes(1 << 20)) for _ in range(1 << 10)), packer.flush()])
