"""The page of faithful programs says what the kept rows say, and the command measures nothing again."""

from pathlib import Path

import pytest

pytest.importorskip("torch", reason="torch is not installed")

from benchmarks.faithful.command import KEPT, PAGE, main
from benchmarks.runs import load

BARS = ("differing", "equal")


def test_the_page_in_the_documents_says_what_its_rows_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.runs.ProcessPoolExecutor", None)
    main(["--page", str(tmp_path / "faithful.md")])
    assert (tmp_path / "faithful.md").read_text() == PAGE.read_text()


def test_what_was_promised_is_on_the_page() -> None:
    """No bin differs from the recording; random inputs and searched networks keep to their bars, all seeds pooled."""
    touch, *searched = load(KEPT)
    assert set(touch["recorded"]["proved"]) == {"numpy", "numba", "c", "lava", "onnx", "torch"}
    for name in ("proved", "calibrated"):
        assert set(touch["recorded"][name].values()) == {0}
        differing, equal = (sum(each["programs"][name][what] for each in touch["random"]) for what in BARS)
        assert differing <= 0.06 * sum(each["spikes"] for each in touch["random"])
        assert equal >= 0.55 * sum(each["samples"] for each in touch["random"])
    assert [row["seed"] for row in searched] == [0, 1, 2, 3, 4]
    samples, own = sum(row["samples"] for row in searched), [row["programs"]["calibrated"] for row in searched]
    hidden = sum(each["populations"]["hidden"]["differing"] for each in own)
    assert hidden <= 0.06 * sum(row["spikes"]["hidden"] for row in searched)
    assert sum(each["populations"]["readout"]["equal"] for each in own) >= 0.35 * samples
    assert abs(sum(each["right"] for each in own) - sum(row["right"] for row in searched)) <= 0.001 * samples
    for row in (touch, *searched):
        assert row["programs"]["calibrated"]["synapses"] <= 2.2 * row["programs"]["plain"]["synapses"]


def test_the_causes_are_those_of_the_program_that_ran() -> None:
    for row in load(KEPT)[1:]:
        for name, counts in row["causes"].items():
            assert counts[""] == [row["programs"]["calibrated"]["populations"][name]["differing"], 0]
