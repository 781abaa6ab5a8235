"""Temporary files and folders beside what they become, and the sweeping of those whose process was killed.

Both are called `.motifc-PID-XXXXXXXX.tmp`: the number of the process that writes, and eight random hexadecimal digits.
They stand in the folder of what they become, so that a rename is one step. A name has at most 31 bytes, however long
that of the file is. Its process holds a lock on it (flock), which the system frees when the process ends, however it
ends. Whoever writes into the folder next removes what has such a name, belongs to the same user and is not locked.
Where a file system has no locks nothing is removed.
"""

import errno
import os
import re
import secrets
import shutil
import stat
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

try:
    import fcntl
except ImportError:  # elsewhere than on POSIX what a killed process has left stays
    fcntl = None  # type: ignore[assignment]

PATTERN = re.compile(r"\.motifc-[0-9]{1,10}-[0-9a-f]{8}\.tmp")
"""Of the whole name."""
_TRIES = 32
_CLOSED: int = getattr(os, "O_CLOEXEC", 0)
_SAFE: int = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | _CLOSED


@dataclass(frozen=True)
class Temporary:
    """A file or folder that this process has made, and holds the lock of until it is closed.

    path    where it stands
    handle  open descriptor that the lock belongs to
    mode    permissions that the user's umask gives, bits as of chmod
    """

    path: Path
    handle: int
    mode: int

    def close(self) -> None:
        """Remove it where it still stands, and free the lock."""
        if self.path.is_dir():
            shutil.rmtree(self.path, ignore_errors=True)
        else:
            with suppress(OSError):
                self.path.unlink(missing_ok=True)
        os.close(self.handle)


def temporary_file(folder: Path) -> Temporary:
    """An empty file in `folder` that only its user may read until its mode is set; OSError where none can be."""

    def made(path: Path) -> tuple[int, int]:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | _CLOSED, 0o666)
        mode = stat.S_IMODE(os.fstat(handle).st_mode)
        os.fchmod(handle, 0o600)  # what it replaces may be secret, and a umask may deny us our own file
        return handle, mode

    return _locked(folder, made)


def temporary_folder(folder: Path) -> Temporary:
    """An empty folder in `folder`; OSError where none can be."""

    def made(path: Path) -> tuple[int, int]:
        path.mkdir()
        try:
            mode = stat.S_IMODE(path.stat().st_mode)
            path.chmod(0o700)
            return os.open(path, os.O_RDONLY | _CLOSED), mode
        except FileNotFoundError as error:
            raise _SweptError(*error.args) from None

    return _locked(folder, made)


def sweep(folder: Path) -> None:
    """Remove from `folder` what processes that are gone have left; what cannot be removed stays."""
    with suppress(OSError), os.scandir(folder) as entries:
        for name in [entry.name for entry in entries if PATTERN.fullmatch(entry.name)]:
            with suppress(OSError, AttributeError):  # the latter elsewhere than on POSIX
                _sweep(folder / name)


def _locked(folder: Path, made: Callable[[Path], tuple[int, int]]) -> Temporary:
    """What `made` makes, locked; again under another name where a sweep came in between making and locking."""
    for _ in range(_TRIES - 1):
        with suppress(_SweptError):
            return _locked_once(folder, made)
    return _locked_once(folder, made)


def _locked_once(folder: Path, made: Callable[[Path], tuple[int, int]]) -> Temporary:
    path = folder / f".motifc-{os.getpid()}-{secrets.token_hex(4)}.tmp"
    handle, mode = made(path)
    temporary = Temporary(path, handle, mode)
    if _lock(handle) is not False and _is(path, handle):
        return temporary
    temporary.close()
    raise _SweptError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))


class _SweptError(OSError):
    """Somebody else swept what was just made."""


def _lock(handle: int) -> bool | None:
    """Take the lock of an open file or folder; False where somebody else has it, None where there are no locks."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except (AttributeError, OSError):
        return None
    return True


def _is(path: Path, handle: int) -> bool:
    """Whether what is open stands at `path`."""
    try:
        return os.path.samestat(path.lstat(), os.fstat(handle))
    except FileNotFoundError:
        return False


def _sweep(path: Path) -> None:
    kind = path.lstat()
    if kind.st_uid != os.geteuid() or not (stat.S_ISREG(kind.st_mode) or stat.S_ISDIR(kind.st_mode)):
        return
    is_folder = stat.S_ISDIR(kind.st_mode)
    handle = os.open(path, (os.O_RDONLY if is_folder else os.O_RDWR) | _SAFE)
    try:
        if _lock(handle) and _is(path, handle):
            shutil.rmtree(path) if is_folder else path.unlink()
    finally:
        os.close(handle)
