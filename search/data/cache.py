"""Cache: encoded data sets kept on disk, so that a second start need not encode them again.

A file per set, under $MOTIFC_CACHE or else the user's cache folder (~/.cache/motifc); the folder may be removed at any
time. The name of a file holds a digest of all that the spikes depend on, the whole content of the encoded files among
it. So that a second start need not read them all, a file beside remembers their digest, and by which path, size, inode
and times of change (in ns) it knows them again. Files changed within two seconds before they are read are not
remembered: the next change might leave no trace. All is written in one step and read with its digest checked; spikes
are mapped into memory, so that a large set is not held whole. What is damaged is dropped and made anew, what other
versions of motifc have left is not looked at.

Several processes are kept apart by flock on a file beside the entry, which the system frees when a process ends,
however it ends. Where a file system has no locks, more than one may encode the same set; the last one's file stays.
"""

import hashlib
import json
import math
import mmap
import os
import stat
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np

from targets.contracts import artefact
from targets.contracts.arrays import Array
from targets.contracts.artefact import Artefact, check_readable
from targets.contracts.cache_folder import cache_folder
from targets.contracts.errors import InputError
from targets.contracts.raster import SpikeRaster

try:
    import fcntl
except ImportError:  # elsewhere than on POSIX there are no such locks
    fcntl = None  # type: ignore[assignment]

_FORMAT = "spikes"
_LAYOUT = 2
_REMEMBERED = "files"
_SETTLED = 2_000_000_000
"""Nanoseconds after which another change of a file changes its time: file systems count in steps of up to 2 s."""
_DAMAGE = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError)
"""What reading a file raises whose digest has not been checked yet."""
_TYPES: dict[str, np.dtype[Any]] = {"U8": np.dtype("u1"), "I32": np.dtype("<i4")}


def cached(
    name: str, recipe: Mapping[str, object], files: Sequence[Path], make: Callable[[], Mapping[str, SpikeRaster]]
) -> dict[str, SpikeRaster]:
    """The rasters that `make` returns, from the cache where they are there already.

    name    of the data set
    recipe  all that the encoding depends on beside the files, as JSON values: every parameter and a version number
    files   the files that are encoded, in the order of the samples; each counts by its name below their common folder
            and its content

    Of several processes that want the same set one makes it and the others wait. A damaged entry is made anew. Where
    the cache cannot be written (full disk, no permission) a line on standard error says so, and the rasters are
    returned all the same. Raises InputError for a missing file, and whatever `make` raises.
    """
    folder = cache_folder()
    state = _state(name, files)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        _warn(f"{name} cannot be kept: {folder} cannot be made ({error.strerror}); set MOTIFC_CACHE to another folder.")
        return dict(make())
    path = folder / f"{name}-{_key(name, recipe, _content(name, files, state, folder))}.{_FORMAT}"
    with _alone(path, name):
        found = _read(path)
        if found is not None:
            return found
        _warn(f"encoding {name}; kept in {folder} for the next time.")
        made = dict(make())
        if _state(name, files) != state:
            _warn(f"{name} cannot be kept: its files have changed while they were encoded; start again.")
            return made
        try:
            artefact.save(_packed(made), path)
        except InputError as error:
            _warn(f"{name} cannot be kept: {error}")
        return made


def _key(name: str, recipe: Mapping[str, object], content: str) -> str:
    """Digest of all that an entry depends on."""
    identity = [_LAYOUT, name, dict(recipe), content]
    return hashlib.sha256(json.dumps(identity, sort_keys=True, allow_nan=False).encode()).hexdigest()[:32]


def _state(name: str, files: Sequence[Path]) -> str:
    """Digest of what tells, without reading them, whether files are those that were read; of their places, too."""
    sha = hashlib.sha256()
    for path in map(os.path.abspath, files):
        try:
            found = os.stat(path)
        except OSError as error:
            raise _unreadable(path, name, error.strerror or str(error)) from None
        if not stat.S_ISREG(found.st_mode):
            raise _unreadable(path, name, "it is no regular file")
        known = [path, found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino, found.st_dev]
        sha.update(json.dumps(known).encode())
    return sha.hexdigest()


def _content(name: str, files: Sequence[Path], state: str, folder: Path) -> str:
    """Digest of the content of files and their names below their common folder; remembered for `state`."""
    if not files:
        return ""
    paths = [os.path.abspath(file) for file in files]
    places = hashlib.sha256(json.dumps(paths).encode()).hexdigest()
    remembered = folder / f"{name}-{places[:32]}.{_REMEMBERED}"
    with suppress(InputError):
        known = artefact.load(remembered, _REMEMBERED).header
        if known.get("state") == state and isinstance(known.get("content"), str):
            return str(known["content"])
    now = time.time_ns()
    common = os.path.commonpath([os.path.dirname(path) for path in paths])
    sha, settled = hashlib.sha256(), True
    for path in paths:
        try:
            with open(path, "rb") as file:
                settled &= os.fstat(file.fileno()).st_mtime_ns < now - _SETTLED
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise _unreadable(path, name, error.strerror or str(error)) from None
        sha.update(json.dumps([path[len(common) :], digest]).encode())
    content = sha.hexdigest()
    if settled and _state(name, files) == state:
        with suppress(InputError):  # that the cache cannot be written is told where the spikes are
            artefact.save(Artefact(_REMEMBERED, {"state": state, "content": content}, {}), remembered)
    return content


def _unreadable(path: str, name: str, reason: str) -> InputError:
    return InputError(f"{path} cannot be read ({reason}); it is one of the files of {name}, so restore it.")


def _packed(rasters: Mapping[str, SpikeRaster]) -> Artefact:
    arrays: dict[str, Array] = {}
    for name, raster in rasters.items():
        arrays |= {f"{name}.packed": np.asarray(raster.packed), f"{name}.lengths": raster.lengths}
        for what, asked in (("labels", raster.labels), ("targets", raster.targets)):
            if asked is not None:
                arrays[f"{name}.{what}"] = asked
    return Artefact(_FORMAT, {name: raster.neurons for name, raster in rasters.items()}, arrays)


def _read(path: Path) -> dict[str, SpikeRaster] | None:
    """The rasters of an entry, mapped; None where there is none. A damaged one is removed."""
    try:
        check_readable(path, "an entry")  # whoever opens a pipe hangs
    except InputError:
        return None
    try:
        stored = _mapped(path)
        return {
            name: SpikeRaster(
                stored.arrays[f"{name}.packed"],
                neurons,
                stored.arrays[f"{name}.lengths"],
                *(stored.arrays.get(f"{name}.{what}") for what in ("labels", "targets")),
            )
            for name, neurons in stored.header.items()
        }
    except OSError as error:
        _warn(f"{path} cannot be read ({error.strerror or error}) and is made anew.")
        return None
    except _DAMAGE as error:
        _warn(f"{path} is damaged ({str(error) or type(error).__name__}) and made anew.")
        with suppress(OSError):
            path.unlink(missing_ok=True)
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
def _alone(path: Path, name: str) -> Iterator[None]:
    """Hold the lock of an entry, waiting for it, where there are locks."""
    try:
        lock = os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_NONBLOCK | os.O_CLOEXEC, 0o666)
    except OSError:
        yield
        return
    try:
        with suppress(AttributeError, OSError):
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                _warn(f"waiting for another process that is encoding {name}.")
                fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _warn(what: str) -> None:
    sys.stderr.write(f"motifc: {what}\n")
