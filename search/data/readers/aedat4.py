"""AEDAT 4.0 files, as DV and dv-processing record them.

iniVation, "AEDAT 4.0 file format" and its schemas: `#!AER-DAT4.0`, then FlatBuffers with their size in 4 bytes before
them. The first (IOHE) holds the compression, the place of the table behind the data and, as XML, what the streams are;
then packets: stream and size as 4 bytes each, and one frame of LZ4 or Zstandard or plain bytes, which is a FlatBuffer
again. In one of events (EVTS) each takes 16 bytes: time in microseconds (8), x and y (2 each), polarity (1).

The FlatBuffers are read here, because the `aedat` package ends the whole process on some damaged files and
dv-processing takes 24 MB; `lz4` and `zstandard` decompress.
"""

import importlib
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np

from search.data.readers.event_recording import EventRecording, check_number, content_of, recording_of
from search.data.readers.flatbuffer import Table
from targets.contracts.arrays import Array
from targets.contracts.errors import InputError

MAGIC = b"#!AER-DAT4.0\r\n"
_PLAIN = 0
_PACKAGES = {1: "lz4", 2: "lz4", 3: "zstandard", 4: "zstandard"}
_EVENT = np.dtype([("t", "<i8"), ("x", "<i2"), ("y", "<i2"), ("p", "u1"), ("", "V3")])
_LARGEST_PACKET = 1 << 26
"""Bytes of a decompressed packet; real ones have less than a megabyte."""


@dataclass(frozen=True)
class _Header:
    """What the first FlatBuffer says: the event stream, its sensor, the compression and where the packets lie."""

    stream: int
    sensor: tuple[int, int] | None
    compression: int
    start: int
    end: int


def read_aedat4(path: Path) -> EventRecording:
    """The events of a file; frames, motion and triggers are passed over.

    Raises InputError for a file that is missing, unreadable, of another kind, too large, cut off or damaged, of several
    cameras, and for a compression whose package is not installed.
    """
    content = content_of(path, "an AEDAT 4.0")
    if not content.startswith(MAGIC):
        raise InputError(f"{path} has no header of AEDAT 4.0; a file of that format is needed, so get it again.")
    try:
        header = _header(content, path)
        packets = []
        number = 0
        for packet in _packets(content, header, path):
            packets.append(packet)
            number += len(packet)
            check_number(path, number)
    except InputError:
        raise
    except (ValueError, struct.error) as error:
        raise InputError(f"{path} is no readable AEDAT 4.0 file ({error}); get it again.") from None
    events = np.concatenate([np.empty(0, _EVENT), *packets])
    if events.size and events["p"].max() > 1:
        raise InputError(f"{path} holds polarities up to {events['p'].max()}; 0 and 1 are allowed, so get it again.")
    return recording_of(path, header.sensor, *(events[name] for name in ("x", "y", "t", "p")))


def _header(content: bytes, path: Path) -> _Header:
    (size,) = struct.unpack_from("<I", content, len(MAGIC))
    start = len(MAGIC) + 4 + size
    if start > len(content):
        raise ValueError("it ends within its header")
    table = Table.root(memoryview(content)[len(MAGIC) + 4 : start])
    compression = table.number(0, "<i", _PLAIN)
    if compression not in (_PLAIN, *_PACKAGES):
        raise ValueError(f"its compression {compression} is unknown")
    end = table.number(1, "<q", -1)
    if end > len(content):
        raise ValueError("it is cut off")
    streams = dict(_event_streams(bytes(table.vector(2, 1))))
    if len(streams) != 1:
        raise InputError(f"{path} holds {len(streams)} streams of events; exactly one camera is needed, so split it.")
    ((stream, sensor),) = streams.items()
    return _Header(stream, sensor, compression, start, end if end >= start else len(content))


def _event_streams(xml: bytes) -> Iterator[tuple[int, tuple[int, int] | None]]:
    """Number and sensor of each stream of events."""
    if b"<!" in xml:  # entities could grow without bound
        raise ValueError("its description of the streams declares what is none of it")
    try:
        root = ElementTree.fromstring(xml)
    except (ElementTree.ParseError, LookupError, ValueError) as error:
        raise ValueError(f"its description of the streams is damaged: {error}") from None
    for node in root.findall(".//node[@name='outInfo']/node"):
        if node.findtext("attr[@key='typeIdentifier']") == "EVTS":
            sides = [node.findtext(f"node[@name='info']/attr[@key='{key}']") or "" for key in ("sizeX", "sizeY")]
            sensor = (int(sides[0]), int(sides[1])) if all(side.isdecimal() for side in sides) else None
            yield int(node.get("name", "")), sensor


def _packets(content: bytes, header: _Header, path: Path) -> Iterator[Array]:
    """The events `_EVENT` of each packet of the stream."""
    decompressed = _decompression(header.compression, path)
    offset = header.start
    while offset < header.end:
        stream, size = struct.unpack_from("<ii", content, offset)
        offset += 8
        if size < 0 or offset + size > header.end:
            raise ValueError(f"the packet at byte {offset - 8:,} is cut off")
        if stream == header.stream:
            packet = decompressed(content[offset : offset + size])
            if len(packet) < 12 or packet[8:12] != b"EVTS":
                raise ValueError(f"the packet at byte {offset - 8:,} holds no events")
            yield np.frombuffer(bytes(Table.root(memoryview(packet)[4:]).vector(0, _EVENT.itemsize)), _EVENT)
        offset += size


def _decompression(compression: int, path: Path) -> Callable[[bytes], bytes]:
    """From the bytes of a packet to its content, at most `_LARGEST_PACKET`; ValueError for damaged ones."""
    if compression == _PLAIN:
        return bytes
    package = _PACKAGES[compression]
    try:
        module: Any = importlib.import_module("lz4.frame" if package == "lz4" else package)
    except ImportError:
        raise InputError(
            f"{path} is compressed with {package}, and that package is not installed; install it with pip install "
            '"motifc[search]".'
        ) from None

    damages = (RuntimeError, MemoryError) if package == "lz4" else (module.ZstdError, MemoryError)

    def whole(packet: bytes) -> bytes:
        try:
            if package == "lz4":
                frame = module.LZ4FrameDecompressor()
                content: bytes = frame.decompress(packet, max_length=_LARGEST_PACKET)
                if not frame.eof:
                    raise ValueError("a packet is damaged or too large")
                return content
            with module.ZstdDecompressor(max_window_size=_LARGEST_PACKET).stream_reader(packet) as reader:
                content = reader.read(_LARGEST_PACKET)
                if len(content) == _LARGEST_PACKET:
                    raise ValueError("a packet is too large")
                return content
        except damages as error:
            raise ValueError(f"a packet is damaged: {error}") from None

    return whole
