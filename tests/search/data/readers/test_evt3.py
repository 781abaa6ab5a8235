from pathlib import Path

import numpy as np
import pytest

from search.data.readers.evt3 import read_evt3
from targets.contracts.arrays import Array
from targets.contracts.errors import InputError
from tests.search.data.readers.recorded import clustered, write_evt3
from tests.search.data.tasks.event_files import some_events

HEADER = b"% evt 3.0\n% end\n"


def _error(path: Path) -> str:
    with pytest.raises(InputError) as raised:
        read_evt3(path)
    return str(raised.value)


def _words(path: Path, *words: int) -> Array:
    path.write_bytes(HEADER + np.array(words, "<u2").tobytes())
    return read_evt3(path).events


@pytest.mark.parametrize("vectors", [False, True])
@pytest.mark.parametrize("seed", range(5))
def test_what_is_written_comes_back(tmp_path: Path, seed: int, vectors: bool) -> None:
    events = clustered(seed)
    found = read_evt3(write_evt3(tmp_path / "a.raw", events, vectors))
    assert found.sensor == (640, 480)
    assert np.array_equal(found.events, events)


@pytest.mark.parametrize("vectors", [False, True])
def test_expelliarmus_reads_the_same_but_for_its_clock(tmp_path: Path, vectors: bool) -> None:
    """Where the lower half of the time falls it takes one unit of the upper half too much, for good."""
    expelliarmus = pytest.importorskip("expelliarmus", reason="expelliarmus is not installed")
    path = write_evt3(tmp_path / "a.raw", clustered(7), vectors, triggers=False)
    theirs, ours = expelliarmus.Wizard(encoding="evt3").read(path), read_evt3(path).events
    assert all(np.array_equal(ours[name], theirs[name]) for name in ("x", "y", "p"))
    assert np.array_equal(ours["t"] % 4096, theirs["t"] % 4096)
    assert np.array_equal(ours["t"][:24], theirs["t"][:24])


@pytest.mark.parametrize("seed", range(20))
def test_another_decoder_reads_the_same_of_any_words(tmp_path: Path, seed: int) -> None:
    evt3 = pytest.importorskip("evt3", reason="evt3 is not installed")
    generator = np.random.default_rng(seed)
    words = generator.choice([0, 2, 3, 4, 5, 6, 7, 8, 10, 14, 15], 400).astype("<u2") << 12
    words |= generator.integers(0, 1 << 12, 400).astype("<u2") & np.where(words >> 12 < 4, 0xBFF, 0xFFF).astype("<u2")
    path = tmp_path / "a.raw"
    start = np.array([0x8000, 0x6000, 0x0000, 0x3000], "<u2")
    path.write_bytes(b"% evt 3.0\n% geometry 4096x4096\n% end\n" + start.tobytes() + words.tobytes())
    theirs, ours = evt3.decode_file(str(path)), read_evt3(path).events
    for name, values in (("x", theirs.x), ("y", theirs.y), ("t", theirs.timestamp), ("p", theirs.polarity)):
        assert np.array_equal(ours[name], values)


def test_a_clock_of_24_bits_that_begins_anew_twice(tmp_path: Path) -> None:
    events = some_events(0, 40_000, 640, 480, span=40_000_000)
    assert np.array_equal(read_evt3(write_evt3(tmp_path / "a.raw", events)).events, events)


def test_vectors_move_their_base_on(tmp_path: Path) -> None:
    found = _words(tmp_path / "a.raw", 0x8000, 0x6064, 0x0005, 0x3814, 0x4801, 0x50C0, 0x2003, 0x4001)
    assert found.tolist() == [
        (20, 5, 100, True),
        (31, 5, 100, True),
        (32 + 6, 5, 100, True),
        (32 + 7, 5, 100, True),
        (3, 5, 100, False),
        (40, 5, 100, True),
    ]


def test_a_new_upper_half_sets_the_lower_one_to_zero(tmp_path: Path) -> None:
    found = _words(tmp_path / "a.raw", 0x8001, 0x6064, 0x0005, 0x2001, 0x8002, 0x2001)
    assert found["t"].tolist() == [4096 + 100, 2 * 4096]


def test_what_comes_before_the_first_time_row_or_base_is_passed_over(tmp_path: Path) -> None:
    found = _words(tmp_path / "a.raw", 0x0005, 0x2001, 0x8000, 0x6064, 0x2002, 0x4FFF, 0x2803)
    assert found.tolist() == [(2, 5, 100, False), (3, 5, 100, True)]
    assert not _words(tmp_path / "a.raw", 0x8000, 0x2002, 0x2003).size


def test_damaged_files_are_refused(tmp_path: Path) -> None:
    path = write_evt3(tmp_path / "a.raw", clustered(0))
    content = path.read_bytes()
    path.write_bytes(content[:-1])
    assert _error(path).endswith("which is no multiple of 2; it is cut off or damaged, so get it again.")
    path.write_bytes(content + b"\x00\x90")
    assert f"holds a word of the reserved type 9 at byte {len(content):,}; it is damaged" in _error(path)
    path.write_bytes(content.replace(b"640x480\n", b"64x48\n").replace(b"=480;width=640", b"=48;width=64"))
    assert "its sensor has 0 to 63, so it is damaged: get it again." in _error(path)


def test_more_events_than_fit_are_refused_before_they_are_unfolded(tmp_path: Path) -> None:
    path = tmp_path / "a.raw"
    path.write_bytes(HEADER + np.array([0x8000, 0x0000, 0x3000], "<u2").tobytes() + b"\xff\x4f" * 3_000_000)
    assert _error(path) == f"{path} holds 36,000,000 events; at most 33,554,432 are allowed, so cut it into pieces."
