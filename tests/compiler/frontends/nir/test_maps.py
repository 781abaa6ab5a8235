"""Maps one after the other."""

import numpy as np
import pytest

from compiler.frontends.nir.read import read_nir
from tests.compiler.frontends.nir.graphs import BIAS, DT, FORWARD, WEIGHTS, chain, cuba, graph, nir, refused


def test_a_scale_of_one_number_and_a_bias_of_one_hold_for_all() -> None:
    fc = nir.Affine(WEIGHTS, np.array([0.4]))
    whole = graph(chain("input", "fc", "double", "lif", "output"), fc=fc, double=nir.Scale(np.array(2.0)), lif=cuba())
    (projection,) = read_nir(whole, dt=DT).projections
    np.testing.assert_allclose(projection.synapses.weights, 1.5 * WEIGHTS)
    assert projection.bias is not None
    np.testing.assert_allclose(projection.bias, [0.6, 0.6])


@pytest.mark.parametrize(
    ("delay", "told"),
    [
        (2.5 * DT, "0.0025 s, which is 2.5 steps"),
        (-DT, "-0.001 s, which is -1 steps"),
        (1e4, "10000 s, which is 1e+07 "),
    ],
)
def test_a_delay_of_no_whole_steps_is_refused(delay: float, told: str) -> None:
    whole = graph(FORWARD, fc=nir.Delay(np.array([0.0, delay])), lif=cuba())
    assert refused(whole).startswith(f"node 'fc' has a delay of {told}")
    assert refused(whole).endswith(" at dt = 0.001 s; whole steps from 0 to 1,048,576 are needed, so round it.")


def test_a_bias_that_a_delay_would_hold_up_is_refused() -> None:
    late = nir.Delay(np.array([DT]))
    whole = graph(chain("input", "fc", "late", "lif", "output"), fc=nir.Affine(WEIGHTS, BIAS), late=late, lif=cuba())
    assert refused(whole) == (
        "node 'late' delays a bias that a node before it adds; a bias is there from the first step on, so put the "
        "Delay before that node."
    )


def test_two_delays_in_a_row_add_up() -> None:
    """1 and 2 steps, then 3 and 0: neuron 0 after 4 steps, neuron 1 after 2."""
    one, two = nir.Delay(np.array([DT, 2 * DT])), nir.Delay(np.array([3 * DT, 0]))
    whole = graph(chain("input", "one", "two", "lif", "output"), one=one, two=two, lif=cuba())
    found = {each.delay: each.synapses.weights.ravel().tolist() for each in read_nir(whole, dt=DT).projections}
    assert found == {2: [0, 0.75], 4: [0.75, 0]}


def test_weights_beyond_the_range_of_floats_are_refused() -> None:
    whole = graph(chain("input", "fc", "twice", "lif", "output"), fc=nir.Linear(1e200 * WEIGHTS), lif=cuba())
    whole.nodes["twice"] = nir.Scale(np.array([1e200]))
    assert refused(whole) == (
        "the weights of projection 'fc -> twice', with the gains of the neurons behind it, are beyond the range of "
        "float64; correct the parameters of the nodes on it."
    )
