"""The page of `python -m benchmarks.distributed`, and its memory at a small size."""

import json
import subprocess
import sys
from typing import Any

import pytest

from benchmarks.distributed.page import page
from tests.conftest import REPOSITORY


def rank(digest: str, cpu: float) -> dict[str, Any]:
    return {"digest": digest, "passes": 1000, "wall": 2.0, "cpu": cpu, "load": 1.0}


LARGE = {"samples": 10, "bytes": 1000, "limit": 500, "read": 100, "steps": [5, 100], "anonymous": [100, 104]}


def test_the_page_says_what_was_measured() -> None:
    found = [((0, 1), [rank("b", 1.5)]), ((1, 4), [rank("a", 2.0)]), ((2, 4), [rank("a", 1.25), rank("a", 1.75)])]
    text, good = page(found, {**LARGE, "subset_equal": True}, 2)
    assert good
    assert "| 2 | 4 | `a` | 500 | 1,000 | 1.5 | 1.0 | 3.0 | 1.0 |" in text
    assert "| no torchrun | 1 | `b` | 500 |  | 1.5 |  | 1.5 | 1.0 |" in text
    assert "(+4.00%)" in text


def test_what_is_not_as_it_should_be_is_told() -> None:
    alike = [((1, 4), [rank("a", 2.0)]), ((2, 4), [rank("a", 1.0), rank("a", 1.0)])]
    other = [((1, 4), [rank("a", 2.0)]), ((2, 4), [rank("a", 1.0), rank("c", 1.0)])]
    good = {**LARGE, "subset_equal": True}
    assert page(alike, good, 2)[1]
    assert not page(other, good, 2)[1]
    assert not page(alike, {**good, "subset_equal": False}, 2)[1]
    assert not page(alike, {**good, "anonymous": [100, 106]}, 2)[1]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="RssAnon and RLIMIT_DATA are those of Linux")
def test_training_holds_no_set_that_lies_in_a_file() -> None:
    """2,000 samples as if they were many: with nothing held beyond 1 MB, memory stays and weights are the same."""
    code = (
        "import json, torch\n"
        "from targets.contracts import scratch\n"
        "scratch.HELD = 1 << 20\n"
        "from benchmarks.distributed.memory import Recordings, anonymous, part, recordings_split, trained\n"
        "torch.set_num_threads(1)\n"
        "trained(recordings_split(Recordings(40), seed=0), 8, {})\n"  # what is loaded and compiled once
        "before = anonymous()\n"
        "split = recordings_split(Recordings(2000), seed=0)\n"
        "after, noted = anonymous(), {20: 0, 400: 0}\n"
        "trained(split, 400, noted)\n"
        "digests = [trained(part(split, 100, held), 30, {}).digest for held in (False, True)]\n"
        "print(json.dumps([before, after, *noted.values(), digests]))\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, timeout=200)
    assert ran.returncode == 0, ran.stderr
    before, after, early, late, digests = json.loads(ran.stdout)
    size = 2000 * 120 * 88
    assert after - before < size / 4
    assert abs(late / early - 1) < 0.05
    assert late - before < size / 2
    assert digests[0] == digests[1]
