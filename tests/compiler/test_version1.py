"""Networks and programs of format version 1, as then written, load and compile to the same integers."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from compiler import pipeline
from compiler.analysis.traffic import traffic
from compiler.ir.graph import IntGraph
from compiler.pipeline import compile_network
from compiler.text import text
from search.network import Network
from targets.contracts.chip import ANY_SLOTS, Limit, chip_named
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


def counted_as_then(program: Program) -> Program:
    """The program on its chip as it was told of then: what delays take was not counted."""
    nothing = Limit(0, "bits per synapse", "none was known")
    return replace(program, chip=replace(program.chip, delay_bits=nothing, input_slots_per_core=ANY_SLOTS))


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
    assert without_digests(text(counted_as_then(program))) == as_shown_then(f"{name}-program")
    program.save(tmp_path / "now.program")
    assert Program.load(tmp_path / "now.program").digest == program.digest


@pytest.mark.slow
@pytest.mark.parametrize("name", [*PROGRAMS, "demo-loihi2"])
def test_a_network_compiles_to_the_same_integers(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """And to as many cores; which neurons lie where has become better since, see below.

    Of random1, which was compiled with data, each weight is rounded by itself, as it was then.
    """
    network, chip = name.split("-")
    calibration = {"touch": random_spikes(1, 11)} if network == "random1" else None
    monkeypatch.setattr(pipeline, "refer", lambda *_: None)
    program = compile_network(Network.load(FOLDER / f"{network}.network"), chip, calibration=calibration)
    now, then = (shown.split("\ncore 0 at ")[0] for shown in (text(program), as_shown_then(f"{name}-program")))
    assert without_digests(now) == then


@pytest.mark.slow
def test_the_weights_are_the_same_and_messages_travel_as_far_within_a_hundredth() -> None:
    """The text above tells ranges and digests; this compares the arrays themselves."""
    then = Program.load(FOLDER / "demo-small.program")
    now = compile_network(Network.load(FOLDER / "demo.network"), "small")
    assert len(now.cores) == len(then.cores) > 1
    assert hops(now) <= 1.01 * hops(then)
    for own, old in zip(now.projections, then.projections, strict=True):
        assert (own.name, own.exponent, own.delay) == (old.name, old.exponent, old.delay)
        assert np.array_equal(own.synapses.weights, old.synapses.weights)


def hops(program: Program) -> float:
    """Tiles that messages travel per step, were all neurons to spike equally often."""
    core_of = {own.name: np.full(own.neurons, -1, dtype=np.int64) for own in program.populations}
    for number, core in enumerate(program.cores):
        for name, members in core.members.items():
            core_of[name][members] = number
    graph = IntGraph(program.inputs, program.populations, program.projections, None, program.steps, "")
    return traffic(graph, core_of).hops(np.array([(core.x, core.y) for core in program.cores]))
