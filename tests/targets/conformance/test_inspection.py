"""inspect_difference on two neurons whose u, v and input are known by hand."""

import json
import math
from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from targets.backends.numpy import NumpyMachine
from targets.conformance.equivalence import Difference, compare
from targets.conformance.inspection import Contribution, Side, inspect_difference
from targets.contracts.chip import chip_named
from targets.contracts.ports import Input
from targets.contracts.raster import SpikeRaster
from targets.contracts.semantics import LAVA, Semantics
from targets.contracts.synapses import Dense
from targets.program.program import IntPopulation, IntProjection, Program
from targets.runtime.backend import run
from targets.runtime.recording import Probe, Recording
from tests.strategies import random_program
from tests.targets.mutants import mutant

SUBTRACTS = Semantics(reset="subtract")
LOOP = mutant("reset")


def _program(feedback: int = -2) -> Program:
    """Neuron 0 relays x; neuron 1 hears x and, from 2 steps before, neuron 0. u forgets at once, v not at all."""
    p = IntPopulation("p", 1, *(np.array(values) for values in ([4095] * 2, [0] * 2, [2, 4], [0, 1])))
    projections = (
        IntProjection("x-p", "x", "p", Dense(np.array([[8, 0], [2, 4]])), 1, 1),
        IntProjection("p-p", "p", "p", Dense(np.array([[0, 0], [feedback, 0]])), -2, 2),
    )
    return Program(chip_named("loihi2"), (Input("x", 2),), (p,), projections, (), ("p",), None, 5)


INPUTS = {
    "x": SpikeRaster.pack(
        [
            [[0, 0], [0, 0], [0, 0], [0, 0], [0, 0]],
            [[1, 0], [0, 0], [1, 1], [0, 0], [0, 0]],
        ],
        lengths=[5, 4],
    )
}


def _side(name: str, semantics: Semantics, program: Program | None = None) -> Side:
    program = program or _program()

    def run(inputs: Mapping[str, SpikeRaster], probes: Sequence[Probe]) -> Recording:
        return NumpyMachine(program, semantics).run(inputs, probes)

    return Side(name, program, run)


def _difference(left: Side, right: Side) -> Difference:
    first = compare(left.run(INPUTS, ()).spikes, right.run(INPUTS, ()).spikes).first
    assert first is not None
    return first


def test_both_sides_by_hand() -> None:
    """Neuron 0 passes 2 << 6 with 16 << 6 at step 1 and goes on spiking where one threshold is taken away."""
    left, right = _side("numpy", LAVA), _side("other", SUBTRACTS)
    difference = _difference(left, right)
    assert difference == Difference(1, 2, "p", 0, False, True)
    inspection = inspect_difference(difference, INPUTS, left, right)
    assert (inspection.left.u, inspection.left.v, inspection.left.v_asked) == (0, 0, 0)
    assert (inspection.right.u, inspection.right.v, inspection.right.v_asked) == (0, 768, 896)
    assert inspection.left.threshold == inspection.right.threshold == 128
    assert inspection.text() == (
        "sample 1, step 2, population 'p', neuron 0\n"
        "numpy is silent: threshold 128, v before it was asked 0; after the step u 0, v 0\n"
        "  a = 0 from 0 synapses that carried a spike\n"
        "other spikes: threshold 128, v before it was asked 896; after the step u 0, v 768\n"
        "  a = 0 from 0 synapses that carried a spike"
    )


def test_contributions_by_amount_with_the_total() -> None:
    """At step 3 neuron 1 hears (2 + 4) << 1 from x and -38 >> 2 = -10 (of -9.5), or 6 >> 2 = 1, from neuron 0.

    Its v, 1 since the reset at step 1, becomes 1 + (2 << 6) + 1 = 130, or 1 + (13 << 6) + 1 = 834.
    """
    left, right = _side("numpy", LAVA, _program(-38)), _side("other.program", LAVA, _program(6))
    difference = _difference(left, right)
    assert difference == Difference(1, 3, "p", 1, False, True)
    inspection = inspect_difference(difference, INPUTS, left, right)
    assert inspection.left.contributions == (
        Contribution("p-p", "p", 0, 2, -38, -2),
        Contribution("x-p", "x", 1, 1, 4, 1),
        Contribution("x-p", "x", 0, 1, 2, 1),
    )
    assert [synapse.amount for synapse in inspection.left.contributions] == [-9.5, 8, 4]
    assert (inspection.left.a, inspection.right.a) == (2, 13)
    assert inspection.text() == (
        "sample 1, step 3, population 'p', neuron 1\n"
        "numpy is silent: threshold 256, v before it was asked 130; after the step u 128, v 130\n"
        "  a = 2 from 3 synapses that carried a spike\n"
        "  > -9.5 = -38 * 2^-2 from 'p', neuron 0, through 'p-p', delay 2 (other.program: 6 * 2^-2)\n"
        "    +8 = 4 * 2^1 from 'x', neuron 1, through 'x-p', delay 1\n"
        "    +4 = 2 * 2^1 from 'x', neuron 0, through 'x-p', delay 1\n"
        "other.program spikes: threshold 256, v before it was asked 834; after the step u 832, v 0\n"
        "  a = 13 from 3 synapses that carried a spike\n"
        "  > +1.5 = 6 * 2^-2 from 'p', neuron 0, through 'p-p', delay 2 (numpy: -38 * 2^-2)\n"
        "    +8 = 4 * 2^1 from 'x', neuron 1, through 'x-p', delay 1\n"
        "    +4 = 2 * 2^1 from 'x', neuron 0, through 'x-p', delay 1"
    )


def test_a_side_without_traces() -> None:
    """u and v stay unknown; what v was when asked is known in the first step only, whose state before is zero."""
    left, right = _side("numpy", LAVA), Side("loop", _program(), lambda inputs, probes: LOOP.run(_program(), inputs))
    inspection = inspect_difference(Difference(1, 2, "p", 0, False, True), INPUTS, left, right)
    view = inspection.right
    assert (view.u, view.v, view.v_asked, view.threshold, view.a) == (None, None, None, 128, 0)
    assert view.lines(inspection.left) == [
        "loop spikes: threshold 128, v before it was asked unknown; after the step u unknown, v unknown",
        "  a = 0 from 0 synapses that carried a spike",
    ]
    first = inspect_difference(Difference(0, 0, "p", 1, False, True), INPUTS, left, right).right
    assert (first.u, first.v, first.v_asked) == (None, None, 1)


def test_only_the_sample_up_to_the_step_is_run_again() -> None:
    seen: list[tuple[list[list[list[int]]], list[int], Probe]] = []

    def seen_run(inputs: Mapping[str, SpikeRaster], probes: Sequence[Probe]) -> Recording:
        seen.append((inputs["x"].dense().tolist(), inputs["x"].lengths.tolist(), *probes))
        return run(_program(), inputs, probes=probes)

    side = Side("numpy", _program(), seen_run)
    inspect_difference(Difference(1, 2, "p", 1, False, True), INPUTS, side, side)
    for spikes, lengths, probe in seen:
        assert (spikes, lengths) == ([[[1, 0], [0, 0], [1, 1]]], [3])
        assert (probe.population, probe.neurons.tolist()) == ("p", [1])
    assert len(seen) == 2


def test_samples_that_depend_on_each_other_are_told() -> None:
    """The recording that was compared has a spike which a run of the sample alone does not have."""
    side = _side("other", LAVA)
    inspection = inspect_difference(Difference(0, 0, "p", 0, False, True), INPUTS, side, side)
    assert inspection.left.lines(inspection.right) == [
        "other is silent: threshold 128, v before it was asked 0; after the step u 0, v 0",
        "  a = 0 from 0 synapses that carried a spike",
    ]
    assert inspection.right.lines(inspection.left)[2:] == [
        "  run on this sample alone it is silent, so its samples depend on each other"
    ]


def test_text_holds_the_largest_synapses_only() -> None:
    weights = np.arange(2, 42, 2)
    p = IntPopulation("p", 1, *(np.array([value]) for value in (4095, 0, 2, 0)))
    wide = IntProjection("x-p", "x", "p", Dense(weights[None]), 0, 1)
    program = Program(chip_named("loihi2"), (Input("x", 20),), (p,), (wide,), (), ("p",), None, 2)
    inputs = {"x": SpikeRaster.pack(np.ones((1, 2, 20)))}
    side = _side("numpy", LAVA, program)
    view = inspect_difference(Difference(0, 1, "p", 0, True, False), inputs, side, side).left
    assert [synapse.amount for synapse in view.contributions] == weights[::-1].tolist()
    lines = view.lines(view)
    assert lines[1] == "  a = 420 from 20 synapses that carried a spike"
    assert lines[13] == "    +18 = 18 * 2^0 from 'x', neuron 8, through 'x-p', delay 1"
    assert lines[14:] == ["    and 8 more"]


def test_plain_values() -> None:
    left, right = _side("numpy", LAVA, _program(-38)), _side("loop", LAVA, _program(6))
    plain = inspect_difference(Difference(1, 3, "p", 1, False, True), INPUTS, left, right).as_dict()
    assert json.loads(json.dumps(plain))["left"] == {
        "name": "numpy",
        "recorded": False,
        "spike": False,
        "u": 128,
        "v": 130,
        "v_asked": 130,
        "rests": False,
        "threshold": 256,
        "a": 2,
        "contributions": [
            {
                "projection": "p-p",
                "source": "p",
                "neuron": 0,
                "delay": 2,
                "weight": -38,
                "exponent": -2,
                "amount": -9.5,
            },
            {"projection": "x-p", "source": "x", "neuron": 1, "delay": 1, "weight": 4, "exponent": 1, "amount": 8.0},
            {"projection": "x-p", "source": "x", "neuron": 0, "delay": 1, "weight": 2, "exponent": 1, "amount": 4.0},
        ],
    }
    assert plain["difference"]["step"] == 3
    assert plain["right"]["name"] == "loop"


@pytest.mark.parametrize("seed", range(8))
def test_what_is_shown_explains_the_spike(seed: int) -> None:
    """Random programs, any bin: on the oracle's side it spikes where v_asked is above the threshold."""
    rng = np.random.default_rng(seed)
    program, inputs = random_program(rng)
    side = _side("numpy", LAVA, program)
    spikes = side.run(inputs, ()).spikes
    for population in program.populations:
        raster = spikes[population.name]
        for _ in range(4):
            sample, time, neuron = (int(rng.integers(size)) for size in (raster.samples, raster.steps, raster.neurons))
            spike = bool(raster.dense()[sample, time, neuron])
            difference = Difference(sample, time, population.name, neuron, spike, spike)
            view = inspect_difference(difference, inputs, side, side).left
            assert view.spike == spike
            assert view.v_asked is not None
            assert (view.v_asked > view.threshold) == spike
            assert view.v == (0 if spike else view.v_asked)
            by_projection = {p.name: 0.0 for p in program.projections}
            for synapse in view.contributions:
                by_projection[synapse.projection] += synapse.amount
            assert view.a == sum(math.floor(amount) for amount in by_projection.values())
