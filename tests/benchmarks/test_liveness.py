"""Signs of life are measured as they come."""

from pathlib import Path

import pytest

from benchmarks.liveness import PLACES, Life, life, page


@pytest.mark.slow
@pytest.mark.parametrize("place", PLACES)
def test_a_command_is_watched_to_its_end(place: str, tmp_path: Path) -> None:
    found = life("search --data nothing --out net.network", place, tmp_path)
    assert (found.command, found.place, found.status) == ("search --data nothing --out net.network", place, 2)
    assert 0 < found.first <= found.seconds
    assert 0 <= found.silent <= found.seconds - found.first
    assert not found.good


def test_what_is_late_silent_or_fails_is_told() -> None:
    good = Life("show", "file", 0, 9.0, 1.0, 5.0)
    found = [good, Life("show", "file", 0, 9.0, 1.1, 5.0), Life("show", "file", 0, 9.0, 1.0, 5.1)]
    failed = Life("show", "terminal", 1, 0.5, 0.5, 0.0)
    assert [each.good for each in (*found, failed)] == [True, False, False, False]
    rows = [line.split(" | ") for line in page([*found, failed]).splitlines() if line.startswith("| `motifc show`")]
    assert [row[-1].rstrip(" |") for row in rows] == ["good", "too late", "too late", "fails"]
    assert rows[1][1:5] == ["file", "9.0", "1.10", "5.00"]
