"""The graph: names, shapes, and what flows into a population."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from compiler.frontends.network import lower
from targets.contracts.errors import InputError
from targets.contracts.synapses import Dense
from tests.networks import tiny_network


def test_into_lists_the_projections_that_end_there() -> None:
    graph = lower(tiny_network())
    assert {projection.name for projection in graph.into("hidden")} == {"input", "intra", "lateral"}
    assert [projection.name for projection in graph.into("answer")] == ["output"]


def test_a_projection_from_nowhere_is_refused() -> None:
    graph = lower(tiny_network())
    stray = replace(graph.projections[0], source="nose")
    with pytest.raises(InputError) as error:
        replace(graph, projections=(stray, *graph.projections[1:]))
    assert str(error.value) == (
        "projection 'input' goes from 'nose' to 'hidden'; the graph has ['answer', 'hidden', 'touch'], "
        "so correct the name."
    )


def test_weights_of_the_wrong_shape_are_refused() -> None:
    graph = lower(tiny_network())
    wide = replace(graph.projections[0], synapses=Dense(np.ones((4, 3))))
    with pytest.raises(
        InputError, match=r"^projection 'input' has weights \(4, 3\) \[post, pre\]; its ends need \(4, 2\)"
    ):
        replace(graph, projections=(wide, *graph.projections[1:]))


def test_a_delay_may_be_zero_and_not_less() -> None:
    projection = lower(tiny_network()).projections[0]
    assert replace(projection, delay=0).delay == 0
    with pytest.raises(InputError) as error:
        replace(projection, delay=-1)
    assert str(error.value) == (
        "projection 'input' has delay -1; a spike cannot arrive before it is sent, so give 0 or more steps."
    )


def test_a_bias_has_one_number_per_post_neuron() -> None:
    projection = lower(tiny_network()).projections[0]
    bias = replace(projection, bias=np.ones(4)).bias
    assert bias is not None
    assert not bias.flags.writeable
    with pytest.raises(InputError) as error:
        replace(projection, bias=np.ones(2))
    assert str(error.value) == (
        "projection 'input' has 2 biases for 4 neurons of 'hidden'; one per neuron is needed, so match them."
    )


def test_arrays_of_a_graph_are_read_only() -> None:
    graph = lower(tiny_network())
    with pytest.raises(ValueError, match="read-only"):
        graph.populations[0].tau_m[0] = 1
    with pytest.raises(ValueError, match="read-only"):
        graph.projections[0].synapses.weights[0, 0] = 1


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"tau_m": np.ones(3)},
            "population 'answer' has 2 values of tau_s but 3 of tau_m; one per neuron is needed, so match them.",
        ),
        (
            {"motif_size": 3},
            "population 'answer' has 2 neurons in motifs of 3; motifs must fill it exactly, so change one of the two.",
        ),
        (
            {"tau_s": np.array([0.5, 2.0])},
            "population 'answer' has tau_s down to 0.5 steps; at least 1 is needed, so raise it or use smaller steps.",
        ),
        (
            {"threshold": np.array([1.0, 0.0])},
            "population 'answer' has threshold down to 0; it must be above 0, so raise it.",
        ),
        ({"latency": -2}, "latency of population 'answer' is -2; 0 to 65,535 are allowed, so change it."),
        ({"latency": 1 << 16}, "latency of population 'answer' is 65536; 0 to 65,535 are allowed, so change it."),
        ({"latency": True}, "latency of population 'answer' is True; a whole number is needed, so give one."),
    ],
)
def test_a_population_whose_sizes_do_not_fit_is_refused(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InputError) as error:
        replace(lower(tiny_network()).population("answer"), **changes)
    assert str(error.value) == sentence
