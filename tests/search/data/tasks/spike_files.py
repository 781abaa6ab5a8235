"""HDF5 files of spikes as the real ones are on disk."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import h5py
import numpy as np

from targets.contracts.arrays import Array

Recording = tuple[Sequence[float], Sequence[int]]
"""Times in seconds and channels."""


def random_recording(seed: int, channels: int, seconds: float = 0.5, events: int = 200) -> Recording:
    generator = np.random.default_rng(seed)
    times = np.sort(generator.random(events)) * seconds
    return times.tolist(), generator.integers(0, channels, events).tolist()


def write_heidelberg(
    path: Path, recordings: Sequence[Recording], labels: Sequence[int], speakers: Sequence[int]
) -> Path:
    """A file of SHD or SSC."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with h5py.File(path, "w") as file:
        for name, kind, values in (
            ("times", "<f2", [np.array(times, "<f2") for times, _ in recordings]),
            ("units", "<u2", [np.array(units, "<u2") for _, units in recordings]),
        ):
            made = file.create_dataset(f"spikes/{name}", len(values), h5py.vlen_dtype(np.dtype(kind)))
            for index, value in enumerate(values):
                made[index] = value
        file["labels"] = np.array(labels, "<u2")
        file["extra/keys"] = np.array([b"zero", b"one"])
        file["extra/speaker"] = np.array(speakers, "<u2")
    return path


def write_n_tidigits(path: Path, parts: Mapping[str, Mapping[str, Recording]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with h5py.File(path, "w") as file:
        for part, recordings in parts.items():
            file[f"{part}_labels"] = np.array([name.encode() for name in recordings])
            for name, (times, channels) in recordings.items():
                file[f"{part}_timestamps/{name}"] = np.array(times, "<f4")
                file[f"{part}_addresses/{name}"] = np.array(channels, "<u1")
    return path


def same_events(ours: Array, theirs: Array) -> bool:
    """Equal channels, times and polarities, whatever the order and types of the fields."""
    return all(np.array_equal(ours[name].astype(int), theirs[name].astype(int)) for name in ("x", "t", "p"))


def loop_in_heap(path: Path) -> Path:
    """Put zeros over the head of the second entry of the first global heap, over which libhdf5 1.14 goes for ever."""
    content = bytearray(path.read_bytes())
    heap = content.find(b"GCOL")
    size = int.from_bytes(content[heap + 24 : heap + 32], "little")
    second = heap + 32 + (size + 7) // 8 * 8
    content[second : second + 16] = bytes(16)
    path.write_bytes(content)
    return path
