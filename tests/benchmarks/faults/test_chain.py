"""chain: what is wrong after a fault is seen; what is right is not called wrong."""

from collections import Counter

import numpy as np
import pytest

from benchmarks.faults.attempt import Ended
from benchmarks.faults.chain import Reference, badly_ended, outcome, plan
from benchmarks.faults.fault import FULL, KILLS, Fault

KNOWN = Reference({"work/a": "new a", "work/b": "new b"}, 40, 2.0, 5000)
GIVEN = {"work/in": "read"}


@pytest.mark.parametrize(
    ("before", "after", "told", "wrong"),
    [
        ({}, {}, "none", 0),
        ({"work/a": "old", "work/b": "old"}, {"work/a": "old", "work/b": "old"}, "old", 0),
        ({"work/a": "old"}, {"work/a": "new a", "work/b": "new b"}, "new", 0),
        ({}, {"work/a": "new a"}, "part", 0),
        ({"work/a": "old", "work/b": "old"}, {"work/b": "old"}, "part", 1),
        ({}, {"work/a": "damaged: half", "work/b": "damaged: half"}, "old", 2),
        ({}, {"work/a.checkpoint": "damaged: half"}, "none", 1),
        ({}, {"work/in": "other"}, "none", 1),
    ],
)
def test_files_must_be_as_before_or_as_they_should_become(
    before: dict[str, str], after: dict[str, str], told: str, wrong: int
) -> None:
    state, problems = outcome(GIVEN | before, GIVEN | after, GIVEN, KNOWN)
    assert (state, len(problems)) == (told, wrong)


@pytest.mark.parametrize(
    ("fault", "status", "said", "wrong"),
    [
        (Fault("write"), -9, "", False),
        (Fault("write"), -11, "", True),
        (Fault("write"), None, "", True),
        (Fault("refused"), 2, "motifc: a cannot be written.", False),
        (Fault("refused"), 2, "cannot be written", True),
        (Fault("refused"), 1, "motifc: a cannot be written.", True),
        (Fault("refused"), -9, "", True),
        (Fault("limit"), 2, "motifc: no.\nTraceback (most recent call last)", True),
        (Fault("clock"), 0, "done", False),
    ],
)
def test_commands_end_by_the_signal_well_or_with_a_sentence(
    fault: Fault, status: int | None, said: str, wrong: bool
) -> None:
    assert bool([*badly_ended(fault, Ended(status, said, 0, 0.0, 0))]) is wrong


def test_chains_are_decided_by_their_generator_and_are_of_every_kind() -> None:
    kinds = Counter[str]()
    for number in range(300):
        faults = plan(KNOWN, np.random.default_rng([0, number]), disk=True)
        assert faults == plan(KNOWN, np.random.default_rng([0, number]), disk=True)
        for fault in faults:
            assert 0 <= fault.at <= (5000 if fault.kind in ("byte", "limit", "disk") else 40)
            assert 0 <= fault.seconds <= 2
        kinds.update(fault.kind for fault in faults)
        assert plan(KNOWN, np.random.default_rng([0, number]), disk=False)[0].kind != "disk"
    assert set(kinds) == {*KILLS, *FULL, "denied", "closed", "clock"}
