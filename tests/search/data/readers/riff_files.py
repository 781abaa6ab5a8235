"""RIFF files written byte by byte, so that they may break every rule."""

import struct

import numpy as np

from targets.contracts.arrays import Array, Floats

PCM, FLOAT, ALAW, MULAW, EXTENSIBLE = 1, 3, 6, 7, 0xFFFE
_GUID = bytes.fromhex("00001000800000aa00389b71")
"""What follows the tag, widened to 4 bytes, in the sub-format of WAVE_FORMAT_EXTENSIBLE."""


def chunk(name: bytes, content: bytes, padded: bool = True, size: int | None = None) -> bytes:
    """A chunk; `size` may lie about its length."""
    return (
        name
        + struct.pack("<I", len(content) if size is None else size)
        + content
        + bytes(len(content) % 2 if padded else 0)
    )


def form(tag: int, bits: int, channels: int = 1, rate: int = 8000, sub: int | None = None) -> bytes:
    """The content of a chunk `fmt `, of 16 bytes or, with a tag `sub` of what it really is, of 40."""
    block = channels * bits // 8
    plain = struct.pack("<HHIIHH", tag, channels, rate, rate * block, block, bits)
    return plain if sub is None else plain + struct.pack("<HHII", 22, bits, 0, sub) + _GUID


def riff(*chunks: bytes, size: int | None = None, kind: bytes = b"RIFF") -> bytes:
    """A whole file; `size` may lie about its length."""
    content = b"WAVE" + b"".join(chunks)
    return kind + struct.pack("<I", len(content) if size is None else size) + content


def coded(sound: Floats, tag: int, bits: int) -> bytes:
    """Samples from -1 to 1 as the bytes of plain integers or floats."""
    if tag == FLOAT:
        return sound.astype(f"<f{bits // 8}").tobytes()
    whole = np.round(sound * ((1 << (bits - 1)) - 1)).astype(np.int64)
    if bits == 8:
        return (whole + 128).astype(np.uint8).tobytes()
    return whole.astype("<i8").view(np.uint8).reshape(-1, 8)[:, : bits // 8].tobytes()


def mulaw_decoded(codes: Array) -> Floats:
    """ITU-T G.711, table 2: what a byte of mu-law stands for, of 32,768."""
    given = ~codes.astype(np.int64) & 0xFF
    magnitude = (((given & 0xF) << 3) + 0x84 << (given >> 4 & 7)) - 0x84
    return np.where(given & 0x80, -magnitude, magnitude) / 32768


def alaw_decoded(codes: Array) -> Floats:
    """ITU-T G.711, table 1: what a byte of A-law stands for, of 32,768."""
    given = codes.astype(np.int64) ^ 0x55
    segment = given >> 4 & 7
    step = ((given & 0xF) << 4) + 8 + np.where(segment, 0x100, 0)
    magnitude = step << np.maximum(segment - 1, 0)
    return np.where(given & 0x80, magnitude, -magnitude) / 32768
