"""Graphs within a graph."""

import numpy as np

from compiler.frontends.nir.read import read_nir
from compiler.text import text
from tests.compiler.frontends.nir.graphs import (
    BIAS,
    DT,
    FORWARD,
    WEIGHTS,
    chain,
    cuba,
    graph,
    nir,
    recurrent,
    refused,
    told,
    with_lif,
)


def test_a_graph_within_the_graph_is_spread_out() -> None:
    """As snnTorch writes a recurrent layer: an Input to the neurons, which go round through w_rec."""
    back = nir.Affine(np.array([[0.0, 1.0], [-1.0, 0.0]]), BIAS)
    inner = graph([*chain("input", "lif", "back", "lif"), ("lif", "output")], lif=cuba(), back=back)
    nested = graph(chain("input", "fc", "part", "output"), fc=nir.Linear(WEIGHTS), part=inner)
    spread = graph(
        [*chain("input", "fc", "part.lif", "output"), *chain("part.lif", "part.back", "part.lif")],
        **{"fc": nir.Linear(WEIGHTS), "part.lif": cuba(), "part.back": back},
    )
    lines = [sorted(text(read_nir(each, dt=DT)).splitlines()[1:]) for each in (nested, spread)]  # after the origin
    assert lines[0] == lines[1]
    assert {each.name for each in read_nir(nested, dt=DT).projections} == {"fc", "part.back"}


def test_a_graph_may_hand_on_what_it_hears_and_hold_another() -> None:
    through = graph(chain("input", "output"))
    inner = graph(chain("input", "through", "lif", "output"), through=through, lif=cuba())
    nested = graph(
        chain("input", "fc", "part", "through", "output"), fc=nir.Linear(WEIGHTS), part=inner, through=through
    )
    found = read_nir(nested, dt=DT)
    assert [(each.name, each.source, each.target) for each in found.projections] == [("fc", "input", "part.lif")]
    assert told(nested) == []


def test_an_edge_must_know_its_end() -> None:
    two = recurrent()
    two.nodes["more"] = nir.Input({"input": np.array([2])})
    assert refused(graph(chain("input", "part", "output"), part=two)) == (
        "node 'part' is a graph with 2 nodes of kind Input, ['input', 'more']; an edge can only mean one, so give the "
        "graph one."
    )
    wrong = recurrent()
    wrong.edges.append(("lif", "w_rec"))
    assert refused(graph(chain("input", "part", "output"), part=wrong)).startswith(
        "edge 'part.lif' -> 'part.w_rec' must join two of the nodes ['back', 'fc', 'input', 'lif', 'output'], "
    )


def test_names_that_meet_are_refused() -> None:
    meeting = graph([*FORWARD, ("lif", "a"), ("a", "output")], fc=nir.Linear(WEIGHTS), lif=cuba(), a=with_lif())
    meeting.nodes["a.lif"] = cuba()
    assert refused(meeting) == (
        "two nodes are called 'a.lif', one of them in a graph within the graph; rename one of the two."
    )
