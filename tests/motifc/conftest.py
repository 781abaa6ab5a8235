"""The command line in a folder of its own, and spikes of a user's own."""

import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from compiler.pipeline import compile_network
from motifc.cli import main
from targets.contracts.raster import save_rasters
from tests.motifc.command_line import Motifc, Outcome
from tests.networks import random_network, random_spikes


@pytest.fixture(scope="session")
def kept_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a network, its program and spikes for it, made once."""
    folder = tmp_path_factory.mktemp("files")
    network = random_network(0)
    network.save(folder / "net.network")
    compile_network(network).save(folder / "net.program")
    save_rasters({"spikes": random_spikes(0, 11, samples=5)}, folder / "spikes.npz")
    return folder


@pytest.fixture
def motifc(
    kept_files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Motifc:
    """Run the command line in a folder of its own that holds copies of those files."""
    monkeypatch.chdir(tmp_path)
    for each in kept_files.iterdir():
        shutil.copyfile(each, tmp_path / each.name)

    def call(*arguments: str) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["motifc", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return Outcome(int(ended.value.code or 0), printed.out, printed.err)

    return call


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """Twenty samples of two classes that spike in the first of their two steps; two more steps do not count."""
    path = tmp_path / "mine.npz"
    spikes = np.zeros((20, 4, 6), np.uint8)
    spikes[:, 0] = 1
    np.savez(path, spikes=spikes, labels=np.arange(20) % 2, lengths=np.full(20, 2))
    return path
