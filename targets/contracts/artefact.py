"""Files of the house: safetensors with a JSON header, a digest, and writing that never leaves half a file."""

import hashlib
import json
import os
import struct
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import safetensors
import safetensors.numpy

from targets.contracts.arrays import Array
from targets.contracts.errors import InputError

_KEY = "motifc"
_VERSIONS = (1, 2)
"""Of the files that are read; the last is written."""


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
    arrays = {name: np.ascontiguousarray(array) for name, array in artefact.arrays.items()}
    content = safetensors.numpy.save(arrays, metadata={_KEY: _canonical(metadata)})
    with replacing(path) as temporary:
        temporary.write_bytes(content)
    return digest


def load(path: str | os.PathLike[str], format: str) -> Artefact:
    """Read the artefact at `path`, which must be of the given format.

    Raises InputError for a missing file, a file of another kind, a truncated or changed file.
    """
    path = Path(path)
    if not path.is_file():
        found = "is a folder" if path.is_dir() else "does not exist"
        raise InputError(f"{path} {found}; a .{format} file is needed, so check the path.")
    try:
        with safetensors.safe_open(path, framework="numpy") as file:
            metadata = json.loads((file.metadata() or {}).get(_KEY, "null"))
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (safetensors.SafetensorError, OSError, ValueError, struct.error) as error:
        raise InputError(
            f"{path} is not a readable .{format} file ({_first_line(error)}): it is truncated, damaged or of another "
            f"kind; write it again with motifc {_MAKER.get(format, 'compile')}."
        ) from None
    if not isinstance(metadata, dict) or not {"format", "version", "digest", "header"} <= metadata.keys():
        raise InputError(f"{path} was not written by motifc; a .{format} file is needed, so check the path.")
    if metadata["version"] not in _VERSIONS:
        raise InputError(
            f"{path} has file version {metadata['version']}; this motifc reads {' and '.join(map(str, _VERSIONS))}, "
            "so use the motifc that wrote it or write it again."
        )
    if metadata["format"] != format:
        raise InputError(f"{path} is a {metadata['format']}; a {format} is needed here, so give a .{format} file.")
    for array in arrays.values():
        array.setflags(write=False)
    artefact = Artefact(format, MappingProxyType(metadata["header"]), MappingProxyType(arrays), metadata["version"])
    if artefact.digest != metadata["digest"]:
        raise InputError(
            f"{path} has been changed since it was written (digest {artefact.digest[:12]}, "
            f"stored {metadata['digest'][:12]}); write it again."
        )
    return artefact


def stored_digest(path: str | os.PathLike[str], format: str) -> str:
    """The digest under which the file at `path` was written; a file of version 1 has another one than its content now.

    Raises InputError as `load` does.
    """
    return load(path, format).digest


def check_writable(path: str | os.PathLike[str]) -> None:
    """InputError unless a file can be made at `path`; asked before long work, so that none is lost."""
    path = Path(path)
    if path.is_dir():
        raise InputError(f"{path} is a folder; a file name is needed to write to, so give one.")
    if not path.parent.is_dir():
        raise InputError(f"{path} cannot be written: {path.parent} is no folder; make it first.")
    if not os.access(path.parent, os.W_OK):
        raise InputError(f"{path} cannot be written: {path.parent} may not be written to; choose another folder.")


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[Path]:
    """A temporary file beside `path` that takes its place when the block ends well, and vanishes when it does not."""
    path = Path(path)
    check_writable(path)
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except OSError as error:
        raise InputError(f"{path} cannot be written ({error.strerror}); choose a folder that can be.") from None
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    except OSError as error:
        raise InputError(f"{path} cannot be written ({error.strerror}); free space or choose another folder.") from None
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: str | os.PathLike[str], text: str) -> None:
    """Write `text` to `path` as UTF-8 in one step."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


_MAKER = {"network": "search", "checkpoint": "search", "program": "compile"}


def _canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _feed(sha: "hashlib._Hash", data: bytes | memoryview) -> None:
    sha.update(struct.pack("<Q", len(data)))
    sha.update(data)


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
