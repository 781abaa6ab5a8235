"""The cache of encoded sets: found again, never half-written, and of no harm where it fails."""

import errno
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest

from search.data.cache import cache_folder, cached
from targets.contracts.errors import InputError
from targets.contracts.raster import SpikeRaster
from tests.conftest import REPOSITORY

RECIPE = {"bins": 4, "threshold": 0.5, "version": 1}
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


def rasters(seed: int = 0) -> dict[str, SpikeRaster]:
    generator = np.random.default_rng(seed)
    return {
        "train": SpikeRaster.pack(generator.random((5, 4, 9)) < 0.5, lengths=[4, 3, 0, 1, 2], labels=np.arange(5)),
        "test": SpikeRaster.pack(generator.random((2, 3, 9)) < 0.5),
    }


def assert_same(left: Mapping[str, SpikeRaster], right: Mapping[str, SpikeRaster]) -> None:
    assert left.keys() == right.keys()
    for name, raster in left.items():
        other = right[name]
        assert raster.neurons == other.neurons
        assert np.array_equal(raster.packed, other.packed)
        assert np.array_equal(raster.lengths, other.lengths)
        labels = [None if each.labels is None else each.labels.tolist() for each in (raster, other)]
        assert labels[0] == labels[1]


class Maker:
    """Makes the same rasters and counts how often."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self) -> dict[str, SpikeRaster]:
        self.calls += 1
        return rasters()


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MOTIFC_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    file = tmp_path / "data" / "events.bin"
    file.parent.mkdir()
    file.write_bytes(b"events")
    return file


def entry(cache: Path) -> Path:
    (path,) = cache.glob("*.spikes")
    return path


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
    os.utime(source, ns=(0, 0))
    cached("set", RECIPE, [source], make)
    assert make.calls == 6
    renamed = source.rename(source.with_name("other.bin"))
    cached("set", RECIPE, [renamed], make)
    assert make.calls == 7


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
        "def half(path, content):\n"
        "    path.open('wb', 0).write(content[: len(content) // 2])\n"
        "    os.kill(os.getpid(), 9)\n"
        "Path.write_bytes = half\n",
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
    def full(path: Path, content: bytes) -> int:
        with path.open("wb") as file:
            file.write(content[:100])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_bytes", full)
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
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # file modes do not bind the superuser
    assert_same(cached("set", RECIPE, [source], rasters), rasters())
    assert f"{cache} may not be written to; choose another folder.\n" in capsys.readouterr().err


def shortened(content: bytes) -> bytes:
    return content[: len(content) // 2]


def emptied(content: bytes) -> bytes:
    return b""


def flipped_at_the_end(content: bytes) -> bytes:
    return content[:-1] + bytes([content[-1] ^ 1])


def flipped_in_the_header(content: bytes) -> bytes:
    return content.replace(b'"U8"', b'"X8"', 1)


def longer_header(content: bytes) -> bytes:
    return b"\xff" * 8 + content[8:]


def other_width(content: bytes) -> bytes:
    return content.replace(b'\\"train\\":9', b'\\"train\\":8', 1)


def huge_shape(content: bytes) -> bytes:
    return content.replace(b"[5,4,2]", b"[5, 9" + b"9" * 30 + b"]", 1)


def of_another_kind(content: bytes) -> bytes:
    return b"no safetensors at all, just some text that somebody has put here"


@pytest.mark.parametrize(
    "damage",
    [
        shortened,
        emptied,
        flipped_at_the_end,
        flipped_in_the_header,
        longer_header,
        other_width,
        huge_shape,
        of_another_kind,
    ],
)
def test_a_damaged_entry_is_made_anew(
    cache: Path, source: Path, damage: Callable[[bytes], bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    make = Maker()
    cached("set", RECIPE, [source], make)
    path = entry(cache)
    good = path.read_bytes()
    assert damage(good) != good
    path.write_bytes(damage(good))
    capsys.readouterr()
    assert_same(cached("set", RECIPE, [source], make), rasters())
    assert make.calls == 2
    assert capsys.readouterr().err.count(f"motifc: {path} is damaged (") == 1
    assert path.read_bytes() == good


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


def test_the_folder_is_what_the_environment_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("MOTIFC_CACHE", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    assert cache_folder() == tmp_path / ".cache" / "motifc"
    monkeypatch.setenv("XDG_CACHE_HOME", "elsewhere")
    assert cache_folder() == Path("elsewhere/motifc")
    monkeypatch.setenv("MOTIFC_CACHE", "~/mine")
    assert cache_folder() == tmp_path / "mine"
