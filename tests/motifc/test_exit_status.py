"""With which status the command line ends, and what it says: 0, 1, 2, 3, 130, 141."""

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from motifc.cli import STATUSES, main
from targets.contracts.errors import BackendError, InputError
from tests.conftest import REPOSITORY
from tests.motifc.command_line import Motifc


class OutOfMemoryError(RuntimeError):
    """As torch has one."""


@pytest.fixture
def struck(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Callable[[BaseException], tuple[int, str]]:
    """Runs a command that ends with an exception; its status and what it says."""
    (tmp_path / "kept").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "kept"))
    monkeypatch.setattr(sys, "argv", ["motifc", "doctor"])

    def call(error: BaseException) -> tuple[int, str]:
        def fail() -> None:
            raise error

        monkeypatch.setattr("motifc.doctor.doctor", fail)
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        assert printed.out == ""
        return int(ended.value.code or 0), printed.err

    return call


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (InputError("it is wrong."), 2, "it is wrong."),
        (BackendError("it hung."), 3, "it hung."),
        (
            ModuleNotFoundError("no", name="onnx"),
            2,
            'onnx is not installed; install it with pip install "motifc[onnx]".',
        ),
        (KeyboardInterrupt(), 130, None),
        (
            OSError(errno.ENOSPC, "No space left on device", "a.npz"),
            2,
            "a.npz: No space left on device; free space, or choose what may be read and written.",
        ),
        (
            PermissionError(errno.EACCES, "Permission denied", "a.npz"),
            2,
            "a.npz: Permission denied; free space, or choose what may be read and written.",
        ),
        (
            OSError(errno.EROFS, "Read-only file system", "a\x1b[31m"),
            2,
            "a\\x1b[31m: Read-only file system; free space, or choose what may be read and written.",
        ),
        *(
            (
                error,
                2,
                "there is not enough memory for this; use fewer samples (--limit) or steps, smaller batches, or a "
                "machine with more.",
            )
            for error in (
                MemoryError(),
                OutOfMemoryError("CUDA out of memory."),
                RuntimeError(
                    "[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate 8 bytes."
                ),
            )
        ),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
def test_what_the_caller_can_mend_ends_with_one_sentence(
    struck: Callable[[BaseException], tuple[int, str]],
    tmp_path: Path,
    error: BaseException,
    status: int,
    said: str | None,
) -> None:
    assert struck(error) == (status, "" if said is None else f"motifc: {said}\n")
    assert list((tmp_path / "kept").iterdir()) == []


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (KeyError("x"), "this should not have happened, KeyError: 'x'"),
        (ValueError("one\ntwo"), "this should not have happened, ValueError: one"),
        (
            OSError(errno.EIO, "Input/output error"),
            "this should not have happened, OSError: [Errno 5] Input/output error",
        ),
        (
            BrokenPipeError(errno.EPIPE, "Broken pipe"),
            "this should not have happened, BrokenPipeError: [Errno 32] Broken",
        ),
        (RecursionError("maximum"), "the input is nested more deeply than can be followed"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
def test_what_is_unexpected_ends_with_3_and_a_file_of_details(
    struck: Callable[[BaseException], tuple[int, str]], tmp_path: Path, error: BaseException, said: str
) -> None:
    status, told = struck(error)
    (kept,) = (tmp_path / "kept").iterdir()
    assert status == 3
    assert told.startswith(f"motifc: {said}")
    assert told.endswith(f"; details for a report are in {kept}.\n")
    assert told.count("\n") == 1
    details = kept.read_text()
    assert details.startswith(f"motifc doctor\nPython {sys.version}")
    assert "Traceback (most recent call last):" in details
    assert "raise error" in details
    assert kept.stat().st_mode & 0o077 == 0


def test_details_that_cannot_be_kept_are_told(
    struck: Callable[[BaseException], tuple[int, str]], tmp_path: Path
) -> None:
    (tmp_path / "kept").rmdir()
    status, told = struck(KeyError("x"))
    assert status == 3
    assert "; the details could not be kept ([Errno 2] No such file or directory" in told


@pytest.mark.slow
def test_usage_ends_with_2_and_good_ends_with_0(motifc: Motifc) -> None:
    assert motifc("doctor", "--nonsense").status == 2
    assert motifc("nonsense").status == 2
    assert motifc("show", "net.program").status == 0


def test_the_statuses_are_told_by_help_and_documents(motifc: Motifc) -> None:
    page = (REPOSITORY / "docs" / "cli.md").read_text(encoding="utf-8")
    for text in (motifc("--help").out, page):
        assert STATUSES in " ".join(text.split())


def ran(*arguments: str, shell: str) -> tuple[int, str]:
    """Status of a motifc with its standard streams as `shell` gives them, and what came on standard error."""
    command = f'"$0" -m motifc "$@" {shell}'
    done = subprocess.run(
        ["bash", "-c", command, sys.executable, *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        check=False,
        timeout=100,
    )
    return done.returncode, done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("arguments", [("--help",), ("data", "list"), ("bench",)])
def test_a_broken_pipe_is_quiet(arguments: tuple[str, ...]) -> None:
    assert ran(*arguments, shell="| true; exit ${PIPESTATUS[0]}") == (141, "")


@pytest.mark.slow
def test_an_output_that_is_full_or_closed() -> None:
    full = "motifc: standard output: No space left on device; free space, or choose what may be read and written.\n"
    assert ran("data", "list", "--json", shell=">/dev/full") == (2, full)
    assert ran("data", "list", shell=">/dev/full 2>/dev/full") == (2, "")
    assert ran("data", "list", shell=">&-") == (0, "")
    assert ran("show", "absent", shell="2>&-") == (2, "")
    assert ran("show", "--nonsense", shell="2>&-") == (2, "")
