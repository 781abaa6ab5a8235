"""Whatever stands where a file is to be written, nothing is lost, nothing hangs, and no half file is left."""

import errno
import os
import signal
import stat
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from targets.contracts.errors import InputError
from targets.contracts.shown import shown
from targets.contracts.writing import Destination, check_writable, making_folder, replacing, write_text

NOBODY = 65534
FREE = "free space or choose another folder."


@pytest.fixture
def umask() -> Iterator[Callable[[int], int]]:
    """Sets the umask for one test."""
    old = os.umask(0)
    os.umask(old)
    yield os.umask
    os.umask(old)


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def refusal(path: Path | Destination) -> str:
    """What both the check before the work and the write itself say without the path; nothing is left behind."""
    folder = Path(path).parent
    before = names(folder) if folder.is_dir() else []
    said = []
    for attempt in (check_writable, lambda path: write_text(path, "new")):
        with pytest.raises(InputError) as error:
            attempt(path)
        said.append(str(error.value))
    assert said[0] == said[1]
    assert said[0].startswith(f"{shown(str(path))} ")
    assert (names(folder) if folder.is_dir() else []) == before
    return said[0].removeprefix(f"{shown(str(path))} ")


def as_nobody(act: Callable[[], str]) -> str:
    """What `act` returns in a process without the rights of root."""
    if os.geteuid():
        return act()
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            os.write(writing, act().encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as said:
        told = said.read()
    os.waitpid(child, 0)
    return told


@pytest.mark.parametrize("failure", [RuntimeError, KeyboardInterrupt])
def test_failure_inside_leaves_the_old_file(tmp_path: Path, failure: type[BaseException]) -> None:
    path = tmp_path / "a"
    path.write_text("old")

    def write() -> None:
        with replacing(path) as temporary:
            temporary.write_text("half")
            raise failure

    with pytest.raises(failure):
        write()
    assert path.read_text() == "old"
    assert names(tmp_path) == ["a"]


def test_new_file_takes_the_place_of_the_old(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("old")
    with replacing(path) as temporary:
        temporary.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert names(tmp_path) == ["a"]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG, errno.EIO])
def test_a_disk_that_fills_is_told(tmp_path: Path, number: int) -> None:
    path = tmp_path / "a"
    path.write_text("old")
    with pytest.raises(InputError) as error, replacing(path):
        raise OSError(number, os.strerror(number))
    assert str(error.value) == f"{path} cannot be written ({os.strerror(number)}); {FREE}"
    assert (names(tmp_path), path.read_text()) == (["a"], "old")


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o027, 0o077, 0o377])
def test_a_new_file_has_the_mode_that_the_umask_gives(tmp_path: Path, umask: Callable[[int], int], mask: int) -> None:
    umask(mask)
    write_text(tmp_path / "new", "new")
    assert mode(tmp_path / "new") == 0o666 & ~mask
    with making_folder(tmp_path / "folder") as temporary:
        assert mode(temporary) == 0o700
    assert mode(tmp_path / "folder") == 0o777 & ~mask


@pytest.mark.parametrize("bits", [0o600, 0o644, 0o666, 0o755, 0o640, 0o2750])
def test_a_replaced_file_hands_its_mode_down(tmp_path: Path, umask: Callable[[int], int], bits: int) -> None:
    umask(0o077)
    (tmp_path / "a").write_text("old")
    (tmp_path / "a").chmod(bits)
    with replacing(tmp_path / "a") as temporary:
        assert mode(temporary) == 0o600  # nobody else reads on while a secret file is written
        temporary.write_text("new")
    assert (mode(tmp_path / "a"), (tmp_path / "a").read_text()) == (bits, "new")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files to others")
def test_a_replaced_file_hands_its_owner_down(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("old")
    os.chown(tmp_path / "a", NOBODY, NOBODY)
    write_text(tmp_path / "a", "new")
    assert ((tmp_path / "a").stat().st_uid, (tmp_path / "a").stat().st_gid) == (NOBODY, NOBODY)


def test_a_protected_file_stays(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("old")
    (tmp_path / "a").chmod(0o444)
    for path in (tmp_path / "a", Destination(tmp_path / "a", replace=True)):
        assert refusal(path) == "is protected from writing; give another name, or change its permissions."
    assert (tmp_path / "a").read_text() == "old"


def test_the_file_behind_links_is_written_and_they_stay(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("second")
    (tmp_path / "second").symlink_to(tmp_path / "real" / "a")
    for text in ("one", "two"):  # the first time nothing is there
        write_text(tmp_path / "link", text)
        assert (tmp_path / "real" / "a").read_text() == text
        assert os.readlink(tmp_path / "link") == "second"
        assert (tmp_path / "second").is_symlink()
        assert names(tmp_path / "real") == ["a"]


def test_links_that_lead_nowhere_are_refused(tmp_path: Path) -> None:
    (tmp_path / "one").symlink_to("two")
    (tmp_path / "two").symlink_to("one")
    (tmp_path / "lost").symlink_to("no/a")
    assert refusal(tmp_path / "one") == "cannot be written (Too many levels of symbolic links); give another name."
    assert refusal(tmp_path / "lost") == f"cannot be written: {tmp_path / 'no'} is no folder; make it first."
    assert names(tmp_path) == ["lost", "one", "two"]


def test_what_is_no_file_is_not_replaced(tmp_path: Path) -> None:
    """The pipe would hang whoever opens it."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("pipe")
    for path in (tmp_path / "pipe", tmp_path / "link", Destination(tmp_path / "pipe", replace=True)):
        assert refusal(path) == "is no regular file; a file name is needed to write to, so give one."
    for device in (Path(os.devnull), Path("/dev/full")):
        with pytest.raises(InputError, match="is no regular file"):
            write_text(device, "new")
    assert (tmp_path / "pipe").is_fifo()


def test_folders_and_what_lies_in_no_folder_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("old")
    assert refusal(tmp_path) == "is a folder; a file name is needed to write to, so give one."
    for missing in ("no", "a"):
        path = tmp_path / missing / "b"
        assert refusal(path) == f"cannot be written: {tmp_path / missing} is no folder; make it first."


def test_names_that_no_file_can_have_are_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / ("x" * 256)) == "cannot be written (File name too long); give another name."
    assert refusal(tmp_path / "a\0b").startswith("cannot be written (")


@pytest.mark.parametrize("name", ["x" * 255, "é" * 127 + "x", "-", " ", "\n", "a\udcff", ".motifc-1-00000000.tmp.not"])
def test_names_up_to_the_limit_can_be_written(tmp_path: Path, name: str) -> None:
    assert len(os.fsencode(name)) <= 255
    for text in ("one", "two"):
        write_text(tmp_path / name, text)
        assert (tmp_path / name).read_text() == text
    assert names(tmp_path) == [name]


def test_a_destination_replaces_only_where_it_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a"
    write_text(Destination(path), "one")
    assert refusal(Destination(path)) == "is there already; give --force to replace it, or another name."
    assert path.read_text() == "one"
    write_text(Destination(path, replace=True), "two")
    assert path.read_text() == "two"


@pytest.mark.parametrize("linking", [True, False])
def test_what_appears_while_writing_is_not_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, linking: bool
) -> None:
    path, real = tmp_path / "a", os.link

    def late(*_: object) -> None:
        path.write_text("theirs")
        if not linking:
            raise OSError(errno.EPERM, os.strerror(errno.EPERM))
        real(tmp_path / "temporary", path)

    (tmp_path / "temporary").touch()
    monkeypatch.setattr(os, "link", late)
    with pytest.raises(InputError, match="is there already; give --force to replace it"):
        write_text(Destination(path), "mine")
    assert (path.read_text(), names(tmp_path)) == ("theirs", ["a", "temporary"])


def test_a_file_system_without_hard_links_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no(*_: object) -> None:
        raise OSError(errno.EOPNOTSUPP, os.strerror(errno.EOPNOTSUPP))

    monkeypatch.setattr(os, "link", no)
    write_text(Destination(tmp_path / "a"), "mine")
    assert ((tmp_path / "a").read_text(), names(tmp_path)) == ("mine", ["a"])


def test_a_pipe_that_appears_while_writing_is_not_replaced(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is no regular file"), replacing(tmp_path / "a"):
        os.mkfifo(tmp_path / "a")
    assert names(tmp_path) == ["a"]


def test_no_input_is_written_over_under_any_of_its_names(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_text("old")
    os.link(source, tmp_path / "hard")
    (tmp_path / "soft").symlink_to("source")
    (tmp_path / "folder").symlink_to(".")
    for name in ("source", "hard", "soft", "folder/source", "folder/../" + tmp_path.name + "/hard"):
        path = Destination(tmp_path / name, replace=True, inputs=(source,))
        assert refusal(path) == f"is read from, as {source}; it would be lost, so write to another name."
    inside = Destination(source, replace=True, inputs=(tmp_path,))
    assert refusal(inside) == f"is read from, as {tmp_path}; it would be lost, so write to another name."
    write_text(Destination(tmp_path / "new", replace=True, inputs=(source, tmp_path, tmp_path / "missing")), "new")
    assert source.read_text() == (tmp_path / "hard").read_text() == "old"


def test_other_hard_links_of_a_replaced_file_keep_the_old_content(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("old")
    os.link(tmp_path / "a", tmp_path / "b")
    write_text(tmp_path / "a", "new")
    assert ((tmp_path / "a").read_text(), (tmp_path / "b").read_text()) == ("new", "old")


def test_folders_that_refuse_files_are_told_before_the_work() -> None:
    """Also one in which nobody may make files though its permissions allow it: /proc."""
    with pytest.raises(
        InputError, match=r"^/proc/motifc cannot be written \(.+\); free space or choose another folder"
    ):
        check_writable("/proc/motifc")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "closed"
        folder.mkdir()
        Path(name).chmod(0o755)
        folder.chmod(0o555)

        def attempt() -> str:
            try:
                check_writable(folder / "a")
            except InputError as error:
                return str(error)
            return "written"

        assert as_nobody(attempt) == f"{folder / 'a'} cannot be written (Permission denied); {FREE}"


def test_a_file_without_a_name_is_not_written_to() -> None:
    """As /dev/stdout is one after `rm`: what is written there nobody would find."""
    with tempfile.TemporaryFile() as file:
        place = f"/proc/self/fd/{file.fileno()}"
        with pytest.raises(InputError, match=r"leads to a file that has no name any more; give another one\.$"):
            check_writable(place)


def test_everything_reaches_the_disk_before_the_name_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done, sync = [], os.fsync

    def seen(handle: int) -> None:
        place = Path(os.readlink(f"/proc/self/fd/{handle}"))
        done.append("folder" if place == tmp_path else place.read_text())
        sync(handle)

    monkeypatch.setattr(os, "fsync", seen)
    write_text(tmp_path / "a", "new")
    assert done == ["new", "folder"]


def test_many_threads_may_write_one_file(tmp_path: Path) -> None:
    """Nobody sweeps what another one is writing, and what is there is whole."""
    texts = [str(number) * 100_000 for number in range(8)]

    def write(text: str) -> None:
        for _ in range(4):
            write_text(tmp_path / "a", text)

    threads = [threading.Thread(target=write, args=(text,)) for text in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (tmp_path / "a").read_text() in texts
    assert names(tmp_path) == ["a"]


def test_a_folder_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    def fail() -> None:
        with making_folder(tmp_path / "made") as temporary:
            (temporary / "sub").mkdir()
            (temporary / "sub" / "a").write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert names(tmp_path) == []
    (tmp_path / "made").mkdir()  # an empty one will do
    with making_folder(tmp_path / "made") as temporary:
        (temporary / "a").write_text("whole")
        assert names(tmp_path / "made") == []
    assert names(tmp_path) == ["made"]
    assert (tmp_path / "made" / "a").read_text() == "whole"
    for taken in (tmp_path / "made", tmp_path / "made" / "a"):
        with pytest.raises(InputError) as error, making_folder(taken):
            pass
        assert str(error.value) == (
            f"{taken} is there already; a new folder is written, so give another name, or remove it."
        )


def test_a_killed_writer_leaves_the_old_file_and_the_next_one_cleans_up(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("old")
    child = os.fork()
    if not child:
        with replacing(tmp_path / "a") as temporary:
            temporary.write_text("half")
            os.kill(os.getpid(), signal.SIGKILL)
        sys.exit()
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    left = names(tmp_path)
    assert len(left) == 2
    assert left[0].startswith(f".motifc-{child}-")
    write_text(tmp_path / "b", "next")
    assert names(tmp_path) == ["a", "b"]
    assert (tmp_path / "a").read_text() == "old"
