"""faithfulness: what a program with residual weights says of itself, kept in its file, in sentences."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from compiler.analysis.interpret import interpret
from compiler.faithfulness import KEY, faithfulness, told_faithful, unproved
from compiler.frontends.network import lower
from compiler.pipeline import compile_network
from targets.contracts.errors import InputError
from targets.contracts.raster import SpikeRaster
from targets.program.program import Program, Proof
from targets.runtime.backend import run
from tests.networks import random_network, random_spikes

SPIKES = {"touch": random_spikes(7, 11, samples=40)}


@pytest.fixture(scope="module")
def program() -> Program:
    return compile_network(random_network(0), calibration=SPIKES, faithful=True)


def test_cost_scales_and_what_is_reproduced_are_told(program: Program) -> None:
    told = told_faithful(program)
    synapses = sum(np.count_nonzero(each.synapses.weights) for each in program.projections)
    weights = sum(np.count_nonzero(each.synapses.weights) for each in lower(random_network(0)).projections)
    assert told[0] == (
        f"Residuals of 'input', 'intra', 'lateral', 'output': {synapses:,} synapses for {weights:,} weights, on 1 core."
    )
    assert told[1].startswith(f"The threshold of 'hidden' is {program.population('hidden').vth[0]:,}")
    assert re.search(r"; u was seen at 0\.\d\d and v at \d+\.\d\d of its register\.$", told[1])


def test_the_counts_are_those_of_a_run(program: Program) -> None:
    network = random_network(0)
    floats = interpret(lower(network), SPIKES)
    integers = run(program, SPIKES).spikes
    told = faithfulness(program)
    assert told is not None
    strayed = {each.population: each for each in told.strayed}
    assert set(strayed) == {"hidden", "answer"}
    for name, each in strayed.items():
        mine, theirs = integers[name].dense() > 0, floats[name].dense() > 0
        assert each.spikes == theirs.sum()
        assert each.reproduced == (mine & theirs).sum()
        assert each.differing == (mine ^ theirs).sum()
        assert each.equal == (~(mine ^ theirs).any(axis=(1, 2))).sum()
    hidden = strayed["hidden"]
    sentence = next(each for each in told_faithful(program) if each.startswith("'hidden' reproduces "))
    assert sentence.startswith(
        f"'hidden' reproduces {hidden.reproduced:,} of {hidden.spikes:,} float spikes on 40 calibration samples, "
    )
    assert ("; 0 bins differ." in sentence) == (hidden.differing == 0)
    assert (" in float " in sentence) == (hidden.differing > 0)


def test_without_data_nothing_is_said_of_data_and_all_is_proved() -> None:
    program = compile_network(random_network(0), faithful=True)
    told = told_faithful(program)
    assert len(told) == 3
    assert "seen" not in " ".join(told)
    assert unproved(program) == ()


def test_what_is_not_proved_is_told_with_what_was_seen(program: Program) -> None:
    proof = next(each for each in program.proofs if each.population == "hidden")
    risky = replace(program, proofs=(replace(proof, wraps=np.array([3], np.int32)),))
    told = faithfulness(program)
    assert told is not None
    seen = told.scales[0].u
    assert unproved(risky) == (
        f"u of 'hidden': seen {seen:.2f} of its register on the calibration data, not proved to stay there for every "
        "input.",
    )
    assert unproved(replace(risky, settings={})) == ("u of 'hidden': not proved to stay there for every input.",)
    safe = Proof("hidden", (0, 1), (0, 1), (0, 1), np.zeros(0, np.int32), np.array([1], np.int32))
    assert unproved(replace(program, proofs=(safe,))) == ()


def test_the_file_keeps_both_projections_and_all_that_is_told(program: Program, tmp_path: Path) -> None:
    digest = program.save(tmp_path / "kept.program")
    read = Program.load(tmp_path / "kept.program")
    assert read.digest == digest == compile_network(random_network(0), calibration=SPIKES, faithful=True).digest
    assert told_faithful(read) == told_faithful(program)
    assert [(each.name, each.exponent) for each in read.projections] == [
        (each.name, each.exponent) for each in program.projections
    ]
    first = run(program, SPIKES).spikes["answer"]
    assert np.array_equal(first.packed, run(read, SPIKES).spikes["answer"].packed)


def test_a_program_with_one_part_tells_nothing() -> None:
    assert told_faithful(compile_network(random_network(0))) == ()


def test_names_of_others_are_made_harmless(program: Program) -> None:
    told = {**program.settings[KEY], "residuals": ["\x1b[2J"]}
    shown = told_faithful(replace(program, settings={KEY: told}))
    assert shown
    assert "\x1b" not in " ".join(shown)


@pytest.mark.parametrize("wrong", [{}, [], 3, "all", {"synapses": -1}, {"scales": [[1]]}])
def test_settings_of_strangers_that_cannot_be_read_tell_nothing(wrong: object, program: Program) -> None:
    assert told_faithful(replace(program, settings={KEY: wrong})) == ()


def test_a_bound_without_residuals_is_refused() -> None:
    with pytest.raises(InputError, match=r"^at most 100 synapses were asked for without residual weights, which"):
        compile_network(random_network(0), most_synapses=100)


def test_what_is_not_heard_is_not_counted() -> None:
    """Populations that nobody reads are pruned, and told of no more."""
    spikes = {"touch": SpikeRaster.pack(np.ones((2, 30, 11), bool))}
    network = random_network(3)
    graph = replace(network, readout=None)
    program = compile_network(graph, calibration=spikes, faithful=True, outputs=["hidden"])
    told = faithfulness(program)
    assert told is not None
    assert [each.population for each in told.scales] == [each.population for each in told.strayed] == ["hidden"]
