"""Weight nodes become projections."""

import numpy as np

from compiler.frontends.nir.read import read_nir
from targets.contracts.synapses import BlockDiagonal
from tests.compiler.frontends.nir.graphs import (
    BIAS,
    DT,
    FORWARD,
    WEIGHTS,
    chain,
    cuba,
    graph,
    nir,
    read,
    recurrent,
    refused,
    told,
)


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
    delays = {projection.name: projection.delay for projection in read(two).projections}
    assert delays == {"input -> a": 0, "a -> b": 1, "fc": 1, "b -> c": 0}
    assert told(two) == [
        "'a' and 'b' form a loop without a Delay, in which every edge from neuron to neuron takes 1 step; a framework "
        "that runs one after the other in a step counts fewer, so put Delays where you mean them."
    ]


def test_a_delay_on_a_loop_is_all_the_delay_it_has() -> None:
    """a -> b -> fc -> Delay -> a: what frameworks that evaluate b after a in the same step mean by no Delay."""
    edges = [*chain("input", "a", "b", "fc", "late", "a"), ("b", "output")]
    nodes = {"a": cuba(), "b": cuba(), "fc": nir.Linear(WEIGHTS), "late": nir.Delay(np.full(2, DT))}
    delays = {projection.name: projection.delay for projection in read_nir(graph(edges, **nodes), dt=DT).projections}
    assert delays == {"input -> a": 0, "a -> b": 0, "fc -> late": 1}


def test_delays_that_differ_make_a_projection_each() -> None:
    """Neuron 0 of the input arrives after 2 steps, neuron 1 after 5 and, beside the Delay, both at once."""
    edges = [*chain("input", "late", "fc", "lif", "output"), ("input", "fc")]
    late = nir.Delay(np.array([2 * DT, 5 * DT * (1 + 1e-7)]))
    found = read_nir(graph(edges, late=late, fc=nir.Affine(WEIGHTS, BIAS), lif=cuba()), dt=DT).projections
    assert [(each.name, each.delay) for each in found] == [
        ("input -> lif after 0", 0),
        ("input -> lif after 2", 2),
        ("input -> lif after 5", 5),
    ]
    np.testing.assert_allclose(found[0].synapses.weights, 0.75 * WEIGHTS)
    np.testing.assert_allclose(found[1].synapses.weights, 0.75 * WEIGHTS * [1, 0])
    np.testing.assert_allclose(found[2].synapses.weights, 0.75 * WEIGHTS * [0, 1])
    assert found[0].bias is not None
    np.testing.assert_allclose(found[0].bias, 0.75 * BIAS)
    assert (found[1].bias, found[2].bias) == (None, None)


def test_maps_in_a_row_become_one_projection() -> None:
    found = read_nir(
        graph(
            chain("input", "first", "double", "second", "lif", "output"),
            first=nir.Affine(WEIGHTS, BIAS),
            double=nir.Scale(np.array([2.0, 10.0])),
            second=nir.Affine(np.array([[1.0, 1.0], [0.0, 1.0]]), np.array([0.0, 1.0])),
            lif=cuba(),
        ),
        dt=DT,
    )
    (projection,) = found.projections
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
    assert refused(graph(FORWARD, fc=nir.Linear(np.ones((3, 2, 2))), lif=cuba())) == (
        "weight of node 'fc' has shape (3, 2, 2); it needs 2 axes, so reshape it."
    )
    assert refused(graph(FORWARD, fc=nir.Affine(WEIGHTS, np.zeros(3)), lif=cuba())) == (
        "node 'fc' has weights (2, 2) [post, pre] but 3 biases; one per post neuron is needed, so match them."
    )


def test_parallel_paths_are_summed() -> None:
    """y = (2 x + W x) through a Scale of 3, beside x itself: 0.75 (3 (2 I + W) + I)."""
    edges = [("input", "double"), ("input", "fc"), ("double", "triple"), ("fc", "triple"), ("triple", "lif")]
    found = read_nir(
        graph(
            [*edges, ("input", "lif"), ("lif", "output")],
            double=nir.Scale(np.array([2.0, 2.0])),
            fc=nir.Linear(WEIGHTS),
            triple=nir.Scale(np.array([3.0, 3.0])),
            lif=cuba(),
        ),
        dt=DT,
    )
    (projection,) = found.projections
    assert projection.name == "input -> lif"
    np.testing.assert_allclose(projection.synapses.weights, 0.75 * (3 * (2 * np.eye(2) + WEIGHTS) + np.eye(2)))


def test_two_parallel_maps_are_one_projection_with_the_sum_of_their_biases() -> None:
    edges = [("input", "one"), ("input", "two"), ("one", "lif"), ("two", "lif"), ("lif", "output")]
    found = read_nir(graph(edges, one=nir.Affine(WEIGHTS, BIAS), two=nir.Affine(WEIGHTS, BIAS), lif=cuba()), dt=DT)
    (projection,) = found.projections
    np.testing.assert_allclose(projection.synapses.weights, 2 * 0.75 * WEIGHTS)
    assert projection.bias is not None
    np.testing.assert_allclose(projection.bias, 2 * 0.75 * BIAS)


def test_a_bias_after_a_sum_counts_once() -> None:
    """A Linear hears the input and the neurons, and an Affine hears it: its bias is added once in every step."""
    edges = [*chain("input", "sum", "affine", "lif", "output"), ("lif", "sum")]
    found = read_nir(graph(edges, sum=nir.Linear(WEIGHTS), affine=nir.Affine(np.eye(2), BIAS), lif=cuba()), dt=DT)
    assert [projection.source for projection in found.projections] == ["input", "lif"]
    biases = [projection.bias for projection in found.projections if projection.bias is not None]
    np.testing.assert_allclose(sum(biases), 0.75 * BIAS)


def test_work_grows_with_maps_and_not_with_paths() -> None:
    """60 layers of two parallel maps: 2^60 paths, of which each multiplies by 0.7^60."""
    nodes, edges, before = {}, [], ["input"]
    for layer in range(60):
        for side in "ab":
            nodes[f"{side}{layer}"] = nir.Linear(np.eye(2) * 0.7)
            edges += [(node, f"{side}{layer}") for node in before]
        before = [f"a{layer}", f"b{layer}"]
    edges += [*((node, "lif") for node in before), ("lif", "output")]
    (projection,) = read_nir(graph(edges, **nodes, lif=cuba()), dt=DT).projections
    np.testing.assert_allclose(projection.synapses.weights, 0.75 * np.eye(2) * 1.4**60)


def test_a_long_row_of_maps_is_read() -> None:
    names = [f"map {number}" for number in range(1500)]
    nodes = {name: nir.Scale(np.array([1.0, 1.0])) for name in names}
    (projection,) = read_nir(graph(chain("input", *names, "lif", "output"), **nodes, lif=cuba()), dt=DT).projections
    assert projection.name == "map 0 -> 1,498 more -> map 1499"
    np.testing.assert_allclose(projection.synapses.weights.ravel(), [0.75, 0.75])
