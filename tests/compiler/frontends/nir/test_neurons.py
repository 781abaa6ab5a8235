"""Neuron nodes become populations in steps of dt."""

from typing import Literal

import numpy as np
import pytest

from compiler.frontends.nir.neurons import Neurons
from compiler.frontends.nir.nodes import Node
from compiler.frontends.nir.read import read_nir
from compiler.frontends.nir.readings import Reading
from compiler.text import text
from tests.compiler.frontends.nir.graphs import DT, FORWARD, WEIGHTS, cuba, graph, nir, read, refused, told, with_lif


def test_a_lif_hears_its_input_at_once_and_forgets_it() -> None:
    lif = nir.LIF(tau=np.full(2, 4 * DT), r=np.full(2, 3.0), v_leak=np.zeros(2), v_threshold=np.ones(2))
    found = read(graph(FORWARD, fc=nir.Linear(WEIGHTS), lif=lif))
    np.testing.assert_array_equal(found.populations[0].tau_s, [1, 1])
    np.testing.assert_allclose(found.projections[0].synapses.weights, 0.75 * WEIGHTS)


def test_a_time_constant_rounded_below_one_step_is_one_step() -> None:
    found = read_nir(graph(FORWARD, fc=nir.Linear(WEIGHTS), lif=cuba(tau_syn=DT * (1 - 1e-7))), dt=DT)
    np.testing.assert_array_equal(found.populations[0].tau_s, [1, 1])


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"tau_mem": -0.5},
            "node 'lif' has tau_mem down to -0.5 s at dt = 0.001 s; a time constant lasts at least one step, "
            "so correct it or give a smaller dt.",
        ),
        (
            {"tau_syn": 5e-4},
            "node 'lif' has tau_syn down to 0.0005 s at dt = 0.001 s; a time constant lasts at least one step, "
            "so correct it or give a smaller dt.",
        ),
        (
            {"tau_syn": np.nan},
            "tau_syn of node 'lif' holds 2 NaN or infinite of 2 values; all must be finite, "
            "so repair or retrain the network.",
        ),
        (
            {"v_reset": 2.0, "v_leak": 2.0},
            "node 'lif' has v_threshold down to -1 above v_reset; it must be above v_reset, so raise it.",
        ),
        ({"v_threshold": 0.0}, "node 'lif' has v_threshold down to 0; it must be above 0, so raise it."),
    ],
)
def test_a_neuron_that_cannot_be_is_refused(changes: dict[str, float], sentence: str) -> None:
    assert refused(with_lif(**changes)) == sentence


def test_a_reset_to_the_leak_is_a_shift_of_v() -> None:
    """v' = v - v_leak leaks to 0, resets to 0 and spikes above v_threshold - v_leak."""
    (population,) = read_nir(with_lif(v_reset=-0.5, v_leak=-0.5), dt=DT).populations
    rounded = read_nir(with_lif(v_reset=float(np.float32(0.1)), v_leak=0.1), dt=DT).populations[0]
    np.testing.assert_allclose(rounded.threshold, [0.9, 0.9])
    np.testing.assert_array_equal(population.threshold, [1.5, 1.5])
    np.testing.assert_array_equal(population.bias, [0, 0])


def test_a_reset_beside_the_leak_is_a_shift_of_v_and_a_bias() -> None:
    """v' = v - v_reset starts at 0, leaks to v_leak - v_reset: a quarter of it in each step at tau_mem of 4 steps."""
    (population,) = read_nir(with_lif(v_reset=-0.5, v_leak=0.25), dt=DT).populations
    np.testing.assert_array_equal(population.threshold, [1.5, 1.5])
    np.testing.assert_allclose(population.bias, [0.1875, 0.1875])


@pytest.mark.parametrize("decay", ["euler", "exponential"])
def test_gains_of_what_forgets_nothing_are_finite_under_every_reading(decay: Literal["euler", "exponential"]) -> None:
    """tau and r are both infinite where snnTorch writes a decay of 1: their ratio is 1 / dt, whoever asks."""
    endless = np.full(2, np.inf)
    node = Node("LIF", {"tau": endless, "r": endless, "v_leak": 0.0, "v_threshold": 1.0, "v_reset": 0.0})
    neurons = Neurons.of("lif", node, 2, DT, tell=lambda sentence: None)
    gains: tuple[Literal["file", "1 - decay"], ...] = ("file", "1 - decay")
    for gain in gains:
        np.testing.assert_array_equal(neurons.read(Reading(decay, gain))[1], [1, 1])


def test_an_integrator_forgets_nothing_and_adds_what_it_hears() -> None:
    node = nir.IF(r=np.full(2, 500.0), v_threshold=np.ones(2), v_reset=np.full(2, -0.5))
    found = read(graph(FORWARD, fc=nir.Linear(WEIGHTS), lif=node))
    (population,), (projection,) = found.populations, found.projections
    np.testing.assert_array_equal(1 - 1 / population.tau_m, [1, 1])
    np.testing.assert_array_equal(population.threshold, [1.5, 1.5])
    np.testing.assert_allclose(projection.synapses.weights, 0.5 * WEIGHTS)


def test_a_threshold_remembers_nothing() -> None:
    read_threshold = read_nir(graph(FORWARD, fc=nir.Linear(WEIGHTS), lif=nir.Threshold(np.array([1.0, 2.0]))), dt=DT)
    (population,) = read_threshold.populations
    assert [population.tau_s.tolist(), population.tau_m.tolist()] == [[1, 1], [1, 1]]
    assert [population.threshold.tolist(), population.bias.tolist()] == [[1, 2], [0, 0]]
    np.testing.assert_array_equal(read_threshold.projections[0].synapses.weights, WEIGHTS)


def test_parameters_of_one_value_hold_for_every_neuron() -> None:
    whole, short = with_lif(v_leak=0.25), with_lif(v_leak=0.25)
    for key in ("tau_syn", "tau_mem", "r", "w_in", "v_leak", "v_threshold", "v_reset"):
        values = getattr(short.nodes["lif"], key)
        setattr(short.nodes["lif"], key, values[0] if key.startswith("tau") else values[:1])
    assert text(read_nir(short, dt=DT)) == text(read_nir(whole, dt=DT))
    assert read_nir(short, dt=DT).origin == read_nir(whole, dt=DT).origin


def test_a_neuron_with_arrays_of_two_sizes_is_refused() -> None:
    broken = with_lif()
    broken.nodes["lif"].v_leak = np.zeros(3)
    assert refused(broken) == (
        "node 'lif' has 2 values of tau_syn, of shape (2,), but 3 of v_leak, of shape (3,); one per neuron or one for "
        "all is needed, so match them."
    )


def test_inputs_that_are_not_heard_or_turned_round_are_told() -> None:
    deaf = with_lif()
    deaf.nodes["lif"].w_in = np.array([0.0, 2.0])
    deaf.nodes["lif"].r = np.array([-1.0, -2.0])
    assert told(deaf) == [
        "node 'lif' has r below 0 in 2 of 2 neurons, for which every weight counts with the other sign.",
        "node 'lif' has w_in = 0 in 1 of 2 neurons, which hear none of their input.",
    ]
    assert told(with_lif()) == []
