import os
from pathlib import Path

import numpy as np
import pytest

from search.data.encoders.events import EVENT_DTYPE
from search.data.readers.aer import LARGEST, LAST_TIME, decoded, encoded, read_recording, write_recordings
from targets.contracts.errors import InputError
from tests.search.data.tasks.event_files import some_events


def test_the_bits_of_a_record() -> None:
    events = decoded(bytes([7, 15, 0b1000_0001, 0x02, 0x8E, 19, 18, 0, 0, 3]))
    assert events.tolist() == [(7, 15, 0x1028E, True), (19, 18, 3, False)]


def test_row_240_advances_the_clock_of_what_follows() -> None:
    overflow = bytes([0, 240, 0, 0, 0])
    events = decoded(bytes([1, 1, 0, 0, 9]) + 2 * overflow + bytes([2, 2, 0, 0, 9]) + overflow)
    assert events["t"].tolist() == [9, 9 + 2 * 2**13]
    assert events["x"].tolist() == [1, 2]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("span", [300_000, 30_000_000])
def test_events_come_back_exactly_though_the_clock_overflows(seed: int, span: int) -> None:
    events = some_events(seed, width=256, height=240, span=span)
    content = encoded(events)
    assert np.array_equal(decoded(content), events)
    assert (len(content) == 5 * len(events)) is (span < LAST_TIME)


@pytest.mark.parametrize("seed", range(3))
def test_records_come_back_exactly(seed: int) -> None:
    records = np.random.default_rng(seed).integers(0, 240, (500, 5), dtype=np.uint8)
    assert encoded(decoded(records.tobytes())) == records.tobytes()


def test_the_real_recording_is_read_and_written_as_it_is(shared: Path) -> None:
    path = shared / "data" / "events" / "sample_nmnist.bin"
    events = read_recording(path)
    assert events.dtype == EVENT_DTYPE
    assert len(events) == 4325
    assert events[0].tolist() == (7, 15, 654, True)
    assert encoded(events) == path.read_bytes()


def test_tonic_reads_the_same_from_the_real_recording_and_over_overflows(shared: Path, tmp_path: Path) -> None:
    tonic_io = pytest.importorskip("tonic.io", reason="tonic is not installed")
    late = tmp_path / "late.bin"
    late.write_bytes(encoded(some_events(0, span=30_000_000)))
    for path in (shared / "data" / "events" / "sample_nmnist.bin", late):
        ours = read_recording(path)
        theirs = tonic_io.read_mnist_file(str(path), dtype=EVENT_DTYPE)
        assert np.array_equal(ours, theirs)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ((256, 0, 0, 0), "events have x from 256 to 256; 40-bit records hold 0 to 255, so crop or downsample them."),
        ((0, 240, 0, 0), "events have y from 240 to 240; 40-bit records hold 0 to 239, so crop or downsample them."),
        (
            (0, 0, -5, 0),
            "events are not in order of time or begin before 0 (a record would have the time -5); 40-bit records need "
            "rising times from 0, so sort them.",
        ),
    ],
)
def test_what_40_bits_cannot_hold_is_refused(row: tuple[int, int, int, int], message: str) -> None:
    with pytest.raises(InputError) as raised:
        encoded(np.array([row], EVENT_DTYPE))
    assert str(raised.value) == message


def test_an_empty_a_cut_off_a_huge_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    empty, short, huge, absent = (tmp_path / f"{name}.bin" for name in ("empty", "short", "huge", "absent"))
    empty.touch()
    short.write_bytes(bytes(12))
    huge.touch()
    os.truncate(huge, LARGEST + 5)
    messages = {
        empty: f"{empty} is empty; a recording has at least one 40-bit event, so unpack it again.",
        short: f"{short} has 12 bytes, which is no multiple of 5; 40-bit events are needed, so it is cut off or of "
        "another kind: unpack it again.",
        huge: f"{huge} has 268,435,461 bytes; a recording of 40-bit events has at most 268,435,456, so check what it "
        "is.",
        absent: f"{absent} cannot be read (No such file or directory); a file of 40-bit events is needed, so restore "
        "it.",
        tmp_path: f"{tmp_path} cannot be read (Is a directory); a file of 40-bit events is needed, so restore it.",
    }
    for path, message in messages.items():
        with pytest.raises(InputError) as raised:
            read_recording(path)
        assert str(raised.value) == message


def test_a_written_part_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    good, bad = some_events(0), np.array([(300, 0, 0, 0)], EVENT_DTYPE)
    with pytest.raises(InputError):
        write_recordings(tmp_path, "Train", [good, bad], [3, 4])
    assert list(tmp_path.iterdir()) == []
    write_recordings(tmp_path, "Train", [good, good], [3, 4])
    assert sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.bin")) == [
        "Train/3/00001.bin",
        "Train/4/00002.bin",
    ]
    with pytest.raises(InputError) as raised:
        write_recordings(tmp_path, "Train", [good], [3])
    assert str(raised.value) == (
        f"{tmp_path / 'Train'} is there already; a new folder is written, so give another name, or remove it."
    )
