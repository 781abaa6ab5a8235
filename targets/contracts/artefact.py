"""Files of the house: safetensors with a JSON header and a digest; written as `targets.contracts.writing` does."""

import hashlib
import json
import math
import os
import stat
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from targets.contracts.arrays import Array
from targets.contracts.errors import InputError
from targets.contracts.shown import brief, shown
from targets.contracts.writing import replacing

_KEY = "motifc"
_VERSIONS = (1, 2)
"""Of the files that are read; the last is written."""
_LONGEST_HEADER = 1 << 24
_DEEPEST = 64
_TYPES = ("BOOL", "U8", "I8", "I16", "U16", "F16", "I32", "U32", "F32", "F64", "I64", "U64")
"""In the order of safetensors, which stores the last first."""
_PIECE = 1 << 22
"""Bytes written at a time, so that no second copy of a large file is held."""


@dataclass(frozen=True, eq=False)
class Artefact:
    """What a file holds: a format ("network", "program"), a JSON header, named arrays; `version` is of the layout."""

    format: str
    header: Mapping[str, Any]
    arrays: Mapping[str, Array]
    version: int = _VERSIONS[-1]

    @property
    def digest(self) -> str:
        """SHA-256 over format, header and arrays; equal content gives an equal digest on every machine."""
        sha = hashlib.sha256()
        _feed(sha, self.format.encode())
        _feed(sha, _canonical(dict(self.header)).encode())
        for name in sorted(self.arrays):
            array = self.arrays[name]
            little = np.ascontiguousarray(array.astype(array.dtype.newbyteorder("<"), copy=False))
            _feed(sha, f"{name} {little.dtype.str} {little.shape}".encode())
            _feed(sha, little.reshape(-1).view(np.uint8).data)
        return sha.hexdigest()


def save(artefact: Artefact, path: str | os.PathLike[str]) -> str:
    """Write `artefact` to `path` in one step and return its digest; on any failure the old file stays."""
    digest = artefact.digest
    metadata = {
        "format": artefact.format,
        "version": artefact.version,
        "digest": digest,
        "header": dict(artefact.header),
    }
    text = _canonical(metadata)
    if len(text) > _LONGEST_HEADER:
        raise InputError(
            f"{path} would have a header of {len(text):,} characters; up to {_LONGEST_HEADER:,} are read again, so "
            "store less in its settings."
        )
    stored = {name: np.atleast_1d(array) for name, array in artefact.arrays.items()}
    arrays = sorted(stored.items(), key=lambda each: (-_TYPES.index(_type(each[1])), each[0]))
    tensors: dict[str, Any] = {"__metadata__": {_KEY: text}}
    end = 0
    for name, array in arrays:
        place = [end, end := end + array.nbytes]
        tensors[name] = {"dtype": _type(array), "shape": list(array.shape), "data_offsets": place}
    header = json.dumps(tensors, ensure_ascii=False, separators=(",", ":")).encode()
    header += b" " * (-len(header) % 8)
    with replacing(path) as temporary, temporary.open("wb") as file:
        file.write(len(header).to_bytes(8, "little") + header)
        for _, array in arrays:
            for piece in _pieces(array):
                file.write(piece)
    return digest


def _pieces(array: Array) -> Iterator[bytes]:
    """The bytes of an array as files hold them, some rows at a time."""
    rows = max(1, _PIECE * len(array) // max(1, array.nbytes))
    for first in range(0, len(array), rows):
        piece = array[first : first + rows]
        yield piece.astype(piece.dtype.newbyteorder("<"), copy=False).tobytes()


def _type(array: Array) -> str:
    """The name that safetensors has for the type of an array."""
    kind = array.dtype.kind
    return "BOOL" if kind == "b" else f"{kind.upper()}{8 * array.dtype.itemsize}"


def load(path: str | os.PathLike[str], format: str) -> Artefact:
    """Read the artefact at `path`, which must be of the given format.

    Nothing is believed before it is checked: the header is JSON up to 16 MiB whose lists and objects lie at most 64
    deep, no key comes twice, every number is finite, arrays are of types that numpy has and fill the file exactly.
    Raises InputError for a missing file, a file of another kind, a truncated or changed file.
    """
    import safetensors

    path = Path(path)
    check_readable(path, f"a .{format} file")
    try:
        with safetensors.safe_open(path, framework="numpy") as file:
            metadata = _parsed((file.metadata() or {}).get(_KEY, "null"))
            arrays = {name: _array(file, name) for name in file.keys()}  # noqa: SIM118
    except (safetensors.SafetensorError, OSError, ValueError, RecursionError, struct.error) as error:
        raise InputError(
            f"{path} is not a readable .{format} file ({_first_line(error)}): it is truncated, damaged or of another "
            f"kind; {_REMEDY.get(format, 'write it again with motifc compile')}."
        ) from None
    if not _is_ours(metadata):
        raise InputError(f"{path} was not written by motifc; a .{format} file is needed, so check the path.")
    if metadata["version"] not in _VERSIONS:
        raise InputError(
            f"{path} has file version {brief(metadata['version'])}; this motifc reads "
            f"{' and '.join(map(str, _VERSIONS))}, so use the motifc that wrote it or write it again."
        )
    if metadata["format"] != format:
        raise InputError(
            f"{path} is a {shown(metadata['format'])[:40]}; a {format} is needed here, so give a .{format} file."
        )
    for array in arrays.values():
        array.setflags(write=False)
    artefact = Artefact(format, MappingProxyType(metadata["header"]), MappingProxyType(arrays), metadata["version"])
    if artefact.digest != metadata["digest"]:
        raise InputError(
            f"{path} has been changed since it was written (digest {artefact.digest[:12]}, "
            f"stored {shown(metadata['digest'][:12])}); {_AGAIN.get(format, 'write it again')}."
        )
    return artefact


def stored_digest(path: str | os.PathLike[str], format: str) -> str:
    """The digest under which the file at `path` was written; a file of version 1 has another one than its content now.

    Raises InputError as `load` does.
    """
    return load(path, format).digest


def check_readable(path: str | os.PathLike[str], needed: str) -> None:
    """InputError unless there is a regular file at `path`; `needed` says what is wanted: "a .program file"."""
    path = Path(path)
    try:
        kind = path.stat().st_mode
    except (OSError, ValueError) as error:
        absent = isinstance(error, FileNotFoundError | NotADirectoryError)
        found = "does not exist" if absent else f"cannot be read ({getattr(error, 'strerror', None) or error})"
    else:
        if stat.S_ISREG(kind):
            return
        found = "is a folder" if stat.S_ISDIR(kind) else "is no regular file"
    raise InputError(f"{path} {found}; {needed} is needed, so check the path.")


_REMEDY = {
    "network": "write it again with motifc search",
    "checkpoint": "remove it, and the search begins anew",
    "program": "write it again with motifc compile",
    "evidence": "remove it, and write it again with motifc demo",
}
_AGAIN = {"checkpoint": "remove it, and the search begins anew"}


def _canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _parsed(text: str) -> Any:
    """The value of a JSON text; ValueError or RecursionError for what no file of ours holds."""
    if len(text) > _LONGEST_HEADER:
        raise ValueError(f"a header of {len(text):,} characters; up to {_LONGEST_HEADER:,} are read")
    value = json.loads(text, object_pairs_hook=_once, parse_constant=_finite, parse_float=_finite)
    level = [value]
    for _ in range(_DEEPEST):
        held = [each.values() if isinstance(each, dict) else each for each in level if isinstance(each, dict | list)]
        level = [child for children in held for child in children]
        if not level:
            return value
    raise ValueError(f"a header of more than {_DEEPEST} lists and objects in one another")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a header in which a key comes twice")
    return found


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"a header with the number {text[:20]}")
    return number


def _array(file: Any, name: str) -> Array:
    """The array of that name; ValueError where numpy has no such type."""
    code = file.get_slice(name).get_dtype()
    if code not in _TYPES:
        raise ValueError(f"array {shown(name)[:60]!r} of type {code}, which motifc does not write")
    return file.get_tensor(name)


def _is_ours(metadata: object) -> bool:
    """Whether what stands under our key has all parts, each of its type."""
    kinds = {"format": str, "version": int, "digest": str, "header": dict}
    return isinstance(metadata, dict) and all(type(metadata.get(key)) is kind for key, kind in kinds.items())


def _feed(sha: "hashlib._Hash", data: bytes | memoryview) -> None:
    sha.update(struct.pack("<Q", len(data)))
    sha.update(data)


def _first_line(error: Exception) -> str:
    line = (str(error).strip().splitlines() or [type(error).__name__])[0]
    return shown(line.partition("; use sys")[0])[:200]  # of too many digits Python says how to allow them
