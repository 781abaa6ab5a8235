"""Limits of the sweep's benchmark: each is noticed where it is passed."""

from dataclasses import replace

from benchmarks.sweep.__main__ import Measured, page, passed

ONE = Measured(1, 100.0, 90.0, (0.98,), 0.1, 5, "digest")
TWO = Measured(2, 55.0, 92.0, (0.95, 0.93), 0.1, 5, "digest")


def test_every_limit_is_noticed() -> None:
    assert passed(ONE, TWO) == []
    for change, told in (
        ({"digest": "other"}, "outcomes differ"),
        ({"cpu": 100.0}, "two workers take 1.11 times the CPU seconds of one; 1.1 is allowed."),
        ({"busy": (0.95, 0.85)}, "a worker ran trials in 85.0% of the wall; 90% is asked for."),
        ({"wall": 61.0}, "two workers take 0.61 times the wall of one; 0.6 is allowed."),
        ({"looks": 0}, "status and table were never told while it ran."),
    ):
        (fault,) = passed(ONE, replace(TWO, **change))
        assert fault.startswith(told)


def test_walls_are_not_judged_beside_much_else() -> None:
    assert passed(ONE, replace(TWO, wall=90.0, beside=1.5)) == []
    assert "so that the wall is not judged" in " ".join(page(ONE, replace(TWO, beside=1.5), 24, [], "command").split())
