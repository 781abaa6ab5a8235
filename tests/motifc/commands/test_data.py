"""motifc data: what there is, and whether a copy of it is sane."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from motifc.commands.data import data_app
from motifc.datasets import listing
from search.data.load import load_split
from search.data.task import task_named, task_names
from search.data.task_info import TaskInfo
from search.data.tasks import digits
from targets.contracts.bits import save_bits
from targets.contracts.errors import InputError
from targets.contracts.provenance import Provenance
from targets.contracts.raster import load_rasters, save_rasters
from targets.program.program import Program
from tests.motifc.command_line import Motifc
from tests.networks import labelled_spikes

RUNNER = CliRunner()


@pytest.fixture(autouse=True)
def no_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MOTIFC_DATA", raising=False)


def test_list_names_every_set_and_where_to_get_it() -> None:
    done = RUNNER.invoke(data_app, ["list"])
    assert done.exit_code == 0
    for name in task_names():
        about = task_named(name).ABOUT
        state = "built in" if about.built_in else "not found"
        assert f"{name}: {about.title} ({state})\n" in done.stdout
        assert about.files in done.stdout
        assert about.page in done.stdout
    assert "    looked in  nowhere: give --data-dir DIR or set MOTIFC_DATA\n" in done.stdout


def test_list_as_json_is_the_listing() -> None:
    done = RUNNER.invoke(data_app, ["list", "--json"])
    assert json.loads(done.stdout) == [vars(each) for each in listing()]


@pytest.mark.slow
def test_check_counts_what_there_is_and_compares() -> None:
    done = RUNNER.invoke(data_app, ["check", "digits"])
    assert done.exit_code == 0
    assert done.stdout.endswith(
        "0 of 360 test samples equal a sample that is trained on.\n"
        "train: 1,437 samples, as published\ntest: 360 samples, as published\n"
    )
    printed = json.loads(RUNNER.invoke(data_app, ["check", "digits", "--json"]).stdout)
    assert printed["digest"] == load_split("digits").digest
    assert printed["found"] == printed["published"] == {"train": 1437, "test": 360}
    assert printed["equal"]
    assert printed["parts"]["valid"] | {"density": 0} == {
        "samples": 575,
        "steps": 40,
        "neurons": 200,
        "classes": 10,
        "density": 0,
        "silent": 0,
    }


def test_check_ends_with_1_where_counts_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digits, "ABOUT", TaskInfo("Digits", "CC0", 10, 200, {"train": 900, "valid": 575, "test": 360}))
    done = RUNNER.invoke(data_app, ["check", "digits"])
    assert done.exit_code == 1
    assert done.stdout.endswith(
        "train: 862 samples, but 900 were published\n"
        "valid: 575 samples, as published\n"
        "test: 360 samples, as published\n"
    )


def test_check_takes_the_path_of_a_users_own_spikes(mine: Path) -> None:
    assert RUNNER.invoke(data_app, ["check", str(mine)]).exit_code == 0


def test_check_of_a_missing_set_says_what_must_lie_where(tmp_path: Path) -> None:
    about = task_named("nmnist").ABOUT
    done = RUNNER.invoke(data_app, ["check", "nmnist", "--data-dir", str(tmp_path / "absent")])
    assert isinstance(done.exception, InputError)  # the command line prints it and ends with 2
    assert str(done.exception) == (
        f"nmnist needs {about.files}, and {tmp_path / 'absent'} is no folder; get it from {about.page} and give its "
        "folder as --data-dir, or set MOTIFC_DATA to a folder that holds it as nmnist."
    )


def test_spikes_are_packed_for_c(motifc: Motifc) -> None:
    done = motifc("data", "pack", "spikes.npz", "spikes.bits", "--limit", "3")
    assert (done.status, done.out) == (0, "spikes.bits: 3 samples of 30 steps and 11 neurons\n")
    spikes = load_rasters("spikes.npz")["spikes"].take(slice(3))
    save_bits({"x": spikes}, "expected.bits")
    assert Path("spikes.bits").read_bytes() == Path("expected.bits").read_bytes()
    assert motifc("data", "pack", "spikes.npz", "spikes.bits").err.startswith("motifc: spikes.bits is there already")
    assert motifc("data", "pack", "none.npz", "o.bits").err.startswith("motifc: none.npz does not exist; ")
    assert motifc("data", "pack", "spikes.npz", "o.bits", "--limit", "0").status == 2
    told = motifc("data", "pack", "net.program", "o.bits")
    assert told.err == (
        "motifc: net.program does not say which data it was trained on; say which data to take, by a .npz file of "
        "spikes in its place.\n"
    )
    assert not Path("o.bits").exists()


def test_a_program_brings_its_test_samples(motifc: Motifc) -> None:
    save_rasters({"spikes": labelled_spikes(1, 11, 30)}, "mine.npz")
    split = load_split("mine.npz", seed=3)
    provenance = Provenance().after_training(split.origin)
    replace(Program.load("net.program"), provenance=provenance).save("net.program")
    done = motifc("data", "pack", "net.program", "o.bits", "--json")
    assert json.loads(done.out)["samples"] == 6
    assert Path("o.bits").stat().st_size == 16 + 6 * (4 + 2 * json.loads(done.out)["steps"])
