"""membrane_of: the voltage of one neuron, in integers and in floats."""

import numpy as np
import pytest

from compiler.pipeline import compile_network
from motifc.membrane import Membrane, Voltage, membrane_of, membranes_of
from targets.contracts.errors import InputError
from targets.runtime.backend import run
from tests.networks import random_network, random_spikes


def test_both_sides_are_in_thresholds_and_zero_after_a_spike() -> None:
    network, spikes = random_network(0), random_spikes(0, 11)
    program = compile_network(network)
    found = membrane_of(program, spikes, "hidden", 5, 2, network)
    assert list(found.sides) == ["float", "integer"]
    for side in found.sides.values():
        assert side.v.shape == side.spikes.shape == (30,)
        assert (side.v[side.spikes] == 0).all()
        assert side.v.max() <= 1
    expected = run(program, spikes).spikes["hidden"].dense()[2, :, 5]
    assert found.sides["integer"].spikes.tolist() == expected.astype(bool).tolist()
    assert np.abs(found.sides["float"].v - found.sides["integer"].v)[:5].max() < 0.1


def test_several_neurons_are_those_that_are_watched_one_by_one() -> None:
    network, spikes = random_network(0), random_spikes(0, 11)
    program = compile_network(network)
    watched = {"answer": [1], "hidden": [7, 0]}
    found = membranes_of(program, spikes, watched, 2, network)
    assert [(each.population, each.neuron) for each in found] == [("answer", 1), ("hidden", 7), ("hidden", 0)]
    for each in found:
        alone = membrane_of(program, spikes, each.population, each.neuron, 2, network)
        for name, side in each.sides.items():
            assert np.array_equal(side.v, alone.sides[name].v)
            assert np.array_equal(side.spikes, alone.sides[name].spikes)


def test_of_a_neuron_without_threshold_the_voltage_is_told() -> None:
    still = np.zeros(2, bool)
    sides = {"float": Voltage(np.array([0.0, 1.5]), still), "integer": Voltage(np.array([0.0, 1.25]), still)}
    assert Membrane("out", 2, 1, sides, spiking=False).sentence == (
        "Neuron 2 of out answers in voltage and ended sample 1 at 1.5 in float and 1.25 in integer; the two are at "
        "most 0.25 apart."
    )


def test_a_sentence_tells_how_the_two_sides_differ() -> None:
    fired, late = np.array([False, True, False]), np.array([False, True, True])
    left, right = Voltage(np.array([0.5, 0.0, 0.5]), fired), Voltage(np.array([0.5, 0.0, 0.0]), late)
    assert Membrane("hidden", 3, 1, {"float": left, "integer": right}).sentence == (
        "Neuron 3 of hidden spiked once in float and 2 times in integer in sample 1; their spikes first differ in "
        "step 2, their voltages are at most 0.5 thresholds apart."
    )
    alone = Membrane("hidden", 3, 1, {"integer": right})
    assert alone.sentence == "Neuron 3 of hidden spiked 2 times in integer numbers in sample 1."


def test_a_neuron_that_is_not_there_is_told() -> None:
    with pytest.raises(InputError):
        membrane_of(compile_network(random_network(0)), random_spikes(0, 11), "hidden", 99)
