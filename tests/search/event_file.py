"""What TensorBoard reads from a folder of event files."""

import struct
from collections.abc import Iterator
from pathlib import Path

from tensorboardX.proto.event_pb2 import Event, SessionLog


def shown_scalars(folder: Path) -> dict[str, list[tuple[int, float]]]:
    """(step, value) of every tag; a session that starts at a step discards what was there from it on."""
    curves: dict[str, list[tuple[int, float]]] = {}
    for file in sorted(folder.iterdir()):
        for record in _records(file.read_bytes()):
            event = Event.FromString(record)
            if event.session_log.status == SessionLog.START:
                curves = {tag: [point for point in points if point[0] < event.step] for tag, points in curves.items()}
            for value in event.summary.value:
                curves.setdefault(value.tag, []).append((event.step, value.simple_value))
    return {tag: points for tag, points in curves.items() if points}


def _records(content: bytes) -> Iterator[bytes]:
    """TFRecord: length as 8 bytes, checksum of 4, that many bytes, checksum of 4."""
    while content:
        (length,) = struct.unpack("<Q", content[:8])
        yield content[12 : 12 + length]
        content = content[16 + length :]
