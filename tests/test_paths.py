"""Every command of the documents' paths, typed as it stands, prints what stands there.

`pytest tests/test_paths.py --update-golden` writes what they print into the pages.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = sorted((ROOT / "docs" / "paths").glob("*.md"))
BLOCK = re.compile(r"(?P<mark><!-- numbers depend on the CPU -->\n)?```(?P<kind>\w+)\n(?P<text>.*?)```\n", re.DOTALL)
NEEDS = {"network-of-mine": "nir", "hardware": "onnx"}


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_path_prints_what_its_page_shows(page: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    if page.stem in NEEDS:
        pytest.importorskip(NEEDS[page.stem], reason=f"{NEEDS[page.stem]} is not installed")
    text = page.read_text(encoding="utf-8")

    def typed(block: re.Match[str]) -> str:
        """The block with what its commands print now."""
        match block["kind"]:
            case "python":
                _run([sys.executable, "-c", block["text"]], tmp_path)
            case "toml":
                (tmp_path / block["text"].partition("\n")[0].removeprefix("# ")).write_text(block["text"])
            case "console":
                commands = [line.removeprefix("$ ") for line in block["text"].splitlines() if line.startswith("$ ")]
                shown = "".join(f"$ {command}\n{_run(['bash', '-c', command], tmp_path)}" for command in commands)
                return f"{block['mark'] or ''}```console\n{shown}```\n"
            case kind:
                pytest.fail(f"nobody runs a block of {kind}")
        return block[0]

    found = BLOCK.sub(typed, text)
    if request.config.getoption("--update-golden"):
        page.write_text(found, encoding="utf-8")
        text = found
    for was, now in zip(BLOCK.finditer(text), BLOCK.finditer(found), strict=True):
        if was["mark"]:
            assert _without_numbers(was[0]) == _without_numbers(now[0])
        else:
            assert was[0] == now[0]


def test_pages_that_show_trained_numbers_say_so() -> None:
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        assert ("numbers depend on the CPU" in text) == ("depend on the processor" in text), page.name


def _run(command: list[str], folder: Path) -> str:
    environment = os.environ | {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "PYTHONPATH": str(ROOT),
        "COLUMNS": "100",
    }
    done = subprocess.run(
        command, cwd=folder, env=environment, text=True, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    # What numba compiles for the first time it says, once on every machine.
    return "".join(line for line in done.stdout.splitlines(keepends=True) if "compiling for this processor" not in line)


def _without_numbers(text: str) -> str:
    """The text with a mark for every word with a digit in it, and tables of any width."""
    return re.sub(r"[^\s(]*\d[^\s)]*", "#", re.sub(r"[ ━─]+", " ", text))
