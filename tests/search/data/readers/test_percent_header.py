from pathlib import Path

import pytest

from search.data.readers.percent_header import percent_header, raw_events
from targets.contracts.errors import InputError

PATH = Path("some.raw")


@pytest.mark.parametrize(
    ("header", "version", "sensor"),
    [
        (b"% evt 2.0\n% geometry 640x480\n% end\n", "2.0", (640, 480)),
        (b"% Date 2020-09-14 14:18:29\n% evt 3.0\n", "3.0", None),
        (b"% format EVT3;height=720;width=1280\n% end\n", "3.0", (1280, 720)),
        (b"% format EVT21;height=720;width=1280\n", "2.1", (1280, 720)),
        (b"% Data file containing CD events\n% Width 304\n% Height 240\n", None, (304, 240)),
        (b"", None, None),
    ],
)
def test_version_and_size(header: bytes, version: str | None, sensor: tuple[int, int] | None) -> None:
    found = percent_header(header + b"%\x00\xff", PATH)
    assert (found.version, found.sensor, found.end) == (version, sensor, len(header))


def test_a_header_that_does_not_end() -> None:
    with pytest.raises(InputError) as raised:
        percent_header(b"% evt 2.0\n% geom", PATH)
    assert str(raised.value) == "some.raw ends within its header; it is cut off or damaged, so get it again."


@pytest.mark.parametrize("line", [b"evt 2.\x90", b"evt " + 300 * b"2"])
def test_a_header_that_is_no_text(line: bytes) -> None:
    with pytest.raises(InputError) as raised:
        percent_header(b"% " + line + b"\n", PATH)
    assert str(raised.value) == "some.raw has a header that is no plain text; it is damaged, so get it again."


def test_a_file_that_names_no_encoding() -> None:
    with pytest.raises(InputError) as raised:
        raw_events(b"% Date 2020\n", PATH, "3.0")
    assert str(raised.value) == "some.raw is no RAW file with a line '% evt '; EVT 3.0 is needed, so get it again."
