import os
from pathlib import Path

import numpy as np
import pytest

from search.data.readers.event_recording import (
    LARGEST,
    MOST_EVENTS,
    check_number,
    content_of,
    recording_of,
    unwrapped,
    whole_records,
)
from targets.contracts.errors import InputError

PATH = Path("some.raw")
ONE = np.array([1])


def test_columns_become_events_that_cannot_be_written_to() -> None:
    found = recording_of(PATH, (3, 2), ONE + 1, ONE, ONE * 10**15, ONE)
    assert found.events.tolist() == [(2, 1, 10**15, True)]
    with pytest.raises(ValueError, match="read-only"):
        found.events["t"] = 0


@pytest.mark.parametrize(
    ("sensor", "x", "t", "message"),
    [
        ((3, 2), 3, 0, "some.raw holds events with x from 3 to 3; its sensor has 0 to 2, so it is damaged: get it "
         "again."),
        (None, 40_000, 0, "some.raw holds events with x from 40000 to 40000; its sensor has 0 to 32767, so it is "
         "damaged: get it again."),
        (None, 0, -5, "some.raw holds times down to -5 microseconds; 0 is the least, so get it again."),
        ((0, 2), 0, 0, "some.raw is of a sensor of 0 x 2 pixels; 1 to 32,768 are allowed on a side, so it is damaged: "
         "get it again."),
        ((2, 10**9), 0, 0, "some.raw is of a sensor of 2 x 1000000000 pixels; 1 to 32,768 are allowed on a side, so it "
         "is damaged: get it again."),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(sensor: tuple[int, int] | None, x: int, t: int, message: str) -> None:
    with pytest.raises(InputError) as raised:
        recording_of(PATH, sensor, ONE * x, ONE, ONE * t, ONE)
    assert str(raised.value) == message


def test_a_clock_that_begins_anew() -> None:
    assert unwrapped(np.array([10, 250, 3, 2, 200, 1], np.uint8), 8).tolist() == [10, 250, 259, 258, 456, 513]
    assert unwrapped(np.array([], np.uint8), 8).tolist() == []


def test_sizes(tmp_path: Path) -> None:
    path = tmp_path / "a.raw"
    with pytest.raises(InputError) as raised:
        content_of(path, "an EVT 3.0")
    assert str(raised.value) == f"{path} cannot be read (No such file or directory); an EVT 3.0 file is needed there."
    path.touch()
    os.truncate(path, LARGEST + 1)
    with pytest.raises(InputError, match="has 268,435,457 bytes; at most 268,435,456 are allowed"):
        content_of(path, "an EVT 3.0")
    with pytest.raises(InputError, match="holds 33,554,433 events; at most 33,554,432 are allowed"):
        check_number(path, MOST_EVENTS + 1)
    with pytest.raises(InputError, match="holds 3 bytes behind its header, which is no multiple of 2"):
        whole_records(path, b"12345", 2, 2)
