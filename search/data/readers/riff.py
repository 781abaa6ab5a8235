"""RIFF wav files: the two chunks that matter, found also where a writer has left the rules.

A file is `RIFF`, a size, `WAVE`, then chunks: four letters, a size of 4 bytes, that many bytes, and one more where the
size is odd (Microsoft and IBM, "Multimedia Programming Interface and Data Specifications 1.0", 1991). Two faults are
common and read all the same: no byte of padding behind an odd chunk, and sizes that a program could not know when it
wrote to a pipe (ffmpeg 2^32 - 1, sox and arecord about 2^31, others 0): then the samples end where the file ends. RF64
(EBU Tech 3306) keeps the sizes in a chunk of its own.
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from targets.contracts.errors import InputError

_KINDS = (b"RIFF", b"RF64")
LARGEST = 1 << 27
"""Bytes of samples that are read: 10 s of eight channels at 192 kHz in 64 bits."""

_CHUNK = struct.Struct("<4sI")
_UNKNOWN = 0x7FFF0000
"""Sizes from here on are those of pipes; a file of one word is never as large."""
_NAME = re.compile(rb"[A-Za-z0-9_][A-Za-z0-9_ ]{3}")
_USUAL = (b"data", b"fmt ", b"fact", b"LIST", b"bext", b"cue ", b"id3 ", b"JUNK", b"junk", b"PEAK", b"smpl", b"iXML")
_LARGEST_FORMAT = 1 << 10
_PLAIN = (1, 3, 6, 7, 0xFFFE)
"""Tags of integers, floats, A-law, mu-law and of what tells its tag further on: a block is a sample per channel."""


@dataclass(frozen=True)
class _Chunk:
    name: bytes
    size: int
    offset: int


def repaired_wav(file: BinaryIO, path: Path) -> bytes:
    """A wav of the same samples that holds a format and samples only, with right sizes.

    Raises InputError for a file that is no wav or holds fewer samples than it promises.
    """
    file.seek(0, 2)
    end = file.tell()
    file.seek(0)
    head = file.read(12)
    if len(head) < 12 or head[:4] not in _KINDS or head[8:] != b"WAVE":
        raise unreadable(path, "it does not start with RIFF, a size and WAVE" if head else "it is empty")
    form, large = b"", 0
    for chunk in _chunks(file, end):
        if chunk.name == b"ds64":
            file.seek(chunk.offset + 8)
            large = int.from_bytes(file.read(8), "little")
        elif chunk.name == b"fmt ":
            if not 14 <= chunk.size <= _LARGEST_FORMAT:
                raise unreadable(path, f"its format takes {chunk.size:,} bytes")
            file.seek(chunk.offset)
            form = file.read(chunk.size)
        elif chunk.name == b"data":
            whole = int.from_bytes(head[4:8], "little") + 8 == end
            return _wav(form, _samples(file, path, form, chunk.offset, _promised(chunk, large, end, whole)))
    raise unreadable(path, "it holds no chunk of samples" if form else "it ends within its header")


def unreadable(path: Path, why: str) -> InputError:
    """The error that `path` is no wav that can be read."""
    return InputError(f"{path} is no readable PCM wav file ({why}); convert it again.")


def _chunks(file: BinaryIO, end: int) -> Iterator[_Chunk]:
    """The chunks up to the samples, one after the other."""
    offset = 12
    while offset + _CHUNK.size <= end:
        file.seek(offset)
        name, size = _CHUNK.unpack(file.read(_CHUNK.size))
        chunk = _Chunk(name, size, offset + _CHUNK.size)
        yield chunk
        offset = chunk.offset + size
        if size % 2:
            file.seek(min(offset, end))
            offset += _padding(file.read(5))


def _padding(following: bytes) -> int:
    """1 where an odd chunk is padded, as the next chunk's name tells, and 0 where its padding is missing."""
    return int(following[1:5] in _USUAL or not _NAME.match(following))


def _promised(chunk: _Chunk, large: int, end: int, whole: bool) -> int:
    """Bytes of samples that there should be; `whole` says that the size of the whole file is right."""
    held = end - chunk.offset
    if large and chunk.size == 0xFFFFFFFF:
        return large
    if (chunk.size >= _UNKNOWN and held < chunk.size) or (not chunk.size and not whole):
        return held
    return chunk.size


def _samples(file: BinaryIO, path: Path, form: bytes, offset: int, promised: int) -> bytes:
    """Whole samples of all channels, as many as fit into the bytes promised."""
    if len(form) < 14:
        raise unreadable(path, "it holds no format before its samples")
    block = int.from_bytes(form[12:14], "little")
    tag, channels, bits = (int.from_bytes(form[place : place + 2], "little") for place in (0, 2, 14))
    if tag in _PLAIN and bits and block not in (channels * -(-bits // 8), *((4 * channels,) if bits > 16 else ())):
        raise unreadable(path, f"its {channels} channels of {bits} bits are said to take {block} bytes")
    block = block or 1
    held = file.seek(0, 2) - offset
    if held < promised:
        raise InputError(
            f"{path} is cut off: its header promises {promised // block} samples, it holds {held // block}; copy it "
            "again."
        )
    if promised > LARGEST:
        raise InputError(
            f"{path} has {promised:,} bytes of samples; a recording of one word has at most {LARGEST:,}, so cut it or "
            "take it away."
        )
    file.seek(offset)
    return file.read(promised // block * block)


def _wav(form: bytes, samples: bytes) -> bytes:
    form = form[: len(form) // 2 * 2]
    content = b"WAVE" + _CHUNK.pack(b"fmt ", len(form)) + form + _CHUNK.pack(b"data", len(samples)) + samples
    return _CHUNK.pack(b"RIFF", len(content)) + content
