from pathlib import Path

import numpy as np
import pytest

from search.data.readers.prophesee_dat import read_dat
from targets.contracts.errors import InputError
from tests.search.data.readers.recorded import write_dat
from tests.search.data.tasks.event_files import some_events


def _error(path: Path) -> str:
    with pytest.raises(InputError) as raised:
        read_dat(path)
    return str(raised.value)


@pytest.mark.parametrize("kind", [0, 12])
def test_what_is_written_comes_back(tmp_path: Path, kind: int) -> None:
    events = some_events(0, 300, 640, 480)
    found = read_dat(write_dat(tmp_path / "a.dat", events, kind=(kind, 8)))
    assert found.sensor == (640, 480)
    assert np.array_equal(found.events, events)


def test_expelliarmus_reads_the_same(tmp_path: Path) -> None:
    expelliarmus = pytest.importorskip("expelliarmus", reason="expelliarmus is not installed")
    path = write_dat(tmp_path / "a.dat", some_events(1, 300, 640, 480))
    theirs, ours = expelliarmus.Wizard(encoding="dat").read(path), read_dat(path).events
    assert all(np.array_equal(ours[name], theirs[name]) for name in ("x", "y", "t", "p"))


def test_a_clock_of_32_bits_that_begins_anew(tmp_path: Path) -> None:
    events = some_events(0, 50, 640, 480, span=2 * 10**6)
    events["t"] += 2**32 - 10**6
    assert np.array_equal(read_dat(write_dat(tmp_path / "a.dat", events)).events["t"], events["t"])


def test_other_versions_and_kinds_are_refused(tmp_path: Path) -> None:
    events = some_events(0, 3, 640, 480)
    path = write_dat(tmp_path / "a.dat", events, version="1")
    assert _error(path) == f"{path} has version 1 of DAT in its header; version 2 can be read, so convert it."
    path.write_bytes(path.read_bytes().replace(b"% Version 1\n", b""))
    assert _error(path) == f"{path} has no version of DAT in its header; version 2 can be read, so convert it."
    write_dat(path, events, kind=(14, 8))
    assert _error(path) == (
        f"{path} holds events of type and size (14, 8); types (0, 12) of 8 bytes can be read, so get it again."
    )


def test_damaged_files_are_refused(tmp_path: Path) -> None:
    path = write_dat(tmp_path / "a.dat", some_events(0, 3, 640, 480))
    content = path.read_bytes()
    path.write_bytes(content[:-3])
    assert _error(path) == (
        f"{path} holds 21 bytes behind its header, which is no multiple of 8; it is cut off or damaged, so get it "
        "again."
    )
    path.write_bytes(content[:10])
    assert _error(path) == f"{path} ends within its header; it is cut off or damaged, so get it again."
    path.write_bytes(content[:-1] + b"\x70")
    assert _error(path) == f"{path} holds polarities up to 7; 0 and 1 are allowed, so get it again."
    path.write_bytes(content[:-4] + b"\xff\xff\x00\x00")
    assert _error(path).endswith("its sensor has 0 to 639, so it is damaged: get it again.")
