"""Weight nodes become projections."""

import numpy as np

from compiler.frontends.nir.read import read_nir
from targets.contracts.synapses import BlockDiagonal
from tests.compiler.frontends.nir.graphs import BIAS, DT, FORWARD, WEIGHTS, chain, cuba, graph, nir, recurrent, refused


def test_a_projection_on_a_cycle_has_delay_one() -> None:
    delays = {projection.name: projection.delay for projection in read_nir(recurrent(), dt=DT).projections}
    assert delays == {"fc": 0, "back": 1}
    two = graph(
        [("input", "a"), ("a", "b"), ("b", "fc"), ("fc", "a"), ("b", "c"), ("c", "output")],
        a=cuba(),
        b=cuba(),
        c=cuba(),
        fc=nir.Linear(WEIGHTS),
    )
    delays = {projection.name: projection.delay for projection in read_nir(two, dt=DT).projections}
    assert delays == {"input -> a": 0, "a -> b": 1, "fc": 1, "b -> c": 0}


def test_maps_in_a_row_become_one_projection() -> None:
    read = read_nir(
        graph(
            chain("input", "first", "double", "second", "lif", "output"),
            first=nir.Affine(WEIGHTS, BIAS),
            double=nir.Scale(np.array([2.0, 10.0])),
            second=nir.Affine(np.array([[1.0, 1.0], [0.0, 1.0]]), np.array([0.0, 1.0])),
            lif=cuba(),
        ),
        dt=DT,
    )
    (projection,) = read.projections
    assert projection.name == "first -> double -> second"
    # y = [2 (x + .5 y + .4) + 10 (-2 x + 4 y - .8),  10 (-2 x + 4 y - .8) + 1], then times .75
    np.testing.assert_allclose(projection.synapses.weights, 0.75 * np.array([[-18.0, 41.0], [-20.0, 40.0]]))
    assert projection.bias is not None
    np.testing.assert_allclose(projection.bias, 0.75 * np.array([-7.2, -7.0]))


def test_an_edge_without_a_map_and_a_scale_are_diagonals() -> None:
    direct = read_nir(graph(chain("input", "lif", "output"), lif=cuba()), dt=DT).projections[0]
    scaled = read_nir(graph(FORWARD, fc=nir.Scale(np.array([2.0, 4.0])), lif=cuba()), dt=DT).projections[0]
    assert isinstance(direct.synapses, BlockDiagonal)
    assert isinstance(scaled.synapses, BlockDiagonal)
    np.testing.assert_allclose(direct.synapses.weights.ravel(), [0.75, 0.75])
    np.testing.assert_allclose(scaled.synapses.weights.ravel(), [1.5, 3.0])


def test_maps_that_cannot_be_are_refused() -> None:
    assert refused(graph(FORWARD, fc=nir.Linear(np.array([[1.0, np.inf], [0, 0]])), lif=cuba())) == (
        "weight of node 'fc' holds 1 NaN or infinite of 4 values; all must be finite, so repair or retrain the network."
    )
    assert refused(graph(FORWARD, fc=nir.Linear(np.ones((1, 2, 2))), lif=cuba())) == (
        "weight of node 'fc' has shape (1, 2, 2); it needs 2 axes, so reshape it."
    )
    assert refused(graph(FORWARD, fc=nir.Affine(WEIGHTS, np.zeros(3)), lif=cuba())) == (
        "node 'fc' has weights (2, 2) [post, pre] but 3 biases; one per post neuron is needed, so match them."
    )
