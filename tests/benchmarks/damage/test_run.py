"""Every reader is given damaged files: none ends in anything but what was there before or one sentence."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.damage.__main__ import main
from benchmarks.damage.counting import KEPT, Count, kept
from benchmarks.damage.judging import Judgement, judged
from benchmarks.damage.ours import network
from benchmarks.damage.readers import readers
from benchmarks.damage.reading import FalseAcceptanceError, Reader
from benchmarks.damage.schema import faults
from compiler.pipeline import compile_network
from targets.contracts.artefact import Artefact, load, save
from targets.contracts.errors import InputError
from tests.conftest import REPOSITORY

CORPUS = REPOSITORY / "tests" / "golden" / "damage"


def damage(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benchmarks.damage", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=REPOSITORY, check=False)


@pytest.mark.slow
def test_every_reader_takes_damaged_files_as_they_were_or_refuses_them_in_one_sentence(tmp_path: Path) -> None:
    counts = tmp_path / "counts.json"
    done = damage("run", "--inputs", 60, "--seed", 7, "--seconds", 15, "--counts", counts)
    assert done.returncode == 0, done.stdout + done.stderr
    found = kept(counts)
    assert set(found) == set(readers())
    assert all(each.inputs and not each.other for each in found.values())
    assert sum(each.equal for each in found.values()) > 0
    assert sum(each.refused for each in found.values()) > 0


@pytest.mark.slow
def test_what_has_failed_once_fails_no_more(tmp_path: Path) -> None:
    known = readers()
    files = sorted(path for path in CORPUS.rglob("*") if path.is_file())
    assert files
    for path in files:
        reader = known[path.parent.name]
        with reader.inside():
            found = judged(reader, path.read_bytes(), tmp_path)
        assert found.outcome != "other", f"{path}: {found.reason}"


@pytest.mark.slow
def test_a_run_adds_to_the_count_and_does_no_input_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    counts = tmp_path / "counts.json"
    for inputs, done in ((20, 20), (20, 20), (30, 30)):
        asked = ["damage", "run", "--reader", "series", "--inputs", str(inputs), "--counts", str(counts)]
        monkeypatch.setattr(sys, "argv", asked)
        assert main() == 0
        count = kept(counts)["series"]
        assert (count.inputs, count.seeds) == (done, {"1": done})
        assert count.equal + count.refused == done


def test_inputs_that_fail_are_kept_and_counted_anew_when_they_are_mended() -> None:
    failing, well = Judgement("other", "KeyError"), Judgement("refused", "", 0.5, 3)
    count = Count().after(1, [(0, well), (1, failing), (2, failing)])
    assert (count.inputs, count.refused, count.other, count.failing) == (
        3,
        1,
        2,
        [(1, 1, "KeyError"), (1, 2, "KeyError")],
    )
    assert (count.slowest_seconds, count.most_mebibytes) == (0.5, 3)
    count = count.after(1, [(1, replace(well, seconds=2.0))], again=True)
    assert (count.inputs, count.refused, count.other, count.failing) == (3, 2, 1, [(1, 2, "KeyError")])
    assert count.slowest_seconds == 2.0


def refusing(*lines: str) -> Reader:
    def read(path: Path) -> str:
        raise InputError("\n".join(lines))

    return Reader((b"",), read, lambda content, rng: content)


def test_what_a_reader_may_end_in(tmp_path: Path) -> None:
    def outcome(read: object, wanted: str | None = None) -> str:
        return judged(Reader((b"",), read, lambda content, rng: content), b"", tmp_path, wanted).outcome  # type: ignore[arg-type]

    def false(path: Path) -> str:
        raise FalseAcceptanceError("steps: -5")

    assert outcome(lambda path: "a", "a") == "equal"
    assert outcome(lambda path: "a", "b") == "other"
    assert outcome(false) == "other"
    assert outcome(lambda path: str([][0])) == "other"
    assert outcome(lambda path: str(np.log(np.zeros(1)))) == "other"
    assert judged(refusing("a is b."), b"", tmp_path).outcome == "refused"
    assert judged(refusing("a is b"), b"", tmp_path).outcome == "other"
    assert judged(refusing(), b"", tmp_path).outcome == "other"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("steps", -5), "steps: -5"),
        (("steps", True), "steps: True"),
        (("connections", 0, "delay", 1.5), "delay of 'input': 1.5"),
        (("connections", 0, "source", "nobody"), "KeyError: 'nobody'"),
        (("layers", 0, "name", "x" * 256), "a population: name"),
        (("inputs", 0, "neurons", 6), "'input': shape (6, 5) between (6, 6)"),
    ],
)
def test_the_plain_reading_finds_what_is_illegal(tmp_path: Path, change: tuple[object, ...], told: str) -> None:
    network().save(tmp_path / "a")
    stored = load(tmp_path / "a", "network")
    assert faults((tmp_path / "a").read_bytes()) == []
    *places, last, value = change
    header = dict(stored.header)
    held: Any = header
    for place in places:
        held = held[place]
    held[last] = value
    save(Artefact("network", header, stored.arrays), tmp_path / "b")
    assert told in faults((tmp_path / "b").read_bytes())


def test_the_plain_reading_finds_neurons_on_no_core(tmp_path: Path) -> None:
    compile_network(network(), "loihi2").save(tmp_path / "a")
    stored = load(tmp_path / "a", "program")
    arrays = dict(stored.arrays) | {"cores/0/members/0": np.array([0, 1, 2, 3, 4, 4], np.int32)}
    save(Artefact("program", stored.header, arrays), tmp_path / "b")
    assert faults((tmp_path / "b").read_bytes()) == ["cores hold not every neuron of 'hidden' once"]


def test_the_kept_count_has_every_reader_and_no_failure() -> None:
    found = kept(KEPT)
    assert set(found) == set(readers())
    assert not any(each.other for each in found.values())
    assert all(each.inputs == each.equal + each.refused == sum(each.seeds.values()) for each in found.values())
