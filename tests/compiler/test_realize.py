"""realize: what a chip's neuron does exactly, what comes nearest, and how far that is away."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from compiler.analysis.interpret import interpret
from compiler.frontends.nir.read import read_nir
from compiler.ir.graph import FloatGraph
from compiler.pipeline import compile_graph
from compiler.realize import realize, recorded_at_once
from targets.contracts.errors import InputError
from targets.contracts.raster import SpikeRaster
from targets.contracts.semantics import LAVA, Semantics
from targets.contracts.synapses import with_weights
from tests.compiler.frontends.nir.test_readings import DT, drawn


def graph(reading: str, kind: str = "LIF", seed: int = 5) -> FloatGraph:
    return read_nir(drawn(np.random.default_rng(seed), kind), DT, tell=lambda told: None, readings=reading)


def spikes(samples: int = 20) -> dict[str, SpikeRaster]:
    return {"input": SpikeRaster.pack(np.random.default_rng(1).random((samples, 60, 4)) < 0.3)}


def differing(one: FloatGraph, other: FloatGraph) -> int:
    mine, theirs = (interpret(each, spikes())["lif"].packed for each in (one, other))
    return int(np.bitwise_count(mine ^ theirs).sum())


@pytest.mark.parametrize("kind", ["LIF", "CubaLIF"])
@pytest.mark.parametrize("reading", ["threshold = >=", "output = next step", "decay = exponential, gain = 1 - decay"])
def test_what_a_core_does_as_well_moves_no_spike(kind: str, reading: str) -> None:
    given = graph(reading, kind)
    realized, substitutes = realize(given)
    assert substitutes == ()
    assert all(population.semantics == LAVA for population in realized.populations)
    assert differing(recorded_at_once(given), realized) == 0


def test_own_spikes_at_the_end_of_a_step_are_decayed_weights() -> None:
    given = graph("recurrence = same step", "CubaLIF")
    quiet = replace(given, projections=tuple(replace(each, bias=None) for each in given.projections))
    realized, substitutes = realize(quiet)
    assert substitutes == ()
    assert differing(quiet, realized) == 0
    assert differing(quiet, graph("", "CubaLIF")) > 0


def simple(reading: str, weight: float, **changes: float) -> FloatGraph:
    """Neurons that hear every input by one weight, and not themselves."""
    given = graph(reading)
    neurons: Any = {key: np.full(6, value) for key, value in {"bias": 0.0, "threshold": 1.0, **changes}.items()}
    population: Any = replace(given.populations[0], **neurons)
    level = [
        replace(each, bias=None, synapses=with_weights(each.synapses, np.full(each.synapses.shape, weight * by)))
        for each in given.projections
        for by in (1 if each.source == "input" else 0,)
    ]
    return replace(given, populations=(population,), projections=tuple(level))


def test_a_threshold_that_is_reached_spikes() -> None:
    given = simple("threshold = >=", 0.25, tau_m=1.0, threshold=0.25)
    assert differing(given, realize(given)[0]) == 0
    plain = replace(given, populations=(replace(given.populations[0], semantics=LAVA),))
    assert differing(given, plain) > 0


@pytest.mark.parametrize(
    ("reading", "kind", "sentence"),
    [
        (
            "snntorch",
            "LIF",
            "population 'lif' loses one threshold in the step after a spike, as no core's neuron does; what comes "
            "nearest is that it resets to zero in the step of the spike and inhibits itself one step later by what a "
            "threshold leaks in a step, which loses what v was above the threshold at the spike: compile it so by "
            "--substitute, or train it so.",
        ),
        (
            "reset = subtract",
            "CubaLIF",
            "population 'lif' loses one threshold at a spike, as no core's neuron does; what comes nearest is that it "
            "resets to zero in the step of the spike, which loses what v was above the threshold at the spike: compile "
            "it so by --substitute, or train it so.",
        ),
        (
            "reset_time = next step",
            "LIF",
            "population 'lif' resets to zero in the step after a spike, as no core's neuron does; what comes nearest "
            "is that it resets to zero in the step of the spike, which loses that it hears nothing in the step after a "
            "spike: compile it so by --substitute, or train it so.",
        ),
        (
            "reset_time = never",
            "LIF",
            "population 'lif' never resets; a core's neuron does after every spike, and nothing stands for one that "
            "does not, so read it otherwise or make it answer in voltage (LI).",
        ),
    ],
)
def test_what_no_core_does_is_refused_with_what_comes_nearest(reading: str, kind: str, sentence: str) -> None:
    with pytest.raises(InputError) as error:
        compile_graph(graph(reading, kind))
    assert str(error.value) == sentence


def test_self_inhibition_stands_for_what_a_threshold_leaks() -> None:
    """A spike leaves v little above the threshold here: with the inhibition less is lost than without."""
    given = simple("snntorch", 0.45, tau_m=2.0)
    realized, (substitute,) = realize(given, substitute=True)
    assert realized.projections[-1].name == "lif resets"
    np.testing.assert_array_equal(realized.projections[-1].synapses.weights.ravel(), np.full(6, -0.5))
    alone = replace(realized, projections=realized.projections[:-1])
    assert 0 < differing(given, realized) < differing(given, alone)
    assert substitute.sentence.startswith("Population 'lif' loses one threshold in the step after a spike; instead it ")


@pytest.mark.parametrize("reading", ["snntorch", "spyx", "snntorch-zero", "snntorch-guard", "rockpool"])
def test_a_program_of_substitutes_tells_what_they_cost(reading: str) -> None:
    given = graph(reading, "CubaLIF")
    program = compile_graph(given, calibration=spikes(), substitute=True)
    told = [each for each in program.settings["losses"] if each.startswith("With substitutes")]
    realized, substitutes = realize(given, substitute=True)
    count = differing(recorded_at_once(given), realized)
    assert told == [
        f"With substitutes population 'lif' differs in {count:,} of 7,200 bins of the calibration data "
        f"({int(interpret(recorded_at_once(given), spikes())['lif'].counts().sum()):,} spikes)."
    ]
    assert [each.sentence in program.settings["losses"] for each in substitutes] == [True] * len(substitutes)
    assert program.origin == given.origin


def test_a_bias_in_the_first_step_is_told() -> None:
    with pytest.raises(InputError) as error:
        realize(graph("first_bias = missing"))
    assert "has no bias in the first step, as no core's neuron does; what comes nearest is that it has it" in str(
        error.value
    )
    assert realize(graph("first_bias = missing"), substitute=True)[0].populations[0].semantics == Semantics()


def test_a_graph_of_plain_neurons_is_returned_as_it_is() -> None:
    given: Any = graph("")
    assert realize(given) == (given, ())
