"""Recordings made by chance, and small files of every real format on disk to read them back from."""

import gzip
import struct
from pathlib import Path

import numpy as np

from search.data.encoders.events import EVENT_DTYPE
from targets.contracts.arrays import Array


def some_events(seed: int, number: int = 400, width: int = 34, height: int = 34, span: int = 300_000) -> Array:
    """Random events in order of time."""
    generator = np.random.default_rng(seed)
    events = np.empty(number, EVENT_DTYPE)
    events["x"], events["y"] = generator.integers(width, size=number), generator.integers(height, size=number)
    events["t"] = np.sort(generator.integers(span, size=number))
    events["p"] = generator.random(number) < 0.5
    return events


def write_idx(path: Path, numbers: Array, magic: bytes | None = None) -> None:
    """An idx file of unsigned bytes, gzipped where the name ends in .gz."""
    header = magic or bytes([0, 0, 8, numbers.ndim])
    content = header + struct.pack(f">{numbers.ndim}I", *numbers.shape) + numbers.astype(np.uint8).tobytes()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)


def write_aedat(path: Path, packets: list[tuple[int, int, Array]]) -> None:
    """An AEDAT 3.1 file of packets (type, overflows of the clock, events with times within that)."""
    content = b"#!AER-DAT3.1\r\n#Format: RAW\r\n#Source 1: DVS128\r\n#!END-HEADER\r\n"
    for kind, overflows, events in packets:
        x, y, p = (events[name].astype(np.uint32) for name in ("x", "y", "p"))
        records = np.empty(len(events), [("data", "<u4"), ("time", "<i4")])
        records["data"] = x << 17 | y << 2 | p << 1 | 1
        records["time"] = events["t"]
        content += struct.pack("<hhiiiiii", kind, 1, 8, 4, overflows, len(events), len(events), len(events))
        content += records.tobytes()
    path.write_bytes(content)
