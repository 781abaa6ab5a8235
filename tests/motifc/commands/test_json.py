"""--json of every command has the keys that docs/cli.md lists."""

import json
import re

import numpy as np
import pytest

from motifc.cli import COMMANDS
from targets.contracts.raster import save_rasters
from tests.conftest import REPOSITORY
from tests.motifc.command_line import Motifc
from tests.networks import labelled_spikes

PAGE = (REPOSITORY / "docs" / "cli.md").read_text(encoding="utf-8").partition("## JSON")[2]
LISTED = {
    name: re.findall(r"`(\w+)`", re.sub(r"\([^)]*\)", "", cells))
    for names, cells in re.findall(r"^\| (`.*?) \| (.*) \|$", PAGE, re.MULTILINE)
    for name in re.findall(r"`([\w ]+)`", names)
}
ASKED = {
    "eval": "net.network --input labelled.npz",
    "check": "net.network",
    "compile": "net.network --out made.program",
    "opt": "net.network --pass retime",
    "show": "net.program",
    "run": "net.program --input spikes.npz --out out.npz",
    "verify": "net.program --input spikes.npz",
    "export": "net.program --format lava --out folder",
    "estimate": "net.program --input spikes.npz",
    "report": "net.program --out page.html",
    "data list": "",
    "data check": "mine.npz",
    "fuzz": "--programs 1 --backends numpy,numba",
    "doctor": "",
}


@pytest.mark.slow
@pytest.mark.parametrize("command", ASKED)
def test_the_keys_are_those_that_are_listed(motifc: Motifc, command: str) -> None:
    rng = np.random.default_rng(0)
    np.savez("mine.npz", spikes=(rng.random((40, 10, 6)) < 0.3).astype(np.uint8), labels=np.arange(40) % 2)
    save_rasters({"spikes": labelled_spikes(1, 11, 9)}, "labelled.npz")
    outcome = motifc(*command.split(), *ASKED[command].split(), "--json")
    assert outcome.status == 0, outcome.err
    told = json.loads(outcome.out)
    assert list(told[0] if isinstance(told, list) else told) == LISTED[command]


def test_every_command_is_listed() -> None:
    assert {name.split()[0] for name in LISTED} | {"explain", "bench", "sweep", "damage", "repair", "diff"} == set(
        COMMANDS
    )


def test_every_command_has_it() -> None:
    reference = (REPOSITORY / "docs" / "reference" / "cli.md").read_text(encoding="utf-8")
    without = [part.splitlines()[0] for part in reference.split("## motifc ")[1:] if "--json" not in part]
    assert without == ["sweep trial"]  # typed by executors alone
