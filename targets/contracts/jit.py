"""compiled: functions that numba compiles, kept in the cache folder between two starts, for all of this repository.

Numba's own cache lies beside the sources, looks at the file of the caller only, and two processes that compile the same
function for different types can mix up its files. Here a file holds one function for one signature, its name is a
digest of all that it was made of (see `targets.contracts.jit_key`), and it is written in one step. So code that has
changed is never run, wherever the change was made, and processes can only write the same file twice.

What is kept is code: whoever can write to the cache folder decides what is run.
"""

import hashlib
import pickle
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar, overload

from targets.contracts.cache_folder import cache_folder
from targets.contracts.errors import InputError
from targets.contracts.writing import replacing

F = TypeVar("F", bound=Callable[..., Any])
Tell = Callable[[str], None]

_DIGEST = hashlib.sha256().digest_size
_listening: list[Tell] = []


@overload
def compiled(function: F) -> F: ...


@overload
def compiled(**options: Any) -> Callable[[F], F]: ...


def compiled(function: Any = None, **options: Any) -> Any:
    """`numba.njit(**options)` whose results are kept; used as `@compiled` or as `@compiled(fastmath=True)`.

    A folder that cannot be read or written only costs the time of compiling again, and so does a numba whose inner
    workings are others than those of the versions that `tests/targets/contracts/test_jit.py` has seen.
    """
    if function is None:
        return lambda given: compiled(given, **options)
    import numba

    made = numba.njit(**options)(function)
    if hasattr(made, "_cache"):  # not where numba is told to leave functions as they are (NUMBA_DISABLE_JIT)
        made._cache = Kept(function, options)
    return made


def tell_of_compiling(tell: Tell | None) -> None:
    """Have `tell` called, once, with a sentence before something is compiled; None for silence, as it is at first."""
    _listening[:] = [] if tell is None else [tell]


class Kept:
    """What was compiled of one function, in a file for each signature; takes the place of numba's cache of a function.

    function  as it was written
    options   with which numba compiles it
    """

    def __init__(self, function: Callable[..., Any], options: dict[str, Any]) -> None:
        self.function, self.options = function, options

    @property
    def cache_path(self) -> str:
        """The folder, "" where none is known; numba shows it among its statistics."""
        with suppress(InputError):
            return str(_folder())
        return ""

    def load_overload(self, signature: Any, context: Any) -> Any:
        """What was compiled for a signature; None, which makes numba compile it, where nothing of use is there."""
        from numba.core.compiler import CompileResult

        context.refresh()
        path = self._path(signature, context.codegen())
        # Whatever is wrong with a file of an earlier day, compiling anew mends it.
        with suppress(Exception):
            content = b"" if path is None else path.read_bytes()
            digest, data = content[:_DIGEST], content[_DIGEST:]
            if digest == hashlib.sha256(data).digest():
                return CompileResult._rebuild(context, *pickle.loads(data))  # type: ignore[no-untyped-call]
        _told_once(f"compiling for this processor; kept in {self.cache_path or 'no folder'} for the next time.")
        return None

    def save_overload(self, signature: Any, result: Any) -> None:
        """Keep what was compiled, if that can be."""
        from numba.core.serialize import dumps

        path = self._path(signature, result.codegen)
        if path is None or result.library.has_dynamic_globals or any(not each.can_cache for each in result.lifted):
            return
        data: bytes = dumps(result._reduce())  # type: ignore[no-untyped-call]
        with suppress(InputError, OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            with replacing(path) as temporary:
                temporary.write_bytes(hashlib.sha256(data).digest() + data)

    def flush(self) -> None:
        """Drop nothing: a key that is asked for is still true."""

    def _path(self, signature: Any, codegen: Any) -> Path | None:
        """The file for a signature; None where no folder is known."""
        import llvmlite
        import numba

        from targets.contracts.jit_key import key

        made_by = (numba.__version__, llvmlite.__version__, codegen.magic_tuple())
        with suppress(InputError):
            return _folder() / f"{self.function.__name__}-{key(self.function, self.options, signature, made_by)}.numba"
        return None


def _folder() -> Path:
    return cache_folder() / "compiled"


def _told_once(sentence: str) -> None:
    while _listening:
        _listening.pop()(sentence)
