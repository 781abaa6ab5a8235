from pathlib import Path

import numpy as np
import pytest

from search.data.readers.aer import read_recording
from search.data.readers.event_file import FORMATS, read_events
from targets.contracts.errors import InputError
from tests.search.data.readers.recorded import clustered, every_format, write_aedat4, write_dat
from tests.search.data.tasks.event_files import some_events

EVERY = ("aedat2", "aedat2 davis", "aedat3", "aedat4", "dat", "evt2", "evt3", "n-mnist")


def _error(path: Path) -> str:
    with pytest.raises(InputError) as raised:
        read_events(path)
    return str(raised.value)


@pytest.mark.parametrize("name", EVERY)
def test_the_first_bytes_tell_the_format(tmp_path: Path, name: str) -> None:
    written = every_format(tmp_path)
    assert tuple(written) == EVERY
    events = clustered(0) if name == "evt3" else some_events(0, 200, 128, 120)
    path = written[name] if name == "n-mnist" else written[name].rename(tmp_path / "renamed")
    assert np.array_equal(read_events(path).events, events)


def test_the_real_recording(shared: Path) -> None:
    path = shared / "data" / "events" / "sample_nmnist.bin"
    assert np.array_equal(read_events(path).events, read_recording(path))


@pytest.mark.parametrize(
    ("start", "found"),
    [
        (b"#!AER-DAT1.0\r\n", "is AEDAT 1.0"),
        (b"#!AER-DAT3.0\r\n", "is AEDAT 3.0"),
        (b"#!AER-DAT5.1\r\n", "is AEDAT 5.1"),
        (b"% evt 2.1\n% end\n", "is EVT 2.1"),
        (b"% format EVT4;height=720\n", "is EVT 4.0"),
        (b"\x89HDF\r\n", "is of no format of events that is known here"),
        (b"", "is of no format of events that is known here"),
    ],
)
def test_other_formats_are_named_with_their_version(tmp_path: Path, start: bytes, found: str) -> None:
    path = tmp_path / "a.raw"
    path.write_bytes(start)
    assert _error(path) == f"{path} {found}; {FORMATS} can be read, so convert it to one of them."


def test_a_missing_file(tmp_path: Path) -> None:
    path = tmp_path / "a.raw"
    assert _error(path) == f"{path} cannot be read (No such file or directory); a file of events is needed there."


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("divisor", [1_000, 1_000_000], ids=["milliseconds", "seconds"])
def test_times_in_another_unit_are_told(tmp_path: Path, name: str, divisor: int) -> None:
    path = every_format(tmp_path, divisor=divisor)[name]
    assert _error(path).endswith(
        " seconds if its times are microseconds; a recording lasts 0.001 to 3,600 seconds, so its times are in another "
        "unit or it is cut off: convert or get it again."
    )


def test_nanoseconds_of_more_than_a_few_seconds_are_told(tmp_path: Path) -> None:
    """Those of a shorter recording could be microseconds of one that lasts up to an hour."""
    events = some_events(0, 200, 64, 48, span=6_000_000)
    events["t"] *= 1_000
    path = write_aedat4(tmp_path / "a.aedat4", [events])
    seconds = (events["t"][-1] - events["t"][0]) / 1e6
    assert 5_000 < seconds < 6_000
    assert _error(path) == (
        f"{path} lasts {seconds:.6g} seconds if its times are microseconds; a recording lasts 0.001 to 3,600 seconds, "
        "so its times are in another unit or it is cut off: convert or get it again."
    )


def test_a_recording_without_events_and_a_clock_that_was_set_anew(tmp_path: Path) -> None:
    events = some_events(0, 30, 640, 480, span=10_000_000)
    path = write_dat(tmp_path / "a.dat", events[:0])
    assert _error(path) == (
        f"{path} holds no event; a recording has at least some, so record it again or take it away."
    )
    path = write_dat(path, np.concatenate([events, events]))
    assert _error(path).startswith(f"{path} has times that run back by 8.61 seconds, ")
