"""gather: which files tell of the same run."""

from pathlib import Path

import pytest

from compiler.pipeline import compile_network
from motifc.evidence import Evidence
from motifc.report.gather import gather
from targets.contracts.errors import InputError
from targets.contracts.raster import save_rasters
from targets.runtime.backend import run
from tests.networks import random_network, random_spikes


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two runs in a folder each; the first with evidence, its input and a recording."""
    for name, seed in (("a", 0), ("b", 1)):
        (tmp_path / name).mkdir()
        network = random_network(seed)
        program = compile_network(network, seed=seed)
        network.save(tmp_path / name / "net.network")
        program.save(tmp_path / name / "net.program")
        if name == "a":
            spikes = random_spikes(0, 11)
            Evidence(program.digest, "samples", "digest").save(tmp_path / "a" / "net.evidence")
            save_rasters({"spikes": spikes}, tmp_path / "a" / "in.npz")
            save_rasters(run(program, spikes).spikes, tmp_path / "a" / "out.npz")
    return tmp_path


@pytest.mark.slow
def test_a_folder_is_a_run(folder: Path) -> None:
    (found,) = gather([folder / "a"])
    assert (found.path, found.name) == (str(folder / "a" / "net.program"), "net")
    assert found.network is not None
    assert found.program is not None
    assert found.network.digest == found.program.origin
    assert found.evidence is not None
    assert found.inputs["touch"].samples == 4
    assert found.source == str(folder / "a" / "in.npz")
    (recorded,) = found.recordings.values()
    assert set(recorded) == {"hidden", "answer"}


def test_runs_are_told_apart_by_as_much_of_their_paths_as_it_takes(folder: Path) -> None:
    runs = gather([folder / "a" / "net.program", folder / "b", folder / "a" / "net.network"])
    assert [run.name for run in runs] == ["a/net", "b/net"]
    assert all(run.network is not None for run in runs)


def test_a_network_alone_is_a_run(folder: Path) -> None:
    (found,) = gather([folder / "a" / "net.network"])
    assert found.program is None


def test_what_belongs_to_no_run_is_refused(folder: Path) -> None:
    save_rasters({"other": random_spikes(0, 5)}, folder / "other.npz")
    with pytest.raises(
        InputError, match=r"other\.npz holds 'other', which are neither inputs nor populations of any run"
    ):
        gather([folder / "a" / "net.program", folder / "other.npz"])
    with pytest.raises(InputError, match=r"^there is neither a \.network nor a \.program nor a \.nir among the files;"):
        gather([folder / "a" / "out.npz"])
    (folder / "empty").mkdir()
    with pytest.raises(InputError, match=r"holds no \.network, \.program, "):
        gather([folder / "empty"])
    (folder / "x.toml").write_text("[search]\nepochs = 1\n")
    with pytest.raises(InputError, match=r"x\.toml is a TOML file; a network or a program or a NIR graph or spikes"):
        gather([folder / "x.toml"])
