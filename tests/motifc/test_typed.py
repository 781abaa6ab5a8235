"""A stranger's script outside the checkout, type-checked against the built wheel: real types, none of them Any."""

import json
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY

SCRIPT = """\
import numpy as np
from motifc import Connection, Dense, Input, Layer, Network, Program, SpikeRaster, compare, compile_network, run

layers, weights = (Layer.of("hidden", 3),), Dense(np.ones((3, 2)))
network = Network((Input("touch", 2),), layers, (Connection("all", "touch", "hidden", weights),))
program = compile_network(network, "loihi2")
spikes = run(program, SpikeRaster.pack(np.ones((1, 5, 2)))).spikes
report = compare(spikes, run(Program.load("net.program"), {}, "torch").spikes)
print(reveal_type(network), reveal_type(program), reveal_type(spikes["hidden"]), reveal_type(report))
print(reveal_type(Network.load), reveal_type(Program.load), reveal_type(compile_network))
print(reveal_type(run), reveal_type(compare))
"""

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the script and an environment that has the wheel, and else what this one has."""
    folder = tmp_path_factory.mktemp("stranger")
    (folder / "script.py").write_text(SCRIPT, encoding="utf-8")
    build = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", str(folder)]
    subprocess.run([*build, str(REPOSITORY)], check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    venv.create(folder / "env", with_pip=False)
    python = folder / "env" / "bin" / "python"
    install = [sys.executable, "-m", "pip", "--python", str(python), "install", "-q", "--no-deps", str(wheel)]
    subprocess.run(install, check=True, capture_output=True)
    (site,) = (folder / "env" / "lib").glob("python*/site-packages")
    (site / "others.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    return folder


def checked(shown: str, words: tuple[str, ...]) -> None:
    """Every word is there, and no name is Any or unknown."""
    assert [word for word in words if word not in shown] == []
    assert "Any" not in shown
    assert "Unknown" not in shown


def test_mypy(stranger: Path) -> None:
    command = [sys.executable, "-m", "mypy", "--strict", "--python-executable", "env/bin/python", "script.py"]
    done = subprocess.run(command, cwd=stranger, capture_output=True, text=True, check=False)
    assert "error" not in done.stdout, done.stdout
    modules = ("search.network.Network", "targets.program.program.Program", "targets.contracts.raster.SpikeRaster")
    checked(done.stdout, (*modules, "targets.conformance.equivalence.EquivalenceReport", "def (network: "))


def test_pyright(stranger: Path) -> None:
    pytest.importorskip("basedpyright")
    (stranger / "pyrightconfig.json").write_text('{"typeCheckingMode": "strict"}', encoding="utf-8")
    command = [sys.executable, "-m", "basedpyright", "--outputjson", "--pythonpath", "env/bin/python", "script.py"]
    done = subprocess.run(command, cwd=stranger, capture_output=True, text=True, check=False)
    report = json.loads(done.stdout)
    assert report["summary"]["errorCount"] == 0, done.stdout
    shown = "\n".join(each["message"] for each in report["generalDiagnostics"] if each["severity"] == "information")
    checked(shown, ("Network", "Program", "SpikeRaster", "EquivalenceReport", "(network: Network"))
