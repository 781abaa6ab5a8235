"""Writing: every file and folder that motifc makes is whole or not there, and nothing is lost by it.

The file behind a link is written, and the link stays. What is no regular file is refused: a folder, a device, a pipe,
a loop of links. Content is written to a temporary file in the same folder (see `targets.contracts.temporary`), brought
to the disk by fsync, and takes its place by a rename. A replaced file hands down its permissions and, where the system
allows it, its owner and group; a new one has those that the umask gives. Other hard links of a replaced file keep the
old content. A file without any write permission is protected and stays.
"""

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from targets.contracts.errors import InputError
from targets.contracts.temporary import Temporary, sweep, temporary_file, temporary_folder

Pathlike = str | os.PathLike[str]


@dataclass(frozen=True)
class Destination(os.PathLike[str]):
    """A path to write to that says what must not be lost; wherever a path is written to, it may stand in its place.

    path     where to
    replace  whether a file that is there may be replaced; as a plain path it may
    inputs   files that are read and therefore stay, whatever `replace` says; of a folder all files in it
    """

    path: Path
    replace: bool = False
    inputs: tuple[Path, ...] = ()

    def __fspath__(self) -> str:
        return os.fspath(self.path)

    def __str__(self) -> str:
        return str(self.path)


def check_writable(path: Pathlike) -> None:
    """InputError unless a file can be made at `path`; asked before long work, so that none is lost.

    A temporary file is made in the folder and removed again: what permissions say is not all that can stand in the way.
    """
    place, _ = _file_at(path)
    with _beside(path, place, temporary_file):
        pass


def check_folder(path: Pathlike) -> None:
    """InputError unless a folder can be made at `path`, where nothing or an empty one is; asked before the work."""
    with _beside(path, _folder_at(path), temporary_folder):
        pass


@contextmanager
def replacing(path: Pathlike) -> Iterator[Path]:
    """A temporary file that takes the place of `path` when the block ends well, and vanishes when it does not.

    Raises InputError where `path` cannot be written, and where a Destination does not allow it.
    """
    place, _ = _file_at(path)
    with _beside(path, place, temporary_file) as temporary:
        yield temporary.path
        place, old = _file_at(path)
        _sync(temporary.path)
        if old is not None:
            with suppress(OSError):
                os.chown(temporary.path, old.st_uid, old.st_gid)
        temporary.path.chmod(temporary.mode if old is None else stat.S_IMODE(old.st_mode))
        if _may_replace(path):
            temporary.path.replace(place)
        else:
            _put(temporary.path, place, path)
        _sync_folder(place.parent)


@contextmanager
def making_folder(path: Pathlike) -> Iterator[Path]:
    """A temporary folder that becomes the folder `path` when the block ends well, and vanishes when it does not.

    Raises InputError unless `path` is free or an empty folder, and where it cannot be written.
    """
    place = _folder_at(path)
    with _beside(path, place, temporary_folder) as temporary:
        yield temporary.path
        for folder, _, files in os.walk(temporary.path, topdown=False):
            for name in files:
                _sync(Path(folder, name))
            _sync_folder(Path(folder))
        temporary.path.chmod(temporary.mode)
        _folder_at(path)
        temporary.path.rename(place)
        _sync_folder(place.parent)


def write_text(path: Pathlike, text: str) -> None:
    """Write `text` to `path` as UTF-8 in one step."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def _may_replace(path: Pathlike) -> bool:
    return not isinstance(path, Destination) or path.replace


def _file_at(path: Pathlike) -> tuple[Path, os.stat_result | None]:
    """The file that writing to `path` makes or replaces, links followed, and what it is now; None where there is none.

    Raises InputError where that cannot or must not be.
    """
    place, old = _followed(path)
    if old is None:
        return place, None
    if stat.S_ISDIR(old.st_mode):
        raise InputError(f"{path} is a folder; a file name is needed to write to, so give one.")
    if not stat.S_ISREG(old.st_mode):
        raise InputError(f"{path} is no regular file; a file name is needed to write to, so give one.")
    if isinstance(path, Destination):
        for source in path.inputs:
            if _holds(source, place, old):
                raise InputError(f"{path} is read from, as {source}; it would be lost, so write to another name.")
    if not _may_replace(path):
        raise InputError(f"{path} is there already; give --force to replace it, or another name.")
    if not stat.S_IMODE(old.st_mode) & 0o222 or not os.access(place, os.W_OK):
        raise InputError(f"{path} is protected from writing; give another name, or change its permissions.")
    return place, old


def _folder_at(path: Pathlike) -> Path:
    """The folder that is made for `path`; InputError where it is there already, unless it is empty."""
    place, old = _followed(path)
    if old is not None and not (stat.S_ISDIR(old.st_mode) and not any(place.iterdir())):
        raise InputError(f"{path} is there already; a new folder is written, so give another name, or remove it.")
    return place


def _followed(path: Pathlike) -> tuple[Path, os.stat_result | None]:
    """Where `path` leads when all links are followed, and what is there, None where nothing is."""
    try:
        place, old = Path(os.path.realpath(path)), None
        with suppress(FileNotFoundError):
            old = os.stat(path)
        if old is not None and not place.exists():  # as /dev/stdout may
            raise InputError(f"{path} leads to a file that has no name any more; give another one.")
        is_folder = place.parent.is_dir()
    except NotADirectoryError:
        is_folder = False
    except InputError:
        raise
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{path} cannot be written ({reason}); give another name.") from None
    if not is_folder:
        folder = place.parent if os.path.islink(path) else Path(path).parent
        raise InputError(f"{path} cannot be written: {folder} is no folder; make it first.")
    return place, old


def _holds(source: Path, place: Path, old: os.stat_result) -> bool:
    """Whether the file at `place` is an input, or stands in a folder that is one."""
    try:
        found = source.stat()
    except (OSError, ValueError):  # its reader says so
        return False
    if stat.S_ISDIR(found.st_mode):
        return place.is_relative_to(os.path.realpath(source))
    return os.path.samestat(found, old)


@contextmanager
def _beside(path: Pathlike, place: Path, make: Callable[[Path], Temporary]) -> Iterator[Temporary]:
    """What `make` makes in the folder of `place`, swept before; removed at the end. What the system refuses is told."""
    try:
        sweep(place.parent)
        with closing(make(place.parent)) as temporary:
            yield temporary
    except OSError as error:
        raise InputError(
            f"{path} cannot be written ({error.strerror or error}); free space or choose another folder."
        ) from None


def _put(temporary: Path, place: Path, path: Pathlike) -> None:
    """Give the temporary file the name `place`, which must be free even if somebody took it a moment ago."""
    taken = InputError(f"{path} is there already; give --force to replace it, or another name.")
    try:
        os.link(temporary, place)
    except FileExistsError:
        raise taken from None
    except OSError:  # a file system without hard links, where a moment between looking and renaming cannot be avoided
        if os.path.lexists(place):
            raise taken from None
        temporary.rename(place)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sync_folder(folder: Path) -> None:
    """Bring the names in a folder to the disk, where the file system can."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
