"""Networks and programs of format version 1, as then written, load and compile to the same integers."""

from pathlib import Path

import numpy as np
import pytest

from compiler.pipeline import compile_network
from compiler.text import text
from search.network import Network
from targets.contracts.chip import chip_named
from targets.program.program import Program
from tests.networks import random_spikes

FOLDER = Path(__file__).parent.parent / "golden" / "version1"
NETWORKS = ("demo", "random1", "tiny")
PROGRAMS = ("demo-small", "random1-small", "tiny-loihi1")


def without_digests(shown: str) -> str:
    """The text without its first line, which names digests: those are of a file's layout too."""
    return shown.split("\n", 1)[1]


def as_shown_then(name: str) -> str:
    return without_digests((FOLDER / f"{name}.txt").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_loads_to_the_same_numbers(name: str, tmp_path: Path) -> None:
    network = Network.load(FOLDER / f"{name}.network")
    assert without_digests(text(network)) == as_shown_then(f"{name}-network")
    network.save(tmp_path / "now.network")
    assert Network.load(tmp_path / "now.network").digest == network.digest


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_loads_to_the_same_integers_cores_and_routes(name: str, tmp_path: Path) -> None:
    program = Program.load(FOLDER / f"{name}.program")
    assert program.chip == chip_named(name.split("-")[1])
    assert without_digests(text(program)) == as_shown_then(f"{name}-program")
    program.save(tmp_path / "now.program")
    assert Program.load(tmp_path / "now.program").digest == program.digest


@pytest.mark.parametrize("name", [*PROGRAMS, "demo-loihi2"])
def test_a_network_compiles_to_the_same_integers_cores_and_tiles(name: str) -> None:
    network, chip = name.split("-")
    calibration = {"touch": random_spikes(1, 11)} if network == "random1" else None
    program = compile_network(Network.load(FOLDER / f"{network}.network"), chip, calibration=calibration)
    assert without_digests(text(program)) == as_shown_then(f"{name}-program")


def test_a_program_on_many_cores_has_the_same_core_for_every_neuron() -> None:
    """The text above tells ranges and digests; this compares the arrays themselves."""
    then = Program.load(FOLDER / "demo-small.program")
    now = compile_network(Network.load(FOLDER / "demo.network"), "small")
    assert len(now.cores) == len(then.cores) > 1
    for mine, theirs in zip(now.cores, then.cores, strict=True):
        assert (mine.x, mine.y, mine.members.keys()) == (theirs.x, theirs.y, theirs.members.keys())
        assert all(np.array_equal(mine.members[name], theirs.members[name]) for name in mine.members)
    for own, old in zip(now.projections, then.projections, strict=True):
        assert (own.name, own.exponent, own.delay) == (old.name, old.exponent, old.delay)
        assert np.array_equal(own.synapses.weights, old.synapses.weights)
