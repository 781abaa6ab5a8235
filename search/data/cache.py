"""Cache: encoded data sets kept on disk, so that a second start need not encode them again.

A file per set, under $MOTIFC_CACHE or else the user's cache folder (~/.cache/motifc); the folder may be removed at any
time. The name of a file holds a digest of all that the spikes depend on. Files are written in one step and read with
their digest checked; they are mapped into memory, so that a large set is not held whole.
"""

import hashlib
import json
import math
import mmap
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np

from targets.contracts import artefact
from targets.contracts.arrays import Array
from targets.contracts.artefact import Artefact
from targets.contracts.errors import InputError
from targets.contracts.raster import SpikeRaster

try:
    import fcntl
except ImportError:  # elsewhere than on POSIX two processes may encode the same set; the last one's file stays
    fcntl = None  # type: ignore[assignment]

_FORMAT = "spikes"
_LAYOUT = 1
_TYPES: dict[str, np.dtype[Any]] = {"U8": np.dtype("u1"), "I32": np.dtype("<i4")}


def cached(
    name: str, recipe: Mapping[str, object], files: Sequence[Path], make: Callable[[], Mapping[str, SpikeRaster]]
) -> dict[str, SpikeRaster]:
    """The rasters that `make` returns, from the cache where they are there already.

    name    of the data set
    recipe  all that the encoding depends on beside the files, as JSON values: every parameter and a version number
    files   the files that are encoded, in the order of the samples; each counts by its name below their common folder,
            its size and its time of change

    Of several processes that want the same set one makes it and the others wait. A damaged entry is made anew. Where
    the cache cannot be written (full disk, no permission) a line on standard error says so, and the rasters are
    returned all the same. Raises InputError for a missing file, and whatever `make` raises.
    """
    folder = cache_folder()
    key = _key(name, recipe, files)
    path = folder / f"{name}-{key}.{_FORMAT}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        _warn(f"{name} cannot be kept: {folder} cannot be made ({error.strerror}); set MOTIFC_CACHE to another folder.")
        return dict(make())
    with _alone(path) as alone:
        found = _read(path)
        if found is not None:
            return found
        if alone:
            _sweep(path)
        _warn(f"encoding {name}; kept in {folder} for the next time.")
        made = dict(make())
        if _key(name, recipe, files) != key:
            _warn(f"{name} cannot be kept: its files have changed while they were encoded; start again.")
            return made
        try:
            artefact.save(_packed(made), path)
        except InputError as error:
            _warn(f"{name} cannot be kept: {error}")
        return made


def cache_folder() -> Path:
    """Where encoded sets are kept; InputError when neither $MOTIFC_CACHE nor the home folder is known."""
    given = os.environ.get("MOTIFC_CACHE") or os.path.join(os.environ.get("XDG_CACHE_HOME") or "~/.cache", "motifc")
    try:
        return Path(given).expanduser()
    except RuntimeError:
        raise InputError("the home folder is unknown; set MOTIFC_CACHE to a folder for encoded data.") from None


def _key(name: str, recipe: Mapping[str, object], files: Sequence[Path]) -> str:
    """Digest of all that an entry depends on."""
    identity = [_LAYOUT, name, dict(recipe)]
    sha = hashlib.sha256(json.dumps(identity, sort_keys=True, allow_nan=False).encode())
    paths = [os.path.abspath(file) for file in files]
    common = os.path.commonpath([os.path.dirname(path) for path in paths]) if paths else ""
    for path in paths:
        try:
            state = os.stat(path)
        except OSError as error:
            raise InputError(
                f"{path} cannot be read ({error.strerror}); it is one of the files of {name}, so restore it."
            ) from None
        sha.update(json.dumps([path[len(common) :], state.st_size, state.st_mtime_ns]).encode())
    return sha.hexdigest()[:32]


def _packed(rasters: Mapping[str, SpikeRaster]) -> Artefact:
    arrays: dict[str, Array] = {}
    for name, raster in rasters.items():
        arrays |= {f"{name}.packed": raster.packed, f"{name}.lengths": raster.lengths}
        if raster.labels is not None:
            arrays[f"{name}.labels"] = raster.labels
    return Artefact(_FORMAT, {name: raster.neurons for name, raster in rasters.items()}, arrays)


def _read(path: Path) -> dict[str, SpikeRaster] | None:
    """The rasters of an entry, mapped; None where there is none or a damaged one."""
    try:
        stored = _mapped(path)
        return {
            name: SpikeRaster(
                stored.arrays[f"{name}.packed"],
                neurons,
                stored.arrays[f"{name}.lengths"],
                stored.arrays.get(f"{name}.labels"),
            )
            for name, neurons in stored.header.items()
        }
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        _warn(f"{path} is damaged ({error}) and made anew.")
        return None


def _mapped(path: Path) -> Artefact:
    """The artefact at `path`, its digest checked, its arrays mapped from the file; ValueError and others if damaged.

    The file is safetensors: the length of a JSON header in 8 bytes, the header, the arrays where the header says.
    """
    with path.open("rb") as file:
        content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    start = 8 + int.from_bytes(content[:8], "little")
    tensors = json.loads(content[8:start])
    metadata = json.loads(tensors.pop("__metadata__")["motifc"])
    arrays: dict[str, Array] = {}
    for name, tensor in tensors.items():
        shape = tensor["shape"]
        flat = np.frombuffer(content, _TYPES[tensor["dtype"]], math.prod(shape), start + tensor["data_offsets"][0])
        arrays[name] = flat.reshape(shape)
    stored = Artefact(metadata["format"], metadata["header"], arrays)
    if stored.format != _FORMAT or stored.digest != metadata["digest"]:
        raise ValueError("its digest is another than when it was written")
    return stored


@contextmanager
def _alone(path: Path) -> Iterator[bool]:
    """Hold the lock of an entry, waiting for it; False where there are no locks."""
    try:
        lock = path.with_suffix(".lock").open("ab")
    except OSError:
        yield False
        return
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)  # the system frees it when this process ends, however it ends
            alone = True
        except (AttributeError, OSError):
            alone = False
        yield alone


def _sweep(path: Path) -> None:
    """Remove what processes that were killed while writing this entry have left."""
    for left in path.parent.glob(f".{path.name}.*"):
        with suppress(OSError):
            left.unlink()


def _warn(what: str) -> None:
    sys.stderr.write(f"motifc: {what}\n")
