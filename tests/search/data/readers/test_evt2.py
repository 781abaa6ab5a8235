from pathlib import Path

import numpy as np
import pytest

from search.data.readers.evt2 import read_evt2
from targets.contracts.errors import InputError
from tests.search.data.readers.recorded import write_evt2
from tests.search.data.tasks.event_files import some_events


def _error(path: Path) -> str:
    with pytest.raises(InputError) as raised:
        read_evt2(path)
    return str(raised.value)


@pytest.mark.parametrize("span", [100, 300_000, 3_600_000_000])
def test_what_is_written_comes_back(tmp_path: Path, span: int) -> None:
    events = some_events(0, 300, 640, 480, span)
    found = read_evt2(write_evt2(tmp_path / "a.raw", events))
    assert found.sensor == (640, 480)
    assert np.array_equal(found.events, events)


def test_expelliarmus_reads_the_same(tmp_path: Path) -> None:
    expelliarmus = pytest.importorskip("expelliarmus", reason="expelliarmus is not installed")
    path = write_evt2(tmp_path / "a.raw", some_events(1, 300, 640, 480))
    theirs, ours = expelliarmus.Wizard(encoding="evt2").read(path), read_evt2(path).events
    assert all(np.array_equal(ours[name], theirs[name]) for name in ("x", "y", "t", "p"))


def test_a_clock_of_34_bits_that_begins_anew(tmp_path: Path) -> None:
    events = some_events(0, 50, 640, 480, span=2 * 10**6)
    events["t"] += 2**34 - 10**6
    assert np.array_equal(read_evt2(write_evt2(tmp_path / "a.raw", events)).events["t"], events["t"])


def test_events_before_the_first_time_are_passed_over(tmp_path: Path) -> None:
    path = write_evt2(tmp_path / "a.raw", some_events(0, 10, 640, 480))
    whole = read_evt2(path).events
    header, _, words = path.read_bytes().partition(b"% end\n")
    path.write_bytes(header + b"% end\n" + words[4:])
    kept = read_evt2(path).events
    assert 0 < len(kept) < len(whole)
    assert np.array_equal(kept, whole[-len(kept) :])


def test_damaged_files_are_refused(tmp_path: Path) -> None:
    path = write_evt2(tmp_path / "a.raw", some_events(0, 3, 640, 480))
    content = path.read_bytes()
    path.write_bytes(content[:-1])
    assert _error(path).endswith("which is no multiple of 4; it is cut off or damaged, so get it again.")
    path.write_bytes(content + b"\x00\x00\x00\x50")
    assert _error(path) == (
        f"{path} holds a word of the reserved type 5 at byte {len(content)}; it is damaged or of another camera, so "
        "get it again."
    )
    path.write_bytes(content.replace(b"% end\n", b"% endianness big\n% end\n"))
    assert _error(path) == f"{path} holds words in the byte order 'big'; little is allowed, so convert it."
    path.write_bytes(content.replace(b"evt 2.0", b"evt 2.1"))
    assert _error(path) == f"{path} is of EVT 2.1; EVT 2.0 is needed, so get it again."
