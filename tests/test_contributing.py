"""The recipes of CONTRIBUTING.md, followed to the letter by a stranger's package."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest

from compiler.pipeline import compile_network
from search.network import Network
from targets.contracts.raster import load_rasters, save_rasters
from targets.program.program import Program
from targets.runtime.backend import run
from tests.networks import random_network, random_spikes

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def block(heading: str, language: str) -> str:
    """The one code block of a language under a heading."""
    (section,) = re.findall(rf"^## {heading}\n(.*?)(?=^## |\Z)", PAGE, flags=re.MULTILINE | re.DOTALL)
    (code,) = re.findall(rf"^```{language}\n(.*?)^```$", section, flags=re.MULTILINE | re.DOTALL)
    return str(code)


def file_name(heading: str) -> str:
    """The file that the first words under a heading name."""
    return PAGE.split(f"\n## {heading}\n")[1].split("`")[1]


def follow(folder: Path, heading: str) -> list[str]:
    """Run every command of a recipe in `folder`, where modules are found first; what each printed."""
    environment = os.environ | {"PYTHONPATH": f"{folder}{os.pathsep}{ROOT}", "COLUMNS": "200"}
    printed = []
    for line in block(heading, "console").splitlines():
        program, *arguments = shlex.split(line)
        assert program == "motifc"
        command = [sys.executable, "-W", "error", "-m", "motifc", *arguments]
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        printed.append(done.stdout)
    return printed


@pytest.fixture
def network(tmp_path: Path) -> Network:
    """A network that lies in the folder, with its program and spikes for it."""
    made = random_network(0)
    made.save(tmp_path / "net.network")
    compile_network(made).save(tmp_path / "net.program")
    save_rasters({"spikes": random_spikes(0, 11)}, tmp_path / "spikes.npz")
    return made


def put_package(folder: Path, heading: str) -> None:
    """The recipe's module and what installing it leaves: the metadata of a distribution with its entry points."""
    (folder / file_name(heading)).write_text(block(heading, "python"), encoding="utf-8")
    metadata = folder / "stranger-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: stranger\nVersion: 1.0\n")
    lines = []
    for group, points in tomllib.loads(block(heading, "toml"))["project"]["entry-points"].items():
        lines += [f"[{group}]", *(f"{name} = {value}" for name, value in points.items())]
    (metadata / "entry_points.txt").write_text("\n".join(lines) + "\n")


@pytest.mark.slow
@pytest.mark.usefixtures("network")
def test_a_chip(tmp_path: Path) -> None:
    put_package(tmp_path, "A chip")
    (tmp_path / "net.program").unlink()  # the recipe makes it
    compiled, shown = follow(tmp_path, "A chip")
    assert compiled.startswith("net.program: 27 neurons on 1 core of half-loihi2, ")
    assert "half-loihi2" in shown
    assert Program.load(tmp_path / "net.program").chip.name == "half-loihi2"


@pytest.mark.slow
@pytest.mark.usefixtures("network")
def test_a_backend(tmp_path: Path) -> None:
    put_package(tmp_path, "A backend")
    _, verified = follow(tmp_path, "A backend")
    assert "numpy and matrices are equal: 0 of " in verified
    oracle = run(Program.load(tmp_path / "net.program"), random_spikes(0, 11))
    for name, raster in load_rasters(tmp_path / "out.npz").items():
        assert raster.counts().sum() > 0
        assert np.array_equal(raster.packed, oracle.spikes[name].packed)
    with np.load(tmp_path / "out.npz") as written:
        assert np.array_equal(written["hidden.v"][:, -1], oracle.v["hidden"])
    environment = os.environ | {"PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}
    suite = [sys.executable, "-c", "import motifc; print(motifc.check_backend('matrices'))"]
    assert subprocess.run(suite, cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout == "()\n"
    collect = [sys.executable, "-m", "pytest", "--collect-only", "-q", "tests/targets/backends"]
    found = subprocess.run(collect, cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout
    assert found.count("[matrices") > 20


@pytest.mark.slow
def test_a_pass(tmp_path: Path, network: Network) -> None:
    """In a copy of the house, whose chain gets the lines that the recipe adds."""
    for package in ("motifc", "compiler", "search", "targets"):
        shutil.copytree(ROOT / package, tmp_path / package)
    (tmp_path / file_name("A pass")).write_text(block("A pass", "python"), encoding="utf-8")
    pipeline = tmp_path / "compiler" / "pipeline.py"
    chain = pipeline.read_text(encoding="utf-8")
    for hunk in block("A pass", "diff").split("@@\n"):
        lines = hunk.splitlines(keepends=True)
        before = "".join(line[1:] for line in lines if line[0] == " ")
        assert chain.count(before) == 1, before
        chain = chain.replace(before, "".join(line[1:] for line in lines))
    pipeline.write_text(chain, encoding="utf-8")
    (tmp_path / "net.program").unlink()  # the recipe makes it
    _, alone = follow(tmp_path, "A pass")
    stages = [path.name for path in sorted((tmp_path / "stages").iterdir())]
    assert stages.index("02-fold.txt") + 1 == stages.index("03-thin.stage")
    assert alone == (tmp_path / "stages" / "03-thin.txt").read_text(encoding="utf-8")
    whole, thinned = compile_network(network), Program.load(tmp_path / "net.program")
    assert 0 < synapses(thinned) < synapses(whole)


def synapses(program: Program) -> int:
    """Number of synapses that are not zero."""
    return sum(int(np.count_nonzero(each.synapses.weights)) for each in program.projections)


@pytest.mark.slow
def test_a_task(tmp_path: Path) -> None:
    put_package(tmp_path, "A task")
    (checked,) = follow(tmp_path, "A task")
    assert checked.endswith("train: 80 samples, as published\ntest: 20 samples, as published\n")


@pytest.mark.parametrize("heading", ["A chip", "A backend", "A pass", "A task"])
@pytest.mark.parametrize("check", [["check"], ["format", "--check"]], ids=["check", "format"])
def test_a_recipe_passes_the_linter(heading: str, check: list[str]) -> None:
    command = [sys.executable, "-m", "ruff", *check, "--stdin-filename", f"targets/{file_name(heading)}", "-"]
    code = block(heading, "python")
    done = subprocess.run(command, cwd=ROOT, input=code, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
