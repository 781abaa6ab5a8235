from pathlib import Path

import numpy as np
import pytest

from search.data.readers.aedat2 import read_aedat2
from targets.contracts.errors import InputError
from tests.search.data.readers.recorded import write_aedat2
from tests.search.data.tasks.event_files import some_events

SIZES = {"DVS128": (128, 128), "DAVIS240": (240, 180), "DAVIS346": (346, 260), "DAVIS640": (640, 480)}


def _error(path: Path) -> str:
    with pytest.raises(InputError) as raised:
        read_aedat2(path)
    return str(raised.value)


@pytest.mark.parametrize("camera", SIZES)
def test_what_jaer_writes_comes_back_from_the_upper_left(tmp_path: Path, camera: str) -> None:
    events = some_events(0, 300, *SIZES[camera])
    found = read_aedat2(write_aedat2(tmp_path / "a.aedat", events, camera, *SIZES[camera]))
    assert found.sensor == SIZES[camera]
    assert np.array_equal(found.events, events)


def test_tonic_reads_the_same_of_a_davis346(tmp_path: Path) -> None:
    tonic_io = pytest.importorskip("tonic.io", reason="tonic is not installed")
    path = write_aedat2(tmp_path / "a.aedat", some_events(1, 300, 346, 260), "DAVIS346", 346, 260)
    _, _, theirs = tonic_io.read_davis_346(str(path))
    ours = read_aedat2(path).events
    assert all(np.array_equal(ours[name], theirs[name]) for name in ("x", "y", "t", "p"))


def test_tonic_reads_the_same_records_of_a_dvs128(tmp_path: Path) -> None:
    tonic_io = pytest.importorskip("tonic.io", reason="tonic is not installed")
    path = write_aedat2(tmp_path / "a.aedat", some_events(1, 300, 128, 128), "DVS128", 128, 128)
    version, start, _ = tonic_io.read_aedat_header_from_file(str(path))
    theirs = tonic_io.get_aer_events_from_file(str(path), version, start)
    address, ours = theirs["address"], read_aedat2(path).events
    assert np.array_equal(ours["x"], 127 - (address >> 1 & 127))
    assert np.array_equal(ours["y"], 127 - (address >> 8 & 127))
    assert np.array_equal(ours["p"], address & 1 == 0)
    assert np.array_equal(ours["t"], theirs["timeStamp"])


def test_frames_motion_and_triggers_are_no_pixels(tmp_path: Path) -> None:
    events = some_events(0, 4, 240, 180)
    path = write_aedat2(tmp_path / "a.aedat", events, "DAVIS240", 240, 180)
    content = bytearray(path.read_bytes())
    content[-32] |= 0x80  # bit 31 of the first address
    content[-22] |= 0x04  # bit 10 of the second
    path.write_bytes(content)
    assert np.array_equal(read_aedat2(path).events, events[2:])


def test_a_clock_of_32_bits_that_begins_anew(tmp_path: Path) -> None:
    events = some_events(0, 50, 128, 128, span=2 * 10**6)
    events["t"] += 2**32 - 10**6
    found = read_aedat2(write_aedat2(tmp_path / "a.aedat", events, "DVS128", 128, 128)).events
    assert np.array_equal(found["t"], events["t"])


def test_an_old_file_that_names_no_camera(tmp_path: Path) -> None:
    events = some_events(0, 50, 128, 128)
    path = write_aedat2(tmp_path / "a.aedat", events, "DVS128", 128, 128, named=False)
    assert np.array_equal(read_aedat2(path).events, events)
    path = write_aedat2(tmp_path / "a.aedat", events, "DAVIS240", 240, 180, named=False)
    assert _error(path).startswith(f"{path} names no camera in a line '# AEChip: ', and its addresses up to 0x2")


def test_damaged_files_are_refused(tmp_path: Path) -> None:
    path = write_aedat2(tmp_path / "a.aedat", some_events(0, 3, 128, 128), "DVS128", 128, 128)
    content = path.read_bytes()
    again = "get it again."
    cases = {
        content[:-3]: f"{path} holds 21 bytes behind its header, which is no multiple of 8; it is cut off or damaged, "
        f"so {again}",
        content[:20]: f"{path} ends within its header; it is cut off or damaged, so {again}",
        b"": f"{path} has no header of AEDAT 2.0; a file of that format is needed, so {again}",
        content.replace(b"retina.DVS128", b"cochlea.CochleaAMS1c"): f"{path} is of the camera CochleaAMS1c; DVS128, "
        "DAVIS128, DAVIS208, DAVIS240, DAVIS346, DAVIS640 can be read, so convert it to AEDAT 4.",
    }
    for damaged, message in cases.items():
        path.write_bytes(damaged)
        assert _error(path) == message


def test_a_pixel_outside_the_sensor_is_refused(tmp_path: Path) -> None:
    events = some_events(0, 3, 240, 180)
    events["x"][1] = -1
    path = write_aedat2(tmp_path / "a.aedat", events, "DAVIS240", 240, 180)
    assert "holds events with x from -1 to " in _error(path)
