"""The cache of encoded sets: found again, never half-written, and of no harm where it fails."""

import errno
import hashlib
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from search.data.cache import cached
from targets.contracts.errors import InputError
from targets.contracts.raster import SpikeRaster
from tests.conftest import REPOSITORY
from tests.search.data.cached_sets import RECIPE, Maker, assert_same, entry, rasters

# What two processes run: slow enough to meet, and counting how often the spikes are made.
CHILD = """\
import sys, time
from pathlib import Path
import numpy as np
from search.data.cache import cached
from targets.contracts.raster import SpikeRaster

def make():
    with Path(sys.argv[1]).open("a") as calls:
        calls.write("made\\n")
    time.sleep(0.5)
    return {{"all": SpikeRaster.pack(np.random.default_rng(0).random((50, 4, 9)) < 0.5, labels=np.arange(50))}}

{before}
raster = cached("set", {{"version": 1}}, [], make)["all"]
print(raster.packed.tobytes().hex(), raster.labels.tolist())
"""


def child(calls: Path, before: str = "") -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", CHILD.format(before=before), str(calls)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
    )


def test_the_second_time_the_spikes_are_read_and_not_made(
    cache: Path, source: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make = Maker()
    assert_same(cached("set", RECIPE, [source], make), rasters())
    assert capsys.readouterr().err == f"motifc: encoding set; kept in {cache} for the next time.\n"
    again = cached("set", RECIPE, [source], make)
    assert make.calls == 1
    assert_same(again, rasters())
    assert capsys.readouterr().err == ""


def test_what_is_read_is_mapped_and_cannot_be_written_to(cache: Path, source: Path) -> None:
    cached("set", RECIPE, [source], rasters)
    packed = cached("set", RECIPE, [source], rasters)["train"].packed
    assert not packed.flags.owndata
    with pytest.raises(ValueError, match="cannot set WRITEABLE flag"):
        packed.setflags(write=True)


def test_whatever_the_spikes_depend_on_makes_another_entry(cache: Path, source: Path) -> None:
    make = Maker()
    for number, recipe in enumerate((RECIPE, {**RECIPE, "bins": 5}, {**RECIPE, "version": 2}), 1):
        cached("set", recipe, [source], make)
        assert make.calls == number
    cached("other", RECIPE, [source], make)
    assert make.calls == 4
    source.write_bytes(b"more events")
    cached("set", RECIPE, [source], make)
    assert make.calls == 5
    renamed = source.rename(source.with_name("other.bin"))
    cached("set", RECIPE, [renamed], make)
    assert make.calls == 6


@pytest.mark.parametrize("settled", [True, False])
def test_content_counts_and_not_when_it_was_written(cache: Path, source: Path, settled: bool) -> None:
    """Also where a file of the same size takes the place of another within the same tick of the clock."""

    def written(content: bytes) -> None:
        source.write_bytes(content)
        if settled:
            os.utime(source, ns=(0, 0))

    make = Maker()
    for content, calls in ((b"events", 1), (b"others", 2), (b"events", 2), (b"others", 2), (b"newest", 3)):
        written(content)
        cached("set", RECIPE, [source], make)
        assert make.calls == calls
    shutil.copy(source, source.with_name("copy"))
    source.with_name("copy").replace(source)  # another inode
    cached("set", RECIPE, [source], make)
    assert make.calls == 3


def test_a_second_start_reads_no_file(cache: Path, source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read, digest = [], hashlib.file_digest

    def seen(file: Any, kind: str) -> Any:
        read.append(file.name)
        return digest(file, kind)

    monkeypatch.setattr(hashlib, "file_digest", seen)
    for _ in range(2):  # just written: a change in the same moment could not be seen
        cached("set", RECIPE, [source], rasters)
    assert read == [str(source)] * 2
    os.utime(source, ns=(0, 0))
    for bins in range(3):
        cached("set", {**RECIPE, "bins": bins}, [source], rasters)
    assert read == [str(source)] * 3
    (remembered,) = cache.glob("*.files")
    for damage in (b"", b"no", remembered.read_bytes()[:-1], remembered.read_bytes().replace(b"content", b"kontent")):
        remembered.write_bytes(damage)
        read.clear()
        cached("set", RECIPE, [source], rasters)
        cached("set", RECIPE, [source], rasters)
        assert read == [str(source)]


def test_entries_in_another_format_are_not_looked_at(
    cache: Path, source: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cache.mkdir()
    old = cache / "set-0123456789abcdef0123456789abcdef.spikes"
    old.write_bytes(b"old")
    make = Maker()
    assert_same(cached("set", RECIPE, [source], make), rasters())
    assert (make.calls, old.read_bytes()) == (1, b"old")
    assert "damaged" not in capsys.readouterr().err


def test_the_place_of_the_files_does_not_matter_but_their_order_does(cache: Path, source: Path, tmp_path: Path) -> None:
    make = Maker()
    (source.parent / "sub").mkdir()
    shutil.copy2(source, source.parent / "sub" / "more.bin")
    shutil.copytree(source.parent, tmp_path / "moved")
    files = [source, source.parent / "sub" / "more.bin"]
    cached("set", RECIPE, files, make)
    cached("set", dict(reversed(RECIPE.items())), files, make)
    cached("set", RECIPE, [tmp_path / "moved" / file.relative_to(source.parent) for file in files], make)
    assert make.calls == 1
    cached("set", RECIPE, files[::-1], make)
    assert make.calls == 2


def test_files_that_change_while_they_are_encoded_leave_no_entry(
    cache: Path, source: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def make() -> dict[str, SpikeRaster]:
        source.write_bytes(b"changed meanwhile")
        return rasters()

    assert_same(cached("set", RECIPE, [source], make), rasters())
    assert not list(cache.glob("*.spikes"))
    assert capsys.readouterr().err.endswith(
        "motifc: set cannot be kept: its files have changed while they were encoded; start again.\n"
    )


@pytest.mark.slow
def test_two_processes_make_one_entry(cache: Path, tmp_path: Path) -> None:
    both = [child(tmp_path / "calls") for _ in range(2)]
    printed = [process.communicate(timeout=60)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert printed[0] == printed[1] != ""
    assert (tmp_path / "calls").read_text() == "made\n"
    assert {path.suffix for path in cache.iterdir()} == {".spikes", ".lock"}


@pytest.mark.slow
def test_a_process_killed_while_writing_leaves_nothing_that_is_read(cache: Path, tmp_path: Path) -> None:
    killed = child(
        tmp_path / "calls",
        "import os\n"
        "from targets.contracts import artefact\n"
        "def half(array):\n"
        "    yield array.tobytes()[: array.nbytes // 2]\n"
        "    os.kill(os.getpid(), 9)\n"
        "artefact._pieces = half\n",
    )
    assert killed.communicate(timeout=60)[0] == ""
    assert killed.returncode == -signal.SIGKILL
    assert [path for path in cache.iterdir() if path.name.startswith(".")]
    assert not list(cache.glob("*.spikes"))
    follower = child(tmp_path / "calls")
    assert follower.communicate(timeout=60)[0] != ""
    assert (tmp_path / "calls").read_text() == "made\nmade\n"
    assert {path.suffix for path in cache.iterdir()} == {".spikes", ".lock"}
    assert not [path for path in cache.iterdir() if path.name.startswith(".")]


def test_a_full_disk_is_told_and_the_spikes_are_there_all_the_same(
    cache: Path, source: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(path: Path) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr("targets.contracts.writing._sync", full)
        assert_same(cached("set", RECIPE, [source], rasters), rasters())
    assert [path.suffix for path in cache.iterdir()] == [".lock"]
    (line,) = [line for line in capsys.readouterr().err.splitlines() if "encoding" not in line]
    assert line.startswith("motifc: set cannot be kept: ")
    assert line.endswith("cannot be written (No space left on device); free space or choose another folder.")


def test_a_cache_that_cannot_be_made_is_told(
    source: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = source / "cache"  # below a file
    monkeypatch.setenv("MOTIFC_CACHE", str(folder))
    assert_same(cached("set", RECIPE, [source], rasters), rasters())
    assert capsys.readouterr().err == (
        f"motifc: set cannot be kept: {folder} cannot be made (Not a directory); set MOTIFC_CACHE to another folder.\n"
    )


def test_a_cache_that_cannot_be_written_to_is_told(
    cache: Path, source: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cache.mkdir()

    def no(folder: Path) -> object:  # file modes do not bind the superuser
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("targets.contracts.writing.temporary_file", no)
    assert_same(cached("set", RECIPE, [source], rasters), rasters())
    assert capsys.readouterr().err.endswith(
        " cannot be written (Permission denied); free space or choose another folder.\n"
    )


def test_what_stands_in_the_way_of_an_entry_does_not_hang(
    cache: Path, source: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cached("set", RECIPE, [source], rasters)
    path = entry(cache)
    for make in (os.mkfifo, os.mkdir):
        for place in (path, path.with_suffix(".lock")):
            place.unlink()
            make(place)
            assert_same(cached("set", RECIPE, [source], rasters), rasters())
            place.unlink() if make is os.mkfifo and place.is_fifo() else shutil.rmtree(place, ignore_errors=True)
            place.touch()
    assert "is no regular file; a file name is needed" in capsys.readouterr().err


def test_what_goes_wrong_in_making_is_raised_and_leaves_no_entry(cache: Path, source: Path) -> None:
    def fail() -> dict[str, SpikeRaster]:
        raise InputError("the recording is damaged.")

    with pytest.raises(InputError, match=r"the recording is damaged\."):
        cached("set", RECIPE, [source], fail)
    assert not list(cache.glob("*.spikes"))
    assert_same(cached("set", RECIPE, [source], rasters), rasters())


def test_a_missing_file_is_told(cache: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError) as raised:
        cached("set", RECIPE, [tmp_path / "absent.bin"], rasters)
    assert str(raised.value) == (
        f"{tmp_path / 'absent.bin'} cannot be read (No such file or directory); it is one of the files of set, "
        "so restore it."
    )
