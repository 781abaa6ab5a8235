"""The kinds of nodes that can be read, and their parameters as numbers, whatever they came as."""

from typing import Any

import numpy as np
import pytest

from compiler.frontends.nir.nodes import numbers
from compiler.frontends.nir.read import read_nir
from targets.contracts.errors import InputError
from tests.compiler.frontends.nir.graphs import DT, FORWARD, WEIGHTS, cuba, graph, nir, read, refused, told

KINDS = (
    "Affine, AvgPool2d, Conv1d, Conv2d, CubaLI, CubaLIF, Delay, Flatten, I, IF, Input, LI, LIF, Linear, NIRGraph, "
    "Output, Scale, SumPool2d and Threshold can be read, so express it by those."
)


def test_a_voltage_is_heard_by_no_neuron() -> None:
    one = np.full(2, 5e-3)
    edges = [("input", "fc"), ("fc", "li"), ("li", "back"), ("back", "lif"), ("lif", "output")]
    lone = graph(edges, fc=nir.Linear(WEIGHTS), li=nir.LI(one, one, 0 * one), back=nir.Linear(WEIGHTS), lif=cuba())
    assert refused(lone) == (
        "node 'lif' hears the voltage of LI 'li'; cores hear spikes, so replace 'li' by a node that spikes, or end the "
        "graph with it."
    )


def test_a_kind_that_is_unknown_is_refused_by_its_name() -> None:
    class Izhikevich:
        input_type = output_type = None

    assert refused(graph(FORWARD, fc=Izhikevich(), lif=cuba())) == f"node 'fc' is a Izhikevich; {KINDS}"
    assert refused(graph(FORWARD, fc=None, lif=cuba())) == f"node 'fc' is a NoneType; {KINDS}"


def test_what_derives_from_a_kind_is_of_that_kind() -> None:
    class Own(nir.CubaLIF):  # type: ignore[misc]  # nir has no types
        pass

    plain = cuba()
    own = Own(**{key: getattr(plain, key) for key in ("tau_syn", "tau_mem", "r", "v_leak", "v_threshold", "w_in")})
    derived, original = (graph(FORWARD, fc=nir.Linear(WEIGHTS), lif=node) for node in (own, plain))
    assert read(derived).origin == read(original).origin
    assert told(derived) == ["node 'lif' is a Own, read as the CubaLIF of nir that it derives from."]


@pytest.mark.parametrize("kind", ["parameter", "bfloat16", "float16", "list"])
def test_weights_may_be_what_holds_them_in_training(kind: str) -> None:
    torch = pytest.importorskip("torch", reason="torch is not installed")
    of_kind: dict[str, Any] = {
        "parameter": lambda: torch.nn.Parameter(torch.tensor(WEIGHTS)),
        "bfloat16": lambda: torch.tensor(WEIGHTS, dtype=torch.bfloat16, requires_grad=True),
        "float16": lambda: WEIGHTS.astype(np.float16),
        "list": lambda: WEIGHTS.tolist(),
    }
    node = nir.Linear(WEIGHTS)
    node.weight = of_kind[kind]()
    (projection,) = read_nir(graph(FORWARD, fc=node, lif=cuba()), dt=DT).projections
    np.testing.assert_array_equal(projection.synapses.weights, 0.75 * WEIGHTS)


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("text", "x of node 'a' holds <U4; only numbers are allowed, so convert it first."),
        (np.ones(2, complex), "x of node 'a' holds complex128; only numbers are allowed, so convert it first."),
        ([[1.0], [1.0, 2.0]], "x of node 'a' is a list and no array ("),
        (object(), "x of node 'a' holds object; only numbers are allowed, so convert it first."),
        (
            [1.0, np.nan],
            "x of node 'a' holds 1 NaN or infinite of 2 values; all must be finite, so repair or retrain the network.",
        ),
    ],
)
def test_what_is_no_number_is_refused(value: object, sentence: str) -> None:
    with pytest.raises(InputError) as error:
        numbers(value, "x of node 'a'")
    assert str(error.value).startswith(sentence)


@pytest.mark.parametrize(("tau", "gain"), [("tau_mem", "r"), ("tau_syn", "w_in")])
def test_an_endless_time_constant_with_its_gain_forgets_nothing(tau: str, gain: str) -> None:
    """So is a decay of 1 written: tau = dt / (1 - 1) and r = tau / dt, which multiply the input by 1."""
    given = graph(FORWARD, fc=nir.Linear(WEIGHTS), lif=cuba(**{tau: np.inf, gain: np.inf}))
    found = read(given)
    kept = found.populations[0].tau_m if tau == "tau_mem" else found.populations[0].tau_s
    np.testing.assert_array_equal(1 - 1 / kept, [1, 1])
    np.testing.assert_array_equal(found.projections[0].synapses.weights, WEIGHTS * (1 if tau == "tau_mem" else 0.75))
    assert refused(graph(FORWARD, fc=nir.Linear(WEIGHTS), lif=cuba(**{gain: np.inf}))) == (
        f"node 'lif' has an infinite {gain} in 2 neurons whose {tau} is not; both or none can be, so correct it."
    )
    deaf = graph(FORWARD, fc=nir.Linear(WEIGHTS), lif=cuba(**{tau: np.inf}))
    assert not read(deaf).projections[0].synapses.weights.any()
    assert told(deaf) == [
        f"node 'lif' has an infinite time constant and a finite {gain} in 2 of 2 neurons, which hear none of their "
        "input."
    ]
    lif = nir.IF(np.full(2, np.inf), np.ones(2))
    assert refused(graph(FORWARD, fc=nir.Linear(WEIGHTS), lif=lif)) == (
        "node 'lif' is an IF with an infinite r; finite ones are needed, so correct it."
    )


def test_a_parameter_that_is_not_there_is_named() -> None:
    broken = cuba()
    del broken.tau_syn
    assert refused(graph(FORWARD, fc=nir.Linear(WEIGHTS), lif=broken)) == (
        "node 'lif' is a CubaLIF without tau_syn; write it again with that."
    )
