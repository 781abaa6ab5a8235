"""An exported folder runs without motifc and gives what the oracle gives."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from targets.backends import lava
from targets.contracts.errors import InputError
from targets.contracts.raster import save_rasters
from targets.contracts.spike_digest import spike_digest
from targets.runtime.backend import run
from tests.strategies import random_program
from tests.targets.backends.lava.jobs import population, program, scattered

TINY = program({"x": 1}, (population("h", 2),))


@pytest.mark.slow
@pytest.mark.skipif(lava.requirement() is not None, reason=str(lava.requirement()))
@pytest.mark.parametrize(("granularity", "packed"), [("layer", False), ("core", True)])
def test_the_folder_runs_by_itself(granularity: str, packed: bool, tmp_path: Path) -> None:
    rng = np.random.default_rng(11)
    given, inputs = random_program(rng)
    given = scattered(given, 2, rng)
    late = (replace(given.populations[0], latency=2), *given.populations[1:])
    given = replace(given, populations=late)
    steps = next(iter(inputs.values())).steps
    if packed:
        lengths = np.maximum(steps - 2 - np.arange(next(iter(inputs.values())).samples), 0)
        inputs = {name: replace(raster, lengths=lengths) for name, raster in inputs.items()}
        steps -= 1
    lava.export(given, tmp_path / "net", granularity)
    if packed:
        save_rasters(inputs, tmp_path / "in.npz")
    else:
        dense = {name: raster.dense() for name, raster in inputs.items()}
        np.savez(tmp_path / "in.npz", allow_pickle=False, **dense)
    done = subprocess.run(
        [sys.executable, "net/run.py", "in.npz", "out.npz", "--steps", str(steps)],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    expected = run(given, {name: raster.until(steps) for name, raster in inputs.items()})
    with np.load(tmp_path / "out.npz", allow_pickle=False) as got:
        for name, raster in expected.spikes.items():
            assert np.array_equal(got[f"{name}.spikes"], raster.dense())
            assert np.array_equal(got[f"{name}.u"], expected.u[name])
            assert np.array_equal(got[f"{name}.v"], expected.v[name])
    lines = [
        f"{name} sample {sample}: {count} spikes"
        for name, raster in expected.spikes.items()
        for sample, count in enumerate(raster.counts().sum(axis=1))
    ]
    assert done.stdout.splitlines() == [*lines, f"spike digest {spike_digest(expected.spikes)}"]


def test_a_folder_with_something_in_it_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("x")
    with pytest.raises(InputError) as error:
        lava.export(TINY, tmp_path)
    assert str(error.value) == (
        f"{tmp_path} is there already; a new folder is written, so give another name, or remove it."
    )
    assert [entry.name for entry in tmp_path.iterdir()] == ["mine"]


def test_a_failed_export_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, text: str, encoding: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(InputError) as error:
        lava.export(TINY, tmp_path / "net")
    assert (
        str(error.value)
        == f"{tmp_path / 'net'} cannot be written (No space left on device); free space or choose another folder."
    )
    assert list(tmp_path.iterdir()) == []


def test_the_folder_knows_nothing_of_motifc_s_tree(tmp_path: Path) -> None:
    lava.export(TINY, tmp_path)  # an empty folder is taken
    texts = [file.read_text() for file in tmp_path.rglob("*.py")]
    assert len(texts) == 12
    assert not any("targets." in text for text in texts)
    assert "- `h`: 2 neurons" in (tmp_path / "README.md").read_text()
    assert TINY.digest in (tmp_path / "README.md").read_text()
    processes = "Lava processes: 2 in all, for inputs 1, for neurons 1\n(one per population), for synapses 0.\n"
    assert processes in (tmp_path / "README.md").read_text()


def test_an_unknown_granularity_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        lava.export(TINY, tmp_path / "net", "chip")
    assert str(error.value) == "unknown granularity 'chip'; known are layer, core, so choose one of them."
    assert list(tmp_path.iterdir()) == []


def test_the_folder_tells_latency_and_records_nothing_that_stands_for_biases(tmp_path: Path) -> None:
    late = (replace(population("h", 2), latency=2), replace(population("s", 1), invented="every step"))
    lava.export(program({"x": 1}, late), tmp_path)
    told = (tmp_path / "README.md").read_text()
    assert "- `h`: 2 neurons, 2 steps late\n" in told
    assert "`s`" not in told
    kept = json.loads((tmp_path / "program.json").read_text())
    assert (kept["latency"], kept["unread"]) == ({"h": 2}, ["s"])
