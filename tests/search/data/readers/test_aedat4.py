import sys
from pathlib import Path

import numpy as np
import pytest

from search.data.encoders.events import EVENT_DTYPE
from search.data.readers.aedat4 import read_aedat4
from targets.contracts.arrays import Array
from targets.contracts.errors import InputError
from tests.search.data.readers.recorded import write_aedat4
from tests.search.data.tasks.event_files import some_events

GOLDEN = Path(__file__).parents[3] / "golden" / "events"
"""The same sixty events as dv-processing 2.0.4 writes them with its three kinds of compression."""


def _golden_events() -> Array:
    number = np.arange(60)
    events = np.empty(60, EVENT_DTYPE)
    events["x"], events["y"], events["p"] = 7 * number % 64, 5 * number % 48, number % 3 == 0
    events["t"] = 1_600_000_000_000_000 + 997 * number
    return events


def _error(path: Path) -> str:
    with pytest.raises(InputError) as raised:
        read_aedat4(path)
    return str(raised.value)


@pytest.mark.parametrize(("name", "package"), [("plain", "numpy"), ("lz4", "lz4.frame"), ("zstd", "zstandard")])
def test_what_the_vendor_writes(name: str, package: str) -> None:
    pytest.importorskip(package, reason=f"{package} is not installed")
    found = read_aedat4(GOLDEN / f"dv_{name}.aedat4")
    assert found.sensor == (64, 48)
    assert np.array_equal(found.events, _golden_events())


def test_what_is_written_here(tmp_path: Path) -> None:
    events = some_events(0, 100, 64, 48)
    found = read_aedat4(write_aedat4(tmp_path / "a.aedat4", [events[:70], events[70:70], events[70:]]))
    assert found.sensor == (64, 48)
    assert np.array_equal(found.events, events)


@pytest.mark.parametrize("name", ["plain", "lz4", "zstd", "ours"])
def test_another_library_reads_the_same(name: str, tmp_path: Path) -> None:
    aedat = pytest.importorskip("aedat", reason="aedat is not installed")
    path = GOLDEN / f"dv_{name}.aedat4"
    if name == "ours":
        path = write_aedat4(tmp_path / "a.aedat4", [some_events(0, 100, 64, 48)])
        path.write_bytes(path.read_bytes()[:-12])  # it knows no frames of four bytes
    theirs = np.concatenate([packet["events"] for packet in aedat.Decoder(path) if "events" in packet])
    ours = read_aedat4(path).events
    assert all(
        np.array_equal(ours[name], theirs[other]) for name, other in zip("xytp", ("x", "y", "t", "on"), strict=True)
    )


def test_several_cameras_are_refused(tmp_path: Path) -> None:
    path = write_aedat4(tmp_path / "a.aedat4", [some_events(0, 10, 64, 48)], streams="EVTS EVTS")
    assert _error(path) == f"{path} holds 2 streams of events; exactly one camera is needed, so split it."


@pytest.mark.parametrize(("name", "package"), [("lz4", "lz4"), ("zstd", "zstandard")])
def test_a_package_that_is_not_installed(name: str, package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (package, f"{package}.frame"):
        monkeypatch.setitem(sys.modules, module, None)
    path = GOLDEN / f"dv_{name}.aedat4"
    assert _error(path) == (
        f"{path} is compressed with {package}, and that package is not installed; install it with pip install "
        '"motifc[search]".'
    )


def test_damaged_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.aedat4"
    content = (GOLDEN / "dv_plain.aedat4").read_bytes()
    cases = {
        b"": f"{path} has no header of AEDAT 4.0; a file of that format is needed, so get it again.",
        content[:16]: "unpack_from requires a buffer of at least 18 bytes",
        content[:200]: "it ends within its header",
        content[:-1000]: "it is cut off",
        content.replace(b"<node", b"<!ode", 1): "its description of the streams declares what is none of it",
        content.replace(b"</node>", b"</nodf>", 1): "its description of the streams is damaged: mismatched tag",
        content.replace(b"EVTS\0", b"IMUS\0", 1): "holds no events",
    }
    for damaged, message in cases.items():
        path.write_bytes(damaged)
        assert message in _error(path)


def test_a_packet_that_is_cut_off_where_there_is_no_table_behind(tmp_path: Path) -> None:
    path = write_aedat4(tmp_path / "a.aedat4", [some_events(0, 10, 64, 48)])
    path.write_bytes(path.read_bytes()[:-20])
    assert _error(path).endswith("is cut off); get it again.")


@pytest.mark.parametrize("package", ["lz4.frame", "zstandard"])
def test_a_packet_that_unfolds_without_bound_is_refused(package: str, tmp_path: Path) -> None:
    module = pytest.importorskip(package, reason=f"{package} is not installed")
    content = (GOLDEN / f"dv_{'lz4' if package == 'lz4.frame' else 'zstd'}.aedat4").read_bytes()
    path = tmp_path / "a.aedat4"
    compressed = module.compress(bytes(1 << 27))
    start = 14 + 4 + int.from_bytes(content[14:18], "little")
    header = content[:54] + (-1).to_bytes(8, "little", signed=True) + content[62:start]  # no table behind the data
    path.write_bytes(header + bytes(4) + len(compressed).to_bytes(4, "little") + compressed)
    assert "too large" in _error(path)
