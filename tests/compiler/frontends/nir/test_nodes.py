"""The kinds of nodes that can be read, and their widths."""

import numpy as np

from tests.compiler.frontends.nir.graphs import FORWARD, WEIGHTS, chain, cuba, graph, nir, refused, with_lif


def test_nodes_that_are_not_known_are_refused() -> None:
    kinds = "Affine, CubaLIF, Input, LIF, Linear, Output and Scale can be read, so express it by those."
    waiting = graph(FORWARD, fc=nir.Delay(np.ones(2)), lif=cuba())
    assert refused(waiting) == f"node 'fc' is a Delay; {kinds}"
    leaking = graph(FORWARD, fc=nir.Linear(WEIGHTS), lif=nir.LI(np.ones(2), np.ones(2), np.zeros(2)))
    assert refused(leaking) == f"node 'lif' is a LI; {kinds}"
    nested = graph(chain("input", "part", "output"), part=with_lif())
    assert refused(nested) == ("node 'part' is a graph of its own; only flat graphs can be read, so flatten it first.")


def test_an_input_with_two_axes_is_refused() -> None:
    image = graph(FORWARD, fc=nir.Linear(WEIGHTS), lif=cuba(), input=nir.Input({"input": np.array([2, 34])}))
    assert refused(image) == "node 'input' has shape (2, 34); only one axis [neuron] can be read, so flatten it."
