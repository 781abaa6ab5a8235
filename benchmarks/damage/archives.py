"""rebuilt: a .npz whose members are well stored but are not what they should be."""

import io
import struct
import zipfile
from typing import Any

import numpy as np

_HEADERS = (
    "{'descr': '|O', 'fortran_order': False, 'shape': (3,), }",
    "{'descr': '|u1', 'fortran_order': False, 'shape': (1000000000000,), }",
    "{'descr': '|u1', 'fortran_order': False, 'shape': (-1, 3, 4), }",
    "{'descr': '|u1', 'fortran_order': False, 'shape': (3L, 4L), }",
    "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3, 0), }",
    "{'descr': '|u1', 'fortran_order': False, 'shape': (1000000000000, 3, 0), }",
    "{'descr': '|u1', 'fortran_order': 1, 'shape': (2, 3, 4), }",
    "{'descr': [('a', '<f4'), ('b', '|u1')], 'fortran_order': False, 'shape': (2,), }",
    "{'descr': ('|u1', (70000, 70000)), 'fortran_order': False, 'shape': (2, 3, 4), }",
    "{'descr': '<U3', 'fortran_order': True, 'shape': (2, 3, 4), }",
    "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3, 4)",
    "{'descr': '|u1', 'shape': (2, 3, 4)}",
    "(" * 9000,
    "'" + "a" * 200,
    "'''unclosed",
    "\x00\x01",
    "[" * 150 + "]" * 150,
    "1" * 6000,
    "",
)

_NAMES = ("spikes", "extra.npy", "labels.npy", "a.shape.npy", ".npy", "a/../b.npy")
_BESIDE = ("extra.npy", "._spikes.npy", "__MACOSX/._spikes.npy", "x.txt")


def rebuilt(content: bytes, rng: np.random.Generator) -> bytes:
    """The archive with one or two members replaced, renamed, doubled, added or told of wrongly."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = [(name, archive.read(name)) for name in archive.namelist()]
    whole = [data for _, data in members]
    for _ in range(int(rng.integers(1, 3))):
        place = int(rng.integers(len(members)))
        name, data = members[place]
        kind = int(rng.integers(9))
        if kind == 0:
            members[place] = name, _with_header(data, str(rng.choice(_HEADERS)), rng)
        elif kind == 1:
            members[place] = name, _array(_hostile(whole[int(rng.integers(len(whole)))], rng))
        elif kind == 2:
            members[place] = name, data[: int(rng.integers(len(data) + 1))]
        elif kind == 3:
            members[place] = str(rng.choice(_NAMES)), data
        elif kind == 4:
            members.append((name, data))
        elif kind == 5:
            members.append((str(rng.choice(_BESIDE)), rng.bytes(9)))
        elif kind == 6 and len(members) > 1:
            del members[place]
        elif kind == 7:
            members[place] = name, data + rng.bytes(3)
        else:
            members[place] = name, data[:6] + rng.bytes(4) + data[10:]
    return _archive(members, rng)


def _archive(members: list[tuple[str, bytes]], rng: np.random.Generator) -> bytes:
    """The archive, now and then with an encrypted member, an unknown compression or a size that is not true."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name, data in members:
            entry = zipfile.ZipInfo(name)
            entry.compress_type = int(rng.choice([0, 8, 8, 12, 14]))
            with archive.open(entry, "w") as member:
                member.write(data)
    content = bytearray(written.getvalue())
    central = content.find(b"PK\x01\x02")
    kind = int(rng.integers(12))
    if kind == 0:
        content[central + 8] |= 1
        content[6] |= 1
    elif kind == 1:
        content[central + 10 : central + 12] = content[8:10] = struct.pack("<H", int(rng.choice([1, 6, 9, 97, 99])))
    elif kind == 2:
        content[central + 24 : central + 28] = struct.pack("<I", int(rng.choice([0, 1 << 31, (1 << 32) - 1])))
    elif kind == 3:
        content[central + 6 : central + 8] = struct.pack("<H", 99)
    elif kind == 4:
        content[central + 42 : central + 46] = struct.pack("<I", int(rng.integers(1 << 32)))
    return bytes(content)


def rewritten_array(content: bytes, rng: np.random.Generator) -> bytes:
    """A .npy with another header or other numbers."""
    if rng.random() < 0.4:
        return _with_header(content, str(rng.choice(_HEADERS)), rng)
    return _array(_hostile(content, rng))


def bomb(megabytes: int) -> bytes:
    """A small archive whose spikes are so many MB of zeros."""
    head = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        head, {"descr": "|u1", "fortran_order": False, "shape": (megabytes, 1 << 10, 1 << 10)}
    )
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("spikes.npy", "w") as member:
        member.write(head.getvalue())
        for _ in range(megabytes):
            member.write(bytes(1 << 20))
    return written.getvalue()


def _with_header(data: bytes, text: str, rng: np.random.Generator) -> bytes:
    """A .npy with another header, in one of the three versions."""
    version = int(rng.integers(1, 4))
    header = text.encode("latin1") + b"\n"
    size = struct.pack("<H" if version == 1 else "<I", len(header))
    return b"\x93NUMPY" + bytes([version, 0]) + size + header + data[128:]


def _hostile(data: bytes, rng: np.random.Generator) -> np.ndarray[Any, Any]:
    array = np.load(io.BytesIO(data))
    kind = int(rng.integers(9))
    with np.errstate(all="ignore"):
        if kind == 0:
            return array.astype(rng.choice(["f2", "f4", "f8", "i1", "i8", "u8", "c8", "?", ">i4", "U3", "S2", "M8[s]"]))
    if kind == 1 and array.size:
        changed = array.astype(np.float64)
        changed.flat[int(rng.integers(array.size))] = rng.choice([np.nan, np.inf, 0.5, -1, 2, 1e300])
        return changed
    if kind == 2 and array.size:
        changed = array.copy()
        changed.flat[int(rng.integers(array.size))] = rng.choice([0, 1, 255]) if array.dtype.kind != "b" else True
        return changed
    if kind == 3:
        return array[..., None]
    if kind == 4:
        return array[: int(rng.integers(len(array) + 1))] if array.ndim else array
    if kind == 5:
        return np.asfortranarray(array)
    if kind == 6:
        return np.zeros(tuple(int(rng.integers(3)) for _ in array.shape), array.dtype)
    if kind == 7:
        return np.array(rng.choice(["a", "3"]))
    return np.full(array.shape, rng.choice([-(1 << 62), 1 << 40, -1, 1 << 31])).astype(np.int64)


def _array(array: np.ndarray[Any, Any]) -> bytes:
    written = io.BytesIO()
    np.lib.format.write_array(written, array, allow_pickle=False)
    return written.getvalue()
