"""explain_graph: layers that were run under readings of their own are told apart, each by itself."""

from typing import Any

import numpy as np
import pytest

from compiler.analysis.interpret import interpret
from compiler.frontends.nir.explanation import explain_graph, readings_of
from compiler.frontends.nir.read import unread_nir
from compiler.frontends.nir.readings import Reading, reading_of
from compiler.frontends.nir.unread import UnreadGraph
from targets.contracts.errors import InputError
from targets.contracts.raster import SpikeRaster
from tests.compiler.frontends.nir.graphs import nir

DT = 1e-3


def layers(seed: int) -> UnreadGraph:
    """Two CubaLIF layers of 8 behind 5 inputs, the first of which hears itself."""
    rng = np.random.default_rng(seed)

    def cuba() -> Any:
        taus = (rng.uniform(2, 4, 8) * DT, rng.uniform(3, 8, 8) * DT)
        return nir.CubaLIF(*taus, rng.uniform(3, 8, 8), np.zeros(8), np.ones(8), w_in=rng.uniform(1, 3, 8))

    nodes = {
        "x": nir.Input({"input": np.array([5])}),
        "f": nir.Linear(rng.normal(0.4, 1, (8, 5))),
        "a": cuba(),
        "r": nir.Affine(rng.normal(0, 1, (8, 8)), np.full(8, 0.1)),
        "g": nir.Linear(rng.normal(0.4, 1, (8, 8))),
        "b": cuba(),
        "y": nir.Output({"output": np.array([8])}),
    }
    edges = [("x", "f"), ("f", "a"), ("a", "r"), ("r", "a"), ("a", "g"), ("g", "b"), ("b", "y")]
    return unread_nir(nir.NIRGraph(nodes, edges, type_check=False), DT, tell=lambda told: None)


def spikes(seed: int) -> dict[str, SpikeRaster]:
    return {"x": SpikeRaster.pack(np.random.default_rng(seed).random((3, 50, 5)) < 0.4)}


PAIRS = [
    ("snntorch", "snntorch-zero"),
    ("norse", "rockpool"),
    ("spyx", "first_bias = missing"),
    ("sinabs", "snntorch-guard"),
    ("recurrence = same step", "reset_time = never"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_each_layer_is_explained_by_its_own_reading(first: str, second: str) -> None:
    graph, x = layers(2), spikes(1)
    second = "output = next step" if second.startswith("first_bias") else second  # b has no bias
    recorded = interpret(graph.read({"a": first, "b": second}), x)
    a, b = explain_graph(graph, x, recorded)
    assert (a.population, b.population) == ("a", "b")
    assert reading_of(first, "CubaLIF") in a.readings
    assert reading_of(second, "CubaLIF") in b.readings
    assert ("=" in first) or first in a.presets
    assert (a.nearest, b.nearest, a.alike, b.alike) == ((), (), (), ())
    again = interpret(graph.read(readings_of((a, b))), x)
    assert all((again[name].packed == raster.packed).all() for name, raster in recorded.items())


def test_a_layer_that_follows_nothing_spoils_no_other() -> None:
    graph, x = layers(2), spikes(1)
    recorded = interpret(graph.read(), x)
    wrong = recorded["a"].dense().copy()
    wrong[1, 20, 3] ^= 1
    (b,) = explain_graph(graph, x, {"b": interpret(graph.read("norse"), x)["b"]})
    assert (b.readings, b.presets, b.alike) == ((Reading(gain="no w_in"),), ("norse",), ("a",))
    assert b.sentence == (
        "Population 'b' is explained in every one of 1,200 bins: it leaves out w_in dt/tau_syn, as norse mean it, and "
        "so do a before it."
    )
    assert readings_of((b,)) == {"a": Reading(gain="no w_in"), "b": Reading(gain="no w_in")}


@pytest.mark.slow
def test_where_nothing_fits_the_nearest_are_told() -> None:
    graph, x = layers(2), spikes(1)
    recorded = interpret(graph.read("norse"), x)
    wrong = recorded["a"].dense().copy()
    wrong[1, 20, 3] ^= 1
    a, b = explain_graph(graph, x, {"a": SpikeRaster.pack(wrong), "b": recorded["b"]})
    assert not a.readings
    assert (a.nearest[0].reading, a.nearest[0].differing) == (Reading(gain="no w_in"), 1)
    assert [near.differing for near in a.nearest] == sorted(near.differing for near in a.nearest)
    assert len(a.nearest) == 3
    assert a.sentence.startswith(
        f"Population 'a' follows none of {a.tried:,} readings; of 1,200 bins ({a.spikes} spikes) the nearest differ in "
        "1 where it leaves out w_in dt/tau_syn; "
    )
    assert b.readings in ((), (Reading(gain="no w_in"),))  # it hears the recording, with its flipped spike
    assert a.as_dict()["nearest"][0] == {"reading": {"gain": "no w_in"}, "differing": 1}


def test_what_is_not_there_is_refused() -> None:
    graph, x = layers(2), spikes(1)
    for observed, sentence in (
        ({}, "no population was observed; an explanation needs the spikes of at least one, so record it."),
        ({"c": x["x"]}, "population 'c' was observed, but the graph has ['a', 'b']; rename or leave it out."),
        (
            {"a": x["x"]},
            "population 'a' was observed with (samples, steps, neurons) (3, 50, 5), but the oracle gives (3, 50, 8); "
            "both must be equal, so run both on the same input.",
        ),
    ):
        with pytest.raises(InputError) as error:
            explain_graph(graph, x, observed)
        assert str(error.value) == sentence
