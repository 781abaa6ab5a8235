"""explain: each mutated machine is told by the switch it was made with."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from targets.conformance.equivalence import compare
from targets.conformance.explain import Explanation, explain, explain_program
from targets.contracts.chip import chip_named
from targets.contracts.errors import InputError
from targets.contracts.ports import Input
from targets.contracts.raster import SpikeRaster
from targets.contracts.semantics import FLOAT_SWITCHES, LAVA, SWITCHES, Semantics, variants
from targets.contracts.synapses import Dense
from targets.program.program import IntPopulation, IntProjection, Program
from targets.runtime.backend import run
from tests.strategies import random_program
from tests.targets.mutants import Machine, mutant

Case = tuple[Program, dict[str, SpikeRaster]]


def _case(
    weights: npt.ArrayLike,
    spikes: npt.ArrayLike,
    *,
    du: int = 4095,
    dv: int = 4095,
    vth: int = 2,
    bias: npt.ArrayLike = 0,
    exponent: int = 0,
    own: npt.ArrayLike | None = None,
) -> Case:
    """One population "p" behind an input "x" with spikes [time, neuron], one sample; u and v forget at once."""
    synapses = Dense(np.array(weights))
    post, pre = synapses.shape
    population = IntPopulation(
        "p", 1, *(np.broadcast_to(value, post).astype(np.int32) for value in (du, dv, vth, bias))
    )
    projections = [IntProjection("x-p", "x", "p", synapses, exponent, 1)]
    if own is not None:
        projections.append(IntProjection("p-p", "p", "p", Dense(np.array(own)), 0, 1))
    program = Program(chip_named("loihi2"), (Input("x", pre),), (population,), tuple(projections), (), ("p",), None, 8)
    return program, {"x": SpikeRaster.pack(np.array(spikes)[None])}


def _times(spikes: Mapping[str, SpikeRaster]) -> list[list[int]]:
    """Steps at which each neuron of "p" spikes, first sample."""
    return [np.flatnonzero(train).tolist() for train in spikes["p"].dense()[0].T]


ONE = [[1], [0], [0], [0], [0], [0]]
DIRECTED: dict[str, tuple[Case, list[list[int]], list[list[int]]]] = {
    # switch: program and input; spike times as defined; spike times of the mutant
    "threshold": (_case([[2]], ONE), [[]], [[1]]),  # v = 128 = 2 << 6
    "reset": (_case([[8]], ONE, dv=0), [[1]], [[1, 2, 3]]),  # v = 512, 384, 256, 128
    "reset_time": (_case([[0]], ONE, bias=200), [[0, 1, 2, 3, 4, 5]], [[0, 2, 4]]),
    "output": (_case([[8]], [[1], [0], [1], [0], [0]]), [[1, 3]], [[2, 4]]),
    # What neuron 0 sends to 1 at the end of step 1 has decayed at step 2.
    "recurrence": (_case([[8], [0]], ONE, own=[[0, 0], [8, 0]]), [[1], [2]], [[1], []]),
    # Neuron 0 sums 100 a step to pass 256; neuron 1, without bias, tells a late record from a late bias.
    "first_bias": (_case([[0], [8]], ONE, dv=0, vth=4, bias=[100, 0]), [[2, 5], [1]], [[3], [1]]),
    # v = -127 leaves 0 or -1; 128 more and the bias of 1 are 129 or 128.
    "decay": (_case([[-2, 2]], [[1, 0], [0, 1], [0, 0], [0, 0]], bias=1), [[2]], [[]]),
    # u = 16256 leaves 8128 or 8131; with the bias 8127 or 8130 against 127 << 6 = 8128.
    "du_offset": (_case([[254]], ONE, du=2047, vth=127, bias=-1), [[1]], [[1, 2]]),
    # 12 >> 2 = 3, but 2 * (6 >> 2) = 2; against 2.
    "shift": (_case([[6, 6]], [[1, 1], [0, 0], [0, 0]], exponent=-2), [[1]], [[]]),
    # 5 * (254 << 7) << 6 = 10,403,840 > 2^23
    "overflow": (_case([[254] * 5], [[1] * 5, [0] * 5, [0] * 5], vth=100_000, exponent=7), [[]], [[1]]),
}

IN_WORDS = {
    "threshold": "spikes already at the threshold (threshold: > -> >=)",
    "reset": "resets by subtraction (reset: zero -> subtract)",
    "reset_time": "resets in the step after the spike (reset_time: same step -> next step)",
    "output": "records spikes one step late (output: same step -> next step)",
    "recurrence": "adds a population's own spikes to u at the end of the step before "
    "(recurrence: next step -> same step)",
    "first_bias": "has no bias in the first step (first_bias: present -> missing)",
    "decay": "rounds decays down (decay: toward zero -> down)",
    "du_offset": "does not add 1 to du (du_offset: 1 -> 0)",
    "shift": "shifts each synapse by a negative exponent (shift: sum -> synapse)",
    "overflow": "holds u at the limit of its register (overflow: wrap -> saturate)",
}


def test_every_switch_has_a_directed_program() -> None:
    assert set(DIRECTED) == set(IN_WORDS) == set(SWITCHES)


@pytest.mark.parametrize("switch", SWITCHES)
def test_the_thrown_switch_is_the_only_smallest_explanation(switch: str) -> None:
    (program, inputs), defined, mutated = DIRECTED[switch]
    observed = mutant(switch).run(program, inputs).spikes
    assert _times(Machine().run(program, inputs).spikes) == defined
    assert _times(observed) == mutated
    explanation = explain_program(program, inputs, observed)
    assert explanation.sets == ((switch,),)
    assert explanation.tried == 11
    assert (
        explanation.sentence()
        == f"The only smallest explanation that reproduces the other side exactly: it {IN_WORDS[switch]}."
    )


@pytest.mark.parametrize("switch", SWITCHES)
def test_equal_sides_need_no_switch(switch: str) -> None:
    program, inputs = DIRECTED[switch][0]
    explanation = explain_program(program, inputs, Machine().run(program, inputs).spikes)
    assert explanation == Explanation(((),), 1, SWITCHES, LAVA)
    assert explanation.sentence("lava") == "The oracle reproduces lava exactly, with no switch thrown."


def test_a_pair_is_named_together() -> None:
    program, inputs = DIRECTED["reset"][0]
    observed = mutant("reset", "output").run(program, inputs).spikes
    assert _times(observed) == [[2, 3, 4]]
    explanation = explain_program(program, inputs, observed)
    assert explanation.sets == (("reset", "output"),)
    assert explanation.tried == 1 + 10 + 45
    assert explanation.sentence() == (
        "The only smallest explanation that reproduces the other side exactly: it resets by subtraction "
        "(reset: zero -> subtract) and records spikes one step late (output: same step -> next step)."
    )


def test_sets_that_cannot_be_told_apart_are_all_named() -> None:
    """A neuron driven by its bias alone: without the first bias everything happens one step later."""
    program, inputs = _case([[0]], ONE, dv=0, vth=4, bias=100)
    for switch in ("first_bias", "output"):
        explanation = explain_program(program, inputs, mutant(switch).run(program, inputs).spikes)
        assert explanation.sets == (("output",), ("first_bias",))
        assert explanation.sentence("lava") == (
            "2 smallest explanations reproduce lava exactly and cannot be told apart on this input: it "
            "records spikes one step late (output: same step -> next step); or it has no bias in "
            "the first step (first_bias: present -> missing)."
        )


@pytest.mark.slow
def test_another_weight_is_explained_by_nothing() -> None:
    """Two neurons alike spike alike under every semantics; with one weight changed they do not."""
    program, inputs = _case([[8], [8]], ONE)
    other, _ = _case([[8], [-8]], ONE)
    explanation = explain_program(program, inputs, Machine().run(other, inputs).spikes)
    assert explanation == Explanation((), 1024, SWITCHES, LAVA)
    assert explanation.sentence() == (
        "None of the 1,024 combinations of threshold, reset, reset_time, output, recurrence, first_bias, decay, "
        "du_offset, shift, overflow reproduces the other side."
    )


def test_a_switch_without_effect_is_not_listed() -> None:
    """No negative exponent, no bias, no recurrence and no overflow: four switches thrown in vain beside one."""
    program, inputs = DIRECTED["reset"][0]
    observed = mutant("reset", "shift", "first_bias", "recurrence", "overflow").run(program, inputs).spikes
    assert explain_program(program, inputs, observed).sets == (("reset",),)


def test_only_what_was_observed_counts() -> None:
    """Population q, driven by its bias, cannot tell a late bias from a late record; p, which has none, can."""
    program, inputs = _case([[8]], ONE)
    q = IntPopulation("q", 1, *(np.array([value]) for value in (4095, 0, 4, 100)))
    program = replace(program, populations=(*program.populations, q))
    observed = mutant("first_bias").run(program, inputs).spikes
    assert explain_program(program, inputs, observed).sets == (("first_bias",),)
    assert explain_program(program, inputs, {"q": observed["q"]}).sets == (("output",), ("first_bias",))
    assert explain_program(program, inputs, {"p": observed["p"]}).sets == ((),)


def test_a_difference_in_a_later_sample_is_not_missed() -> None:
    """Sample 1 alone tells >= from >; sample 0 alone tells a late record."""
    program, _ = DIRECTED["threshold"][0]
    inputs = {"x": SpikeRaster.pack([[[0], [0], [0], [0]], [[0], [1], [0], [0]]])}
    observed = mutant("threshold", "output").run(program, inputs).spikes
    assert np.argwhere(observed["p"].dense()).tolist() == [[1, 3, 0]]
    assert explain_program(program, inputs, observed).sets == (("threshold", "output"),)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_smallest_sets_of_random_programs(seed: int) -> None:
    """Whatever is named reproduces, is no larger than what was thrown, and nothing smaller or as large is left out."""
    rng = np.random.default_rng(seed)
    program, inputs = random_program(rng)
    switches = ("threshold", "reset", "output", "first_bias", "du_offset")
    thrown = tuple(switch for switch in switches if rng.random() < 0.4)
    observed = mutant(*thrown).run(program, inputs).spikes

    def simulate(spikes: Mapping[str, SpikeRaster], semantics: Semantics) -> Mapping[str, SpikeRaster]:
        return mutant(*LAVA.difference(semantics)).run(program, spikes).spikes

    reproducing = [
        names
        for size in range(len(switches) + 1)
        for names, semantics in variants(switches, size)
        if compare(simulate(inputs, semantics), observed).equal
    ]
    smallest = min(len(names) for names in reproducing)
    found = explain(simulate, inputs, observed, switches).sets
    assert set(found) == {names for names in reproducing if len(names) == smallest}
    assert smallest <= len(thrown)


def test_any_oracle_switches_and_start() -> None:
    """An oracle that knows only of resets, asked from a start that is not Lava's."""
    raster = SpikeRaster.pack(np.zeros((1, 2, 3)))
    asked: list[Semantics] = []

    def simulate(inputs: Mapping[str, SpikeRaster], semantics: Semantics) -> dict[str, SpikeRaster]:
        asked.append(semantics)
        steps = inputs["x"].steps
        return {"p": SpikeRaster.pack(np.full((1, steps, 3), semantics.reset == "subtract")), "q": raster}

    start = Semantics(reset="subtract", threshold=">=")
    explanation = explain(simulate, {"x": raster}, {"p": raster}, FLOAT_SWITCHES, start)
    assert explanation.sets == (("reset",),)
    assert all(semantics.decay == "toward zero" for semantics in asked)
    assert explanation.sentence() == (
        "The only smallest explanation that reproduces the other side exactly: it resets to zero "
        "(reset: subtract -> zero)."
    )
    assert explanation.as_dict() == {
        "sets": [{"reset": ["subtract", "zero"]}],
        "tried": 7,
        "switches": list(FLOAT_SWITCHES),
        "sentence": explanation.sentence(),
    }


def test_what_fails_once_is_asked_of_a_short_piece_first() -> None:
    """One spike that no oracle has: after the first run of everything, one sample up to that spike is enough."""
    asked: list[tuple[int, int]] = []

    def simulate(inputs: Mapping[str, SpikeRaster], semantics: Semantics) -> Mapping[str, SpikeRaster]:
        asked.append((inputs["x"].samples, inputs["x"].steps))
        return {"p": SpikeRaster.pack(np.zeros((*asked[-1], 2)))}

    observed = np.zeros((5, 10, 2))
    observed[3, 6, 1] = observed[4, 2, 0] = 1
    inputs = {"x": SpikeRaster.pack(np.zeros((5, 10, 1)))}
    assert explain(simulate, inputs, {"p": SpikeRaster.pack(observed)}).sets == ()
    assert asked == [(5, 10)] + [(1, 3)] * 1023


def test_nothing_observed_is_refused() -> None:
    program, inputs = _case([[8]], ONE)
    with pytest.raises(InputError) as error:
        explain_program(program, inputs, {})
    assert str(error.value) == (
        "no population was observed; an explanation needs the spikes of at least one, so record it."
    )


def test_unknown_populations_are_refused() -> None:
    program, inputs = _case([[8]], ONE)
    with pytest.raises(InputError) as error:
        explain_program(program, inputs, {"q": inputs["x"]})
    assert str(error.value) == ("population 'q' was observed, but the oracle has ['p']; rename or leave it out.")


def test_other_sizes_are_refused() -> None:
    program, inputs = _case([[8]], ONE)
    with pytest.raises(InputError) as error:
        explain_program(program, inputs, {"p": SpikeRaster.pack(np.zeros((1, 7, 1)))})
    assert str(error.value) == (
        "population 'p' was observed with (samples, steps, neurons) (1, 7, 1), but the oracle gives (1, 6, 1); "
        "both must be equal, so run both on the same input."
    )


def test_the_latency_of_a_population_is_no_difference() -> None:
    """A recording in the network's own time is explained from there: by nothing, or by the switch that was thrown."""
    (program, inputs), _, _ = DIRECTED["reset"]
    late = replace(
        program,
        populations=(replace(program.populations[0], latency=2),),
        projections=(replace(program.projections[0], delay=3),),
    )
    plain, thrown = Machine().run(program, inputs).spikes, mutant("reset").run(program, inputs).spikes
    assert explain_program(late, inputs, plain).sets == ((),)
    assert explain_program(late, inputs, thrown).sets == (("reset",),)
    assert explain_program(late, inputs, {"p": run(late, inputs).spikes["p"]}).sets == ((),)


def test_what_follows_the_length_of_a_sample_needs_no_explanation() -> None:
    (program, inputs), _, _ = DIRECTED["threshold"]
    cut = {"x": replace(inputs["x"], lengths=np.array([1], np.int32))}
    observed = Machine().run(program, inputs).spikes["p"].dense().copy()
    observed[0, 1:] ^= 1
    assert explain_program(program, cut, {"p": SpikeRaster.pack(observed)}).sets == ((),)
