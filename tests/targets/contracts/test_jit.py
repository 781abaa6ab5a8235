"""Compiled functions: kept in the cache folder, told of, never stale, whatever stands in the way."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

MODULE = """
from typing import NamedTuple
import numpy as np
from targets.contracts.jit import compiled, tell_of_compiling
from {other} import STEP, add

class Pair(NamedTuple):
    first: int
    second: int

@compiled
def total(pair, values):
    found = 0
    for value in values:
        found = add(found, value) + STEP
    return found + pair.first * pair.second
"""
OTHER = """
from targets.contracts.jit import compiled

STEP = {step}

@compiled(inline="never")
def add(a, b):
    return a + {times} * b
"""
CALL = """
import sys
from pathlib import Path
from targets.contracts.jit import tell_of_compiling
tell_of_compiling(lambda sentence: print(sentence, file=sys.stderr))
import numpy as np
from one import Pair, total
print(total(Pair(2, 3), np.arange(4)), total(Pair(2, 3), np.arange(4, dtype=np.int32)))
print(sum(total.stats.cache_hits.values()))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two modules, of which one calls the other."""
    (tmp_path / "one.py").write_text(MODULE.format(other="two"))
    written(tmp_path, 1, 1)
    return tmp_path


def written(folder: Path, step: int, times: int) -> None:
    (folder / "two.py").write_text(OTHER.format(step=step, times=times))


def call(folder: Path, cache: Path | None = None, code: str = CALL) -> subprocess.Popen[str]:
    path = os.pathsep.join([str(folder), os.environ["PYTHONPATH"]])
    environment = os.environ | {"PYTHONPATH": path, "MOTIFC_CACHE": str(cache or folder / "cache")}
    told = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen([sys.executable, "-B", "-c", code], env=environment, text=True, **told)  # type: ignore[call-overload]


def result(process: subprocess.Popen[str]) -> tuple[list[int], str]:
    out, err = process.communicate(timeout=200)
    assert process.returncode == 0, err
    return [int(each) for each in out.split()], err


def kept(folder: Path) -> list[Path]:
    return sorted((folder / "cache" / "compiled").iterdir())


@pytest.mark.slow
def test_what_was_compiled_is_found_by_the_next_process_and_only_the_first_tells(folder: Path) -> None:
    values, told = result(call(folder))
    assert values == [16, 16, 0]
    assert told == f"compiling for this processor; kept in {folder / 'cache' / 'compiled'} for the next time.\n"
    files = kept(folder)
    assert {path.name.partition("-")[0] for path in files} == {"add", "total"}
    assert result(call(folder)) == ([16, 16, 2], "")
    assert kept(folder) == files
    assert {path.name for path in folder.iterdir()} == {"one.py", "two.py", "cache"}


@pytest.mark.slow
def test_what_another_file_says_is_never_stale(folder: Path) -> None:
    for step, times, expected in [(1, 1, 16), (2, 1, 20), (1, 3, 28), (1, 1, 16)]:
        written(folder, step, times)
        found = result(call(folder))[0]
        assert found[:2] == [expected, expected]
    assert found[2] == 2  # what was there before is still there


@pytest.mark.slow
def test_several_processes_may_start_with_an_empty_cache(folder: Path) -> None:
    processes = [call(folder) for _ in range(4)]
    assert [result(process)[0][:2] for process in processes] == [[16, 16]] * 4
    assert result(call(folder)) == ([16, 16, 2], "")


@pytest.mark.slow
def test_damaged_files_are_compiled_anew(folder: Path) -> None:
    result(call(folder))
    for spoil in ("cut", "other", "empty", "folder"):
        for path in kept(folder):
            content = path.read_bytes()
            path.unlink()
            if spoil == "folder":
                path.mkdir()
            else:
                other = content[:40] + bytes([content[40] ^ 1]) + content[41:]
                path.write_bytes({"cut": content[:-1], "other": other, "empty": b""}[spoil])
        assert result(call(folder))[0] == [16, 16, 0], spoil
    assert all(path.is_dir() for path in kept(folder))


@pytest.mark.slow
def test_a_cache_that_cannot_be_written_to_costs_time_only(folder: Path) -> None:
    assert result(call(folder, folder / "one.py"))[0] == [16, 16, 0]  # no folder can be made below a file
    refuse = "def refuse(_):\n    raise PermissionError(13, 'refused')\n"
    refuse += "import targets.contracts.writing as writing\nwriting.temporary_file = refuse\n"
    assert result(call(folder, code=refuse + CALL))[0] == [16, 16, 0]
    assert not kept(folder)


def test_numba_looks_for_kept_code_where_it_did() -> None:
    """`targets.contracts.jit` stands in the place of numba's own cache, which is no promise of numba's."""
    import numba
    from numba.core.caching import FunctionCache
    from numba.core.compiler import CompileResult

    from targets.contracts.jit import Kept, compiled

    def same(x: int) -> int:
        return x

    assert isinstance(getattr(numba.njit(cache=True)(same), "_cache", None), FunctionCache)
    assert isinstance(getattr(compiled(same), "_cache", None), Kept)
    public = {name for name in dir(FunctionCache) if not name.startswith("_")}
    assert public - {"enable", "disable"} <= set(dir(Kept))
    assert callable(CompileResult._reduce)
    assert callable(CompileResult._rebuild)


def test_where_numba_is_told_not_to_compile_functions_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    from numba.core import config

    from targets.contracts.jit import compiled

    def same(x: int) -> int:
        return x

    monkeypatch.setattr(config, "DISABLE_JIT", 1)
    assert compiled(same) is same


def test_every_function_that_is_compiled_is_kept() -> None:
    root = Path(__file__).parents[3]
    for package in ("motifc", "compiler", "search", "targets", "benchmarks"):
        for path in (root / package).rglob("*.py"):
            if path.name != "jit.py":
                text = path.read_text(encoding="utf-8")
                assert not {"njit", "cache=True"} & set(text.replace("(", " ").replace(".", " ").split()), path
