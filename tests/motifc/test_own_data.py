"""The documentation's own words about a user's spikes, followed to the letter."""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from motifc.cli import main
from search.network import Network
from targets.contracts.raster import load_rasters

ROOT = Path(__file__).parent.parent.parent
TINY = """
[model]
neurons = [16]
sizes = [2, 4]
[search]
epochs = 1
[training]
epochs = 1
"""


def blocks(page: str, heading: str, language: str) -> list[str]:
    """The code blocks of a language under a heading of a page."""
    content = (ROOT / page).read_text(encoding="utf-8")
    section = re.split(r"^##+ ", content.split(f"## {heading}\n")[1], flags=re.MULTILINE)[0]
    found = re.findall(r"^```(\w*)\n(.*?)^```$", section, flags=re.MULTILINE | re.DOTALL)
    return [code for name, code in found if name == language]


def commands(page: str, heading: str) -> Iterator[list[str]]:
    """Arguments of every motifc command under a heading."""
    for line in "".join(blocks(page, heading, "")).splitlines():
        program, *arguments = shlex.split(line)
        assert Path(program).name == "motifc"
        yield arguments


def python(code: str, folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_the_page_alone_leads_from_own_files_to_a_verified_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (snippet,) = blocks("docs/data.md", "A folder of files, step by step", "python")
    python(snippet, tmp_path)
    assert sorted(path.name for path in Path("mine").iterdir()) == ["monday.npz", "tuesday.npz"]
    Path("tiny.toml").write_text(TINY)
    for arguments in commands("docs/data.md", "A folder of files, step by step"):
        small = ["--config", "tiny.toml"] if arguments[0] == "search" else []
        monkeypatch.setattr(sys, "argv", ["motifc", *arguments, *small])
        with pytest.raises(SystemExit) as ended:
            main()
        assert not ended.value.code, (arguments, capsys.readouterr())
    assert Network.load("mine.network").settings["hyperparameters"]["search"]["epochs"] == 1
    assert {path.name for path in Path().glob("mine.*")} == {"mine.network", "mine.html", "mine.program"}
    assert "numpy and numba are equal" in capsys.readouterr().out


@pytest.mark.slow
def test_the_class_of_the_documentation_can_be_searched(tmp_path: Path) -> None:
    (snippet,) = blocks("docs/data.md", "Without files", "python")
    assert snippet.count("Settings(), seed=0") == 1
    (tmp_path / "search.toml").write_text(TINY)
    python(snippet.replace("Settings(), seed=0", "load_settings('search.toml'), seed=0"), tmp_path)
    network = Network.load(tmp_path / "clicks.network")
    assert (network.inputs[0].neurons, network.steps) == (8, 24)
    assert load_rasters(tmp_path / "clicks.npz")["spikes"].samples == 12
