"""The kept rows, the verdicts on them and the page say the same."""

import tomllib
from collections import Counter

from benchmarks.mutation.command import LEAST, PAGE, PLAN, ROWS, standing, verdicts
from benchmarks.mutation.page import page, score
from benchmarks.mutation.trial import ROOT
from benchmarks.runs import load

ROW = {"file": "a.py", "line": 3, "was": "x | y", "becomes": "x", "seconds": 36.0, "by": ""}
KILLED, ALIVE = {**ROW, "state": "killed"}, {**ROW, "state": "survived"}
OTHER = {**ALIVE, "becomes": "y"}


def test_equivalent_mutants_count_nowhere() -> None:
    verdict = {"file": "a.py", "was": "x | y", "becomes": "y", "equivalent": True, "reason": "both are one"}
    assert score([KILLED, KILLED, KILLED, ALIVE, OTHER], [verdict]) == 0.75
    assert score([KILLED, ALIVE], []) == 0.5
    text = page([KILLED, KILLED, KILLED, ALIVE, OTHER], ["a.py", "b.py"], [verdict], "run it")
    assert "| `a.py` | 5 | 3 | 1 | 1 | 75.0% |" in text
    assert "| `a.py:3` | `x \\| y` | `y` | both are one |" in text
    assert "| `a.py:3` | `x \\| y` | `x` | not looked into |" in text
    assert "Not run yet: `b.py`." in text
    assert "0.050 hours" in text


def test_the_page_is_that_of_the_kept_rows() -> None:
    rows, kept = load(ROWS), PAGE.read_text(encoding="utf-8")
    (command,) = (line.split("`")[1] for line in kept.splitlines() if line.startswith("Command: "))
    assert kept == page(rows, list(tomllib.loads(PLAN.read_text(encoding="utf-8"))["tests"]), verdicts(), command)


def test_what_was_kept_is_good_enough_and_every_survivor_has_a_reason() -> None:
    rows = load(ROWS)
    alive = {(row["file"], row["was"], row["becomes"]) for row in rows if row["state"] == "survived"}
    known = {(each["file"], each["was"], each["becomes"]) for each in verdicts()}
    assert alive - known == set(), "mutants survived that verdicts.toml does not know"
    assert known - alive == set(), "verdicts.toml knows mutants that were killed, or are of code that is gone"
    assert all(each["reason"] for each in verdicts())
    assert score(rows, verdicts()) >= 0.9


def test_most_of_what_was_kept_is_of_the_code_as_it_is() -> None:
    """A function that changes costs its own rows; a quarter may wait for the command to be run again."""
    rows = load(ROWS)
    gone = len(rows) - len(standing(rows))
    assert gone <= len(rows) / 4, (
        f"{gone} of {len(rows)} rows are of code that is gone: run python -m benchmarks.mutation"
    )
    assert score(standing(rows), verdicts()) >= 0.9


def test_every_file_has_its_share_of_the_sample() -> None:
    held = Counter(row["file"] for row in load(ROWS))
    assert held.keys() == tomllib.loads(PLAN.read_text(encoding="utf-8"))["tests"].keys()
    assert min(held.values()) >= LEAST
    assert held.total() >= 600


def test_every_file_of_the_plan_is_there_and_its_tests_too() -> None:
    for path, tests in tomllib.loads(PLAN.read_text(encoding="utf-8"))["tests"].items():
        assert all((ROOT / name).is_file() for name in (path, *tests)), path
