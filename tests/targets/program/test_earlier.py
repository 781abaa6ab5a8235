"""with_latency: programs that told their latency in the settings, by the names of populations."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from targets.contracts import artefact
from targets.contracts.artefact import Artefact
from targets.contracts.chip import chip_named
from targets.contracts.errors import InputError
from targets.contracts.ports import Input
from targets.contracts.serial import pack
from targets.program.program import Core, IntPopulation, Program

NUMBERS = [np.ones(1, np.int32)] * 4


def program(*populations: IntPopulation) -> Program:
    held = {population.name: np.arange(population.neurons, dtype=np.int32) for population in populations}
    names = tuple(population.name for population in populations if not population.invented)
    return Program(chip_named("loihi2"), (Input("x", 1),), populations, (), (Core(0, 0, held),), names, None, 12)


def stored_earlier(later: Program, path: Path, late: object) -> None:
    """The file of `later` as it was written when only the settings told of latency."""
    header, arrays = pack(later)
    for entry in header["populations"]:
        del entry["latency"], entry["invented"]
    header["settings"] = {"seed": 0, "latency": late}
    header["outputs"] = [entry["name"] for entry in header["populations"]]
    artefact.save(Artefact("program", header, arrays), path)


def test_latency_in_the_settings_means_the_same(tmp_path: Path) -> None:
    now = program(
        IntPopulation("a", 1, *NUMBERS, latency=2),
        IntPopulation("b", 1, *NUMBERS),
        IntPopulation("always on", 1, *NUMBERS, invented="every step"),
        IntPopulation("first step 2", 1, *NUMBERS, invented="first step"),
    )
    stored_earlier(now, tmp_path / "old.program", {"a": 2})
    loaded = Program.load(tmp_path / "old.program")
    assert loaded.digest == replace(now, settings={"seed": 0}).digest
    assert (loaded.latency, loaded.latest, loaded.outputs) == ({"a": 2}, 2, ("a", "b"))


def test_a_late_population_of_the_network_keeps_its_name(tmp_path: Path) -> None:
    now = program(IntPopulation("always on", 1, *NUMBERS, latency=1))
    stored_earlier(now, tmp_path / "old.program", {"always on": 1})
    assert Program.load(tmp_path / "old.program").latency == {"always on": 1}


@pytest.mark.parametrize("late", [{"a": "2"}, {"a": -1}, {"a": True}, {"a": 10**18}, {"a": None}])
def test_a_latency_that_is_none_is_told_in_a_sentence(tmp_path: Path, late: object) -> None:
    stored_earlier(program(IntPopulation("a", 1, *NUMBERS)), tmp_path / "old.program", late)
    with pytest.raises(InputError, match=r"latency.*, so|so write the file again"):
        Program.load(tmp_path / "old.program")


def test_settings_of_another_kind_are_left_alone(tmp_path: Path) -> None:
    stored_earlier(program(IntPopulation("a", 1, *NUMBERS)), tmp_path / "old.program", "none")
    assert Program.load(tmp_path / "old.program").settings["latency"] == "none"
