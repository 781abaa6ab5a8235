"""Headers of binary and text formats with other numbers and words in them; everything around stays as it was."""

import re
import struct

import numpy as np

_NUMBERS = (
    0,
    1,
    2,
    3,
    7,
    8,
    255,
    256,
    (1 << 12) - 1,
    32_767,
    65_535,
    1 << 20,
    1 << 30,
    (1 << 31) - 1,
    1 << 31,
    (1 << 32) - 1,
)
_LARGE = (1 << 40, (1 << 63) - 1, 1 << 63, (1 << 64) - 1)
_TOKEN = re.compile(rb"[-+\w.]+")
_WORDS = (
    *(b"", b"0", b"-1", b"1", b"2", b"3.0", b"4.0", b"99999", b"2147483648", b"9" * 30, b"9" * 6000, b"1e400", b"nan"),
    *(b"inf", b"0x10", b"1_0", b"\xd9\xa3", b"\x00", b"\x1b[31m", b"\xff\xfe", b"[/b]", b"a\nb", b"%", b"x" * 70_000),
)


def refielded(content: bytes, rng: np.random.Generator, head: int) -> bytes:
    """One to three numbers of 1 to 8 bytes, within the first `head` bytes, replaced by ones at the ends of ranges."""
    data = bytearray(content)
    for _ in range(int(rng.choice([1, 1, 2, 3]))):
        width = int(rng.choice([1, 2, 4, 8]))
        start = int(rng.integers(max(1, min(head, len(data)))))
        numbers = _NUMBERS + _LARGE if width == 8 else _NUMBERS
        number = numbers[int(rng.integers(len(numbers)))] % (1 << 8 * width)
        if rng.random() < 0.3:  # a little more or less than there was
            number = (int.from_bytes(data[start : start + width], "little") + int(rng.integers(-3, 4))) % (
                1 << 8 * width
            )
        data[start : start + width] = number.to_bytes(width, "little" if rng.random() < 0.6 else "big")
    return bytes(data)


def reworded(content: bytes, rng: np.random.Generator, head: int) -> bytes:
    """One or two words or numbers of a text, within the first `head` bytes, replaced, lost or doubled."""
    for _ in range(int(rng.choice([1, 1, 2]))):
        found = list(_TOKEN.finditer(content[:head]))
        if not found:
            return content
        token = found[int(rng.integers(len(found)))]
        kind = int(rng.integers(8))
        word = token[0] + b" " + token[0] if kind == 0 else _WORDS[int(rng.integers(len(_WORDS)))]
        content = content[: token.start()] + word + content[token.end() :]
        if kind == 1:  # a line too many or too few
            lines = content[:head].splitlines(keepends=True)
            del lines[int(rng.integers(len(lines)))]
            content = b"".join(lines) + content[head:]
    return content


def rechunked(content: bytes, rng: np.random.Generator) -> bytes:
    """A RIFF file with chunks changed, lost, doubled, moved or of another size than they tell; the whole size fits."""
    chunks, place = [], 12
    while place + 8 <= len(content):
        (size,) = struct.unpack_from("<I", content, place + 4)
        chunks.append((content[place : place + 4], content[place + 8 : place + 8 + size], size))
        place += 8 + size + size % 2
    which = int(rng.integers(len(chunks)))
    name, body, size = chunks[which]
    kind = int(rng.integers(7))
    if kind < 3:
        chunks[which] = name, refielded(body, rng, 40), size
    elif kind == 3:
        chunks[which] = name, body, int(rng.choice([0, 1, size + 1, max(0, size - 1), 1 << 31, (1 << 32) - 1]))
    elif kind == 4:
        del chunks[which]
    elif kind == 5:
        chunks.insert(int(rng.integers(len(chunks) + 1)), chunks[which])
    else:
        chunks.insert(int(rng.integers(len(chunks) + 1)), (rng.bytes(4), rng.bytes(int(rng.integers(20))), 0))
    made = b"".join(name + struct.pack("<I", size) + body + bytes(len(body) % 2) for name, body, size in chunks)
    return content[:4] + struct.pack("<I", 4 + len(made)) + b"WAVE" + made
