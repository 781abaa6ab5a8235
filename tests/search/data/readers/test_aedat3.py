import os
from pathlib import Path

import numpy as np
import pytest

from search.data.readers.aedat3 import LARGEST, read_aedat3
from targets.contracts.errors import InputError
from tests.search.data.tasks.event_files import some_events, write_aedat


def test_polarity_events_come_back_others_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "user01_led.aedat"
    first, special, second = (some_events(seed, width=128, height=128) for seed in range(3))
    write_aedat(path, [(1, 0, first), (0, 0, special), (1, 2, second)])
    late = second.copy()
    late["t"] += 2 * 2**31
    assert np.array_equal(read_aedat3(path).events, np.concatenate([first, late]))


def test_invalid_events_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "user01_led.aedat"
    events = some_events(0, number=3)
    write_aedat(path, [(1, 0, events)])
    content = bytearray(path.read_bytes())
    content[-16] &= 0xFE  # the second of three records of 8 bytes
    path.write_bytes(content)
    assert np.array_equal(read_aedat3(path).events, events[[0, 2]])


def test_damaged_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "user01_led.aedat"
    write_aedat(path, [(1, 0, some_events(0, number=3))])
    content = path.read_bytes()
    header = len(content) - 28 - 24
    cases = {
        content[
            :-1
        ]: f"{path} ends within the packet at byte {header + 28}; it is cut off or damaged, so get it again.",
        content[: header + 9]: f"{path} ends within the packet at byte {header}; it is cut off or damaged, so get it "
        "again.",
        b"": f"{path} has no header of AEDAT 3.1; a file of that format is needed, so get it again.",
        content.replace(b"3.1", b"2.0"): f"{path} has no header of AEDAT 3.1; a file of that format is needed, so get "
        "it again.",
    }
    for damaged, message in cases.items():
        path.write_bytes(damaged)
        with pytest.raises(InputError) as raised:
            read_aedat3(path)
        assert str(raised.value) == message


def test_a_missing_and_a_huge_file_are_refused(tmp_path: Path) -> None:
    absent, huge = tmp_path / "absent.aedat", tmp_path / "huge.aedat"
    huge.touch()
    os.truncate(huge, LARGEST + 1)
    with pytest.raises(InputError) as raised:
        read_aedat3(absent)
    assert str(raised.value) == (
        f"{absent} cannot be read (No such file or directory); an AEDAT 3.1 file is needed there."
    )
    with pytest.raises(InputError) as raised:
        read_aedat3(huge)
    assert str(raised.value) == (
        f"{huge} has 2,147,483,649 bytes; at most 2,147,483,648 are allowed, so check what it is."
    )


def test_tonic_reads_the_same_records(tmp_path: Path) -> None:
    tonic_io = pytest.importorskip("tonic.io", reason="tonic is not installed")
    path = tmp_path / "user01_led.aedat"
    write_aedat(path, [(1, 0, some_events(seed, width=128, height=128)) for seed in range(3)])
    version, start, _ = tonic_io.read_aedat_header_from_file(str(path))
    theirs, ours = tonic_io.get_aer_events_from_file(str(path), version, start), read_aedat3(path).events
    address = theirs["address"]
    for name, values in (("x", address >> 17), ("y", address >> 2 & 0x7FFF), ("p", address >> 1 & 1)):
        assert np.array_equal(ours[name], values)
    assert np.array_equal(ours["t"], theirs["timeStamp"])


def test_the_camera_that_is_named_gives_the_size(tmp_path: Path) -> None:
    path = tmp_path / "user01_led.aedat"
    write_aedat(path, [(1, 0, some_events(0, width=128, height=128))])
    assert read_aedat3(path).sensor == (128, 128)
    path.write_bytes(path.read_bytes().replace(b"DVS128", b"Dynap1"))
    assert read_aedat3(path).sensor is None
