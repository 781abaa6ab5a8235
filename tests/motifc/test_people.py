"""What everybody tries first: -h, --version, a misspelt name, --json, a narrow terminal."""

import json
import os
import re
import subprocess
import sys

import pytest

from benchmarks.reference import GROUPS
from motifc import __version__
from motifc.cli import COMMANDS
from motifc.extras import advice_for, packages_of_extras
from targets.contracts.shown import unlike
from tests.motifc.command_line import Motifc

LEAVES = [
    leaf for name in COMMANDS for leaf in ([f"{name} {each}" for each in GROUPS[name]] if name in GROUPS else [name])
]


@pytest.mark.parametrize("name", LEAVES)
def test_help_is_short_to_ask_for_and_flags_take_no_value(motifc: Motifc, name: str) -> None:
    short, long = (motifc(*name.split(), asked) for asked in ("-h", "--help"))
    assert short.status == 0
    assert short.out == long.out
    assert "<bool>" not in short.out
    assert re.search(r"--help\s+-h", short.out)


@pytest.mark.slow
@pytest.mark.parametrize("name", [leaf for leaf in LEAVES if leaf != "sweep trial"])  # typed by executors alone
def test_every_command_speaks_json(motifc: Motifc, name: str) -> None:
    assert "--json" in motifc(*name.split(), "--help").out


def test_the_version_is_told(motifc: Motifc) -> None:
    assert motifc("--version").out == f"motifc {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "meant"),
    [
        (("run", "a.program", "--backend", "nump", "--out", "b.npz"), "did you mean numpy or numba?"),
        (("compile", "a.network", "--chip", "Loihi", "--out", "b.program"), "did you mean loihi2 or loihi1?"),
        (("search", "--data", "digit", "--out", "b.network"), "did you mean digits or"),
        (("data", "check", "shdd"), "did you mean shd or"),
    ],
)
def test_a_misspelt_name_is_put_right(motifc: Motifc, arguments: tuple[str, ...], meant: str) -> None:
    told = motifc(*arguments)
    assert told.status == 2
    assert meant in told.err


def test_a_name_like_no_other_is_only_listed() -> None:
    assert unlike("chip", "xyz", ("loihi1", "loihi2")) == (
        "unknown chip 'xyz'; known are loihi1, loihi2, so choose one of them."
    )


def test_show_and_compile_as_json(motifc: Motifc) -> None:
    compiled = json.loads(motifc("compile", "net.network", "--out", "b.program", "--json").out)
    shown = json.loads(motifc("show", "b.program", "--json").out)
    assert compiled["digest"] == shown["digest"]
    assert shown["kind"] == "program"
    assert compiled["cores"] == 1


def test_extras_bring_what_is_imported_and_torch_tells_of_its_small_build() -> None:
    assert "torch" in packages_of_extras()["search"]
    assert "CPU build" in str(advice_for("torch"))
    assert "CPU build" not in str(advice_for("onnx"))


@pytest.mark.slow
def test_completion_is_offered() -> None:
    asked = {"_MOTIFC_COMPLETE": "complete_bash", "COMP_WORDS": "motifc ver", "COMP_CWORD": "1"}
    done = subprocess.run(
        [sys.executable, "-c", "import sys; sys.argv[0] = 'motifc'; from motifc.cli import main; main()"],
        capture_output=True, text=True, check=False, env=os.environ | asked,
    )  # fmt: skip
    assert "verify" in done.stdout.split()
