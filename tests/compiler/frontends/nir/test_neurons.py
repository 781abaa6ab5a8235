"""Neuron nodes become populations in steps of dt."""

import numpy as np
import pytest

from compiler.frontends.nir.read import read_nir
from compiler.ir.graph import FloatGraph
from tests.compiler.frontends.nir.graphs import DT, FORWARD, WEIGHTS, cuba, graph, nir, refused, with_lif


def test_a_lif_hears_its_input_at_once_and_forgets_it() -> None:
    lif = nir.LIF(tau=np.full(2, 4 * DT), r=np.full(2, 3.0), v_leak=np.zeros(2), v_threshold=np.ones(2))
    read = read_nir(graph(FORWARD, fc=nir.Linear(WEIGHTS), lif=lif), dt=DT)
    np.testing.assert_array_equal(read.populations[0].tau_s, [1, 1])
    np.testing.assert_allclose(read.projections[0].synapses.weights, 0.75 * WEIGHTS)


def test_a_time_constant_rounded_below_one_step_is_one_step() -> None:
    read: FloatGraph = read_nir(graph(FORWARD, fc=nir.Linear(WEIGHTS), lif=cuba(tau_syn=DT * (1 - 1e-7))), dt=DT)
    np.testing.assert_array_equal(read.populations[0].tau_s, [1, 1])


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
            {"v_reset": -0.5},
            "node 'lif' has v_reset up to 0.5 away from 0; a neuron here resets to 0, "
            "so retrain the network with that.",
        ),
        ({"v_threshold": 0.0}, "node 'lif' has v_threshold down to 0; it must be above 0, so raise it."),
    ],
)
def test_a_neuron_that_cannot_be_is_refused(changes: dict[str, float], sentence: str) -> None:
    assert refused(with_lif(**changes)) == sentence


def test_a_neuron_with_arrays_of_two_sizes_is_refused() -> None:
    broken = with_lif()
    broken.nodes["lif"].v_leak = np.zeros(1)
    assert refused(broken) == ("node 'lif' has 2 values of r but 1 of v_leak; one per neuron is needed, so match them.")
