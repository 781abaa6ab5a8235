"""What Outputs hear."""

import numpy as np

from tests.compiler.frontends.nir.graphs import FORWARD, WEIGHTS, chain, cuba, graph, nir, refused, told


def test_what_two_outputs_hear_is_told() -> None:
    whole = graph(
        [*FORWARD, *chain("input", "b", "flat", "second"), ("lif", "third"), ("b", "third")],
        fc=nir.Linear(WEIGHTS),
        lif=cuba(),
        b=cuba(),
        flat=nir.Flatten({"input": np.array([2])}, start_dim=0),
        second=nir.Output({"output": np.array([2])}),
        third=nir.Output({"output": np.array([2])}),
    )
    assert told(whole) == [
        "Output 'output' is 'lif', and is recorded under that name.",
        "Output 'second' is 'b', and is recorded under that name.",
        "Output 'third' is the sum of 'b', 'lif', which are recorded each by itself.",
    ]


def test_neurons_that_no_output_hears_or_that_hear_nothing_are_told() -> None:
    nodes = {"fc": nir.Linear(WEIGHTS), "lif": cuba(), "aside": cuba(), "lone": cuba(), "before": cuba()}
    edges = [*FORWARD, ("input", "aside"), ("lone", "aside"), ("input", "before"), ("before", "fc")]
    assert told(graph(edges, **nodes)) == [
        "no Output hears 'aside', 'lone', not even through other neurons; compiled all the same, so remove what is not "
        "needed.",
        "no edge leads to 'lone': nothing but v_leak can make them spike.",
    ]


def test_an_output_of_what_is_no_spike_is_refused() -> None:
    whole = graph(chain("input", "lif", "late", "output"), lif=cuba(), late=nir.Delay(np.full(2, 1e-3)))
    assert refused(whole) == (
        "output 'output' is what Delay 'late' computes; only spikes can be recorded, so end the graph with a neuron."
    )


def test_an_output_without_neurons_is_told() -> None:
    whole = graph([("input", "lif")], lif=cuba())
    assert told(whole)[:1] == ["Output 'output' hears nothing."]
