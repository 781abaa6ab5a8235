"""The paper's plans: they run to the end on small files of each format, and say what is not measured."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch", reason="torch is not installed")

from benchmarks.studies.paper.command import NAMES, NOT_MEASURED, PLANS, main, page, placed, run
from motifc.sweep.plan import Plan
from motifc.sweep.plan_file import load_plan, plan_of
from motifc.sweep.run import Ran
from search.data.readers.aer import write_recordings
from tests.motifc.sweep.tiny_study import here
from tests.search.data.tasks.event_files import some_events
from tests.search.data.tasks.gesture_files import cut
from tests.search.data.tasks.sounds import tone, write_sphere
from tests.search.data.tasks.spike_files import random_recording, write_n_tidigits

SMALL: dict[str, Any] = {
    "model": {"neurons": [8], "sizes": [4], "readout_neurons": 1},
    "search": {"epochs": 1, "batch": 8},
    "training": {"epochs": 1, "batch": 8},
}


def letters(folder: Path) -> Path:
    for letter, pitch in (("a", 300), ("z", 500)):
        for take in range(5):
            sound = tone(0.1, pitch + 11 * take, 12_500)
            write_sphere(folder / "ti_alpha" / "train" / "f1" / f"0{letter}f1set{take}.wav", sound)
        sound = tone(0.1, pitch + 5, 12_500)
        write_sphere(folder / "ti_alpha" / "test" / "f1" / f"0{letter}f1s3t0.wav", sound)
    return folder


def digits(folder: Path) -> Path:
    def part(speakers: str) -> dict[str, Any]:
        names = [f"man-{speaker}-a-{digit}" for speaker in speakers for digit in "o1"]
        return {name: random_recording(seed, 64, 0.2, 30) for seed, name in enumerate(names)}

    write_n_tidigits(folder / "n-tidigits.hdf5", {"train": part("abc"), "test": part("d")})
    return folder


def events(folder: Path) -> Path:
    labels = [digit for digit in range(10) for _ in range(2)]
    write_recordings(folder, "Train", (some_events(seed) for seed in range(20)), labels)
    write_recordings(folder, "Test", (some_events(seed) for seed in range(60, 62)), range(2))
    return folder


FILES: dict[str, Callable[[Path], Path]] = {
    "ti46-alpha": letters,
    "n-tidigits": digits,
    "dvs-gesture": cut,
    "nmnist": events,
}


def tiny(name: str, folder: Path) -> Plan:
    """The plan of a data set with eight neurons, an epoch and one replicate."""
    plan = load_plan(PLANS / f"{name}.toml")
    content = {
        **plan.content,
        "settings": {**SMALL, "search": {**SMALL["search"], "relaxation": "plain"}},
        "seeds": [201],
    }
    return placed(plan_of({**content, "samples": 2}, PLANS), folder)


def test_the_sizes_and_the_ablation_are_those_of_the_paper() -> None:
    plans = {name: load_plan(PLANS / f"{name}.toml") for name in NAMES}
    neurons = {name: plan.rounds[0][0].settings.model.neurons for name, plan in plans.items()}
    assert neurons == {"ti46-alpha": (800,), "n-tidigits": (400,), "dvs-gesture": (512,), "nmnist": (512,)}
    assert {plan.arms for plan in plans.values()} == {("hrmas", "no-plasticity", "no-lateral", "no-motif", "recurrent")}
    assert all(source.name == name for name, plan in plans.items() for source in plan.data)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_plan_runs_to_the_end_on_small_files(name: str, tmp_path: Path, own_cache: Path) -> None:
    FILES[name](tmp_path / name)
    ran = run(tiny(name, tmp_path), here, tmp_path / "studies", lambda told: None)
    assert isinstance(ran, Ran), ran
    assert ran.good, [row.failure for row in ran.failed]
    written = page({name: ran})
    assert f"| {NOT_MEASURED} |" not in written
    assert written.count(f"| {name} | ") == 5


def test_what_is_not_there_is_not_measured(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["--data", str(tmp_path), "--studies", str(tmp_path / "studies"), "--page", str(tmp_path / "paper.md")]
    assert main(asked) == 0
    told = capsys.readouterr()
    assert told.out.count(f"| {NOT_MEASURED} |") == 5 * len(NAMES)
    assert "ti46-alpha: not measured, since ti46-alpha needs " in told.err
    assert (tmp_path / "paper.md").read_text() == told.out
    assert "| ti46-alpha | hrmas | not measured |  | 0 | 96.44 % |" in told.out
    assert not (tmp_path / "studies").exists()
