"""--json of every command has the keys that docs/cli.md lists."""

import json
import re
from dataclasses import fields

import numpy as np
import pytest

from motifc.cli import COMMANDS
from motifc.sweep.status import Status
from motifc.sweep.tables import Tables
from targets.contracts.raster import save_rasters
from targets.program.program import Program
from targets.runtime.backend import run
from tests.conftest import REPOSITORY
from tests.motifc.command_line import Motifc
from tests.networks import labelled_spikes, random_spikes

PAGE = (REPOSITORY / "docs" / "cli.md").read_text(encoding="utf-8").partition("## JSON")[2]
LISTED = {
    name: [re.findall(r"`(\w+)`", part) for part in re.sub(r"\([^)]*\)", "", cells).split(";")]
    for names, cells in re.findall(r"^\| (`.*?) \| (.*) \|$", PAGE, re.MULTILINE)
    for name in re.findall(r"`([\w ]+)`", names)
}
ASKED = {
    "eval": "net.network --input labelled.npz",
    "check": "net.network",
    "compile": "net.network --out made.program",
    "damage": "net.network --kind prune --seed 1 --out hurt.network",
    "repair": "net.network --data labelled.npz --reference net.network --out well.network --passes 1",
    "opt": "net.network --pass retime",
    "show": "net.program",
    "run": "net.program --input spikes.npz --out out.npz",
    "verify": "net.program --input spikes.npz",
    "export": "net.program --format lava --out folder",
    "diff": "net.program net.program",
    "explain": "net.program --recording recorded.npz --input spikes.npz",
    "report": "net.program --out page.html",
    "data list": "",
    "data check": "mine.npz",
    "data pack": "spikes.npz spikes.bits",
    "bench backends": "--neurons 64 --backends numpy --steps 20",
    "fuzz": "--programs 1 --backends numpy,numba",
    "doctor": "",
}


@pytest.mark.slow
@pytest.mark.parametrize("command", ASKED)
def test_the_keys_are_those_that_are_listed(motifc: Motifc, command: str) -> None:
    rng = np.random.default_rng(0)
    np.savez("mine.npz", spikes=(rng.random((40, 10, 6)) < 0.3).astype(np.uint8), labels=np.arange(40) % 2)
    save_rasters({"spikes": labelled_spikes(1, 11, 9)}, "labelled.npz")
    save_rasters(run(Program.load("net.program"), random_spikes(0, 11, samples=5)).spikes, "recorded.npz")
    outcome = motifc(*command.split(), *ASKED[command].split(), "--json")
    assert outcome.status == 0, outcome.err
    told = json.loads(outcome.out)
    assert list(told[0] if isinstance(told, list) else told) in LISTED[command]


def test_the_keys_of_a_study_are_those_that_are_listed() -> None:
    assert [*(field.name for field in fields(Status)), "counts", "sentence"] == LISTED["sweep status"][0]
    assert [field.name for field in fields(Tables)] == LISTED["sweep table"][0]


def test_every_command_is_listed() -> None:
    assert {name.split()[0] for name in LISTED} == set(COMMANDS)


def test_every_command_has_it() -> None:
    reference = (REPOSITORY / "docs" / "reference" / "cli.md").read_text(encoding="utf-8")
    without = [part.splitlines()[0] for part in reference.split("## motifc ")[1:] if "--json" not in part]
    assert without == ["sweep trial"]  # typed by executors alone
