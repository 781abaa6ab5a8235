"""A hypergraph's own arithmetic: pins by net, and the core of every neuron."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from compiler.ir.hypergraph import Hypergraph
from targets.contracts.errors import InputError

FIELDS: dict[str, Any] = {
    "unit_of": {"motifs": np.array([0, 0, 1, 1]), "answer": np.array([2])},
    "split": {},
    "neurons": [2, 2, 1],
    "synapses": [3, 1, 2],
    "events": [0.5, 0.25, 1.0],
    "decays": [[0, 1, 2], [0, 0, 1]],
    "thresholds": [[0, 1, 2], [0, 0, 0]],
    "pins": [0, 1, 2, 2],
    "indptr": [0, 2, 2, 4],
    "home": [-1, 0, 1],
    "width": [3, 2, 1],
    "rate": [0.75, 0.5, 0.25],
}


def hypergraph(**changes: Any) -> Hypergraph:
    """Two motifs and an answer; the input's net has two pins, that of the first motif none, the last's one twice."""
    return Hypergraph(**(FIELDS | changes))


def test_units_nets_and_the_net_of_every_pin() -> None:
    whole = hypergraph()
    assert (whole.units, whole.nets) == (3, 3)
    assert whole.net_of.tolist() == [0, 0, 2, 2]


def test_every_neuron_is_on_the_core_of_its_unit() -> None:
    found = hypergraph().of_neurons(np.array([1, 0, 1]))
    assert {name: cores.tolist() for name, cores in found.items()} == {"motifs": [1, 1, 0, 0], "answer": [1]}
    assert {cores.dtype for cores in found.values()} == {np.dtype("int32")}


def test_integers_and_floats_are_what_they_are_said_to_be() -> None:
    whole = hypergraph()
    assert {getattr(whole, key).dtype for key in ("neurons", "decays", "pins", "home", "width")} == {np.dtype("int64")}
    assert {getattr(whole, key).dtype for key in ("events", "rate")} == {np.dtype("float64")}


@pytest.mark.parametrize("key", ["neurons", "events", "thresholds", "pins", "indptr", "rate"])
def test_nothing_of_it_can_be_written(key: str) -> None:
    with pytest.raises(ValueError, match="read-only"):
        getattr(hypergraph(), key)[0] = 1


def test_profiles_are_pairs() -> None:
    with pytest.raises(InputError, match="decays of a hypergraph"):
        replace(hypergraph(), decays=np.array([0, 1]))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"synapses": [3, 1]}, "a hypergraph has 2 synapses where 3 are needed; run the pass coarsen again."),
        ({"indptr": [0, 2, 4]}, "a hypergraph has 3 indptr where 4 are needed"),
        ({"indptr": [0, 3, 2, 4]}, "a hypergraph has an indptr that does not rise"),
        ({"indptr": [0, 2, 2, 9]}, "a hypergraph has an indptr that does not rise"),
        ({"pins": [0, 1, 2, 3]}, "a hypergraph has units 0..3 of 3"),
        ({"home": [-2, 0, 1]}, "a hypergraph has a net from a unit below -1"),
        ({"home": [-1, 0, 3]}, "a hypergraph has units 0..3 of 3"),
        ({"decays": [[0, 1, 3], [0, 0, 1]]}, "a hypergraph has units 0..3 of 3"),
        ({"decays": [[0, 1, 2], [0, 0, -1]]}, "a hypergraph has profiles that are no pairs"),
        ({"neurons": [-1, 1, 1]}, "a hypergraph has neurons down to -1, where 0 is the least"),
        ({"synapses": [1, 1 << 62, 1]}, "a hypergraph has synapses up to 4.61169e+18, where 1.09951e+12 is the most"),
        ({"decays": [[0, 1, 2], [0, 0, 1 << 62]]}, "a hypergraph has profiles that are no pairs"),
        ({"rate": [0.5, -0.5, 0.0]}, "a hypergraph has rate down to -0.5, where 0 is the least"),
        ({"unit_of": {"a": np.array([0, 5])}}, "a hypergraph has units 0..5 of 3"),
        ({"unit_of": {"a": np.array([], int)}}, "a hypergraph has a population whose units"),
        ({"unit_of": {"a": np.array([0.5])}}, "a hypergraph has a population whose units"),
    ],
)
def test_what_would_be_read_beyond_the_end_of_an_array_is_refused(changes: dict[str, Any], told: str) -> None:
    """Passes of machine code do not look whether an index is there."""
    with pytest.raises(InputError) as error:
        hypergraph(**changes)
    assert str(error.value).startswith(told)
