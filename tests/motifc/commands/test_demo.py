"""motifc demo: the parts of the chain are handed on to each other; the chain itself is tests/motifc/test_demo.py."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from motifc.demo import BackendResult, DemoResult
from search.data.task import task_named
from targets.contracts.provenance import Making, Provenance
from targets.contracts.raster import SpikeRaster
from targets.runtime.registry import ORACLE
from tests.motifc.command_line import Motifc
from tests.networks import random_network

RESULT = DemoResult(0, 4, 0.5, 3, 5_000, (BackendResult(ORACLE, 0.75, 1_234, 0, 1.25),), "loihi1", 1, "n", "p", "hrmas")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the search and the demo were asked, with nothing done."""
    calls: list[Any] = []

    def searched(split: Any, settings: Any, seed: int, device: str, method: str) -> object:
        calls.append((split.digest, seed, device, method))
        return random_network(seed)

    def demo(
        network: Any, test: SpikeRaster, chip: str, seed: int, out: Path, tell: Callable[[str], None], replace: bool
    ) -> DemoResult:
        tell("running the float network")
        calls.append((network.digest, test.samples, chip, seed, out, replace))
        return RESULT

    monkeypatch.setattr("motifc.commands.demo.searched", searched)
    monkeypatch.setattr("motifc.demo.demo", demo)
    return calls


def test_digits_are_searched_and_the_network_shown_on_every_backend(motifc: Motifc, asked: list[Any]) -> None:
    outcome = motifc("demo", "--out", "made", "--seed", "3", "--chip", "loihi1")
    assert outcome.status == 0, outcome.err
    split = task_named("digits").load(3)
    assert asked == [
        (split.digest, 3, "cpu", "hrmas"),
        (random_network(3).digest, split.test.samples, "loihi1", 3, Path("made"), False),
    ]
    assert Path("made").is_dir()
    assert f"program on {ORACLE}" in outcome.out
    assert outcome.out.endswith("Written: made/demo.network, made/demo.program, made/demo.evidence, made/report.html\n")


@pytest.mark.usefixtures("asked")
def test_figures_as_json(motifc: Motifc) -> None:
    outcome = motifc("demo", "--out", "made", "--json")
    assert (outcome.status, json.loads(outcome.out)) == (0, json.loads(json.dumps(RESULT.as_dict())))


@pytest.mark.usefixtures("asked")
def test_a_bin_that_differs_ends_it_with_1(motifc: Motifc, monkeypatch: pytest.MonkeyPatch) -> None:
    differing = replace(RESULT, backends=(replace(RESULT.backends[0], differing=1),))
    monkeypatch.setattr("motifc.demo.demo", lambda *_: differing)
    assert motifc("demo", "--out", "made").status == 1


def test_a_folder_of_an_earlier_demo_needs_no_force(motifc: Motifc, asked: list[Any]) -> None:
    step = Making("search by hrmas", "motifc demo --out made", {}, "cpu", 1, "cpu", "2026-11-28T12:00:00+00:00")
    Path("made").mkdir()
    replace(random_network(0), provenance=Provenance().after(step)).save("made/demo.network")
    Path("made/report.html").write_text("of the demo")
    outcome = motifc("demo", "--out", "made")
    assert outcome.status == 0, outcome.err
    assert asked[-1][-1] is True


def test_a_folder_that_cannot_be_made_is_told(motifc: Motifc, asked: list[Any]) -> None:
    Path("made").write_text("a file")
    outcome = motifc("demo", "--out", "made")
    assert (outcome.status, asked) == (2, [])
    assert outcome.err == "motifc: made cannot be made (File exists); choose another folder.\n"
