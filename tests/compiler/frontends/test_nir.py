"""read_nir: tiny graphs built by nir itself, every number readable."""

import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from compiler.analysis.interpret import interpret
from compiler.frontends.nir import read_nir
from compiler.ir.graph import FloatGraph
from compiler.text import text
from targets.contracts.errors import InputError
from targets.contracts.raster import SpikeRaster
from targets.contracts.synapses import BlockDiagonal

nir = pytest.importorskip("nir", reason="nir is not installed")

DT = 1e-3


def cuba(**changes: float) -> Any:
    """Two neurons: tau_syn of 2 steps, tau_mem of 4, input weighted 2, resistance 3: the gain is 2/2 * 3/4 = 0.75."""
    given = {"tau_syn": 2 * DT, "tau_mem": 4 * DT, "r": 3.0, "w_in": 2.0, "v_leak": 0.0, "v_threshold": 1.0}
    given |= {"v_reset": 0.0, **changes}
    return nir.CubaLIF(**{key: np.full(2, value) for key, value in given.items()})


def graph(edges: Sequence[tuple[str, str]], **nodes: Any) -> Any:
    """Nodes between an input of two and an output of two."""
    ends = {"input": nir.Input({"input": np.array([2])}), "output": nir.Output({"output": np.array([2])})}
    return nir.NIRGraph(ends | nodes, list(edges), type_check=False)


def chain(*names: str) -> list[tuple[str, str]]:
    return list(pairwise(names))


FORWARD = chain("input", "fc", "lif", "output")
WEIGHTS = np.array([[1.0, 0.5], [-2.0, 4.0]])
BIAS = np.array([0.4, -0.8])


def recurrent() -> Any:
    return graph(
        [*FORWARD, ("lif", "back"), ("back", "lif")],
        fc=nir.Linear(WEIGHTS),
        lif=cuba(),
        back=nir.Affine(np.array([[0.0, 1.0], [-1.0, 0.0]]), BIAS),
    )


def refused(source: Any, **settings: Any) -> str:
    with pytest.raises(InputError) as error:
        read_nir(source, **({"dt": DT} | settings))
    return str(error.value)


def test_the_gains_are_in_the_weights_and_in_the_bias() -> None:
    read = read_nir(graph(FORWARD, fc=nir.Affine(WEIGHTS, BIAS), lif=cuba(v_leak=0.2)), dt=DT, steps=7)
    (population,), (projection,) = read.populations, read.projections
    assert (population.name, projection.name, projection.delay, read.steps) == ("lif", "fc", 0, 7)
    assert (projection.source, projection.target) == ("input", "lif")
    np.testing.assert_allclose(population.tau_s, [2, 2])
    np.testing.assert_allclose(population.tau_m, [4, 4])
    np.testing.assert_allclose(population.bias, [0.05, 0.05])
    np.testing.assert_allclose(projection.synapses.weights, 0.75 * WEIGHTS)
    assert projection.bias is not None
    np.testing.assert_allclose(projection.bias, 0.75 * BIAS)


def test_a_lif_hears_its_input_at_once_and_forgets_it() -> None:
    lif = nir.LIF(tau=np.full(2, 4 * DT), r=np.full(2, 3.0), v_leak=np.zeros(2), v_threshold=np.ones(2))
    read = read_nir(graph(FORWARD, fc=nir.Linear(WEIGHTS), lif=lif), dt=DT)
    np.testing.assert_array_equal(read.populations[0].tau_s, [1, 1])
    np.testing.assert_allclose(read.projections[0].synapses.weights, 0.75 * WEIGHTS)


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


def test_a_map_that_two_neurons_hear_is_told_apart_by_its_ends() -> None:
    read = read_nir(
        graph(
            [("input", "fc"), ("fc", "a"), ("fc", "b"), ("a", "output"), ("b", "output")],
            fc=nir.Linear(WEIGHTS),
            a=cuba(),
            b=cuba(),
        ),
        dt=DT,
    )
    assert [projection.name for projection in read.projections] == ["input -> fc -> a", "input -> fc -> b"]


def euler(x: np.ndarray[Any, Any], steps: int) -> np.ndarray[Any, Any]:
    """The equations of NIR for `recurrent`, written once more: I and v apart, nothing folded."""
    current, v, s, out = np.zeros(2), np.zeros(2), np.zeros(2), []
    back = np.array([[0.0, 1.0], [-1.0, 0.0]])
    for t in range(steps):
        current = current + DT / (2 * DT) * (-current + 2.0 * (WEIGHTS @ x[t] + back @ s + BIAS))
        v = v + DT / (4 * DT) * (0 - v + 3.0 * current)
        s = (v > 1).astype(float)
        v = np.where(v > 1, 0, v)
        out.append(s)
    return np.array(out)


@pytest.mark.parametrize("seed", range(5))
def test_the_spikes_are_those_of_forward_euler(seed: int) -> None:
    x = np.random.default_rng(seed).random((60, 2)) < 0.4
    spikes = interpret(read_nir(recurrent(), dt=DT), {"input": SpikeRaster.pack(x[None])})["lif"].dense()[0]
    assert 5 < spikes.sum() < 115
    np.testing.assert_array_equal(spikes, euler(x.astype(float), 60))


def test_a_file_reads_as_the_graph_it_was_written_from(tmp_path: Path) -> None:
    nir.write(tmp_path / "net.nir", recurrent())
    from_file, from_graph = read_nir(tmp_path / "net.nir", dt=DT), read_nir(recurrent(), dt=DT)
    assert text(from_file) == text(from_graph)
    assert from_file.origin == from_graph.origin


def test_the_origin_tells_content_and_time_step() -> None:
    origins = [
        read_nir(recurrent(), dt=DT).origin,
        read_nir(recurrent(), dt=DT / 2).origin,
        read_nir(graph(FORWARD, fc=nir.Linear(WEIGHTS), lif=cuba()), dt=DT).origin,
        read_nir(graph(FORWARD, fc=nir.Linear(2 * WEIGHTS), lif=cuba()), dt=DT).origin,
    ]
    assert len(set(origins)) == 4
    assert all(len(origin) == 64 for origin in origins)


def test_a_time_constant_rounded_below_one_step_is_one_step() -> None:
    read: FloatGraph = read_nir(graph(FORWARD, fc=nir.Linear(WEIGHTS), lif=cuba(tau_syn=DT * (1 - 1e-7))), dt=DT)
    np.testing.assert_array_equal(read.populations[0].tau_s, [1, 1])


def with_lif(**changes: float) -> Any:
    return graph(FORWARD, fc=nir.Linear(WEIGHTS), lif=cuba(**changes))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"tau_mem": -0.5},
            "node 'lif' has tau_mem down to -0.5 s at dt = 0.001 s; a time constant lasts at least one step, "
            "so correct it or give a smaller dt.",
        ),
        (
            {"tau_syn": 5e-4},
            "node 'lif' has tau_syn down to 0.0005 s at dt = 0.001 s; a time constant lasts at least one step, "
            "so correct it or give a smaller dt.",
        ),
        (
            {"tau_syn": np.nan},
            "tau_syn of node 'lif' holds 2 NaN or infinite of 2 values; all must be finite, "
            "so repair or retrain the network.",
        ),
        (
            {"v_reset": -0.5},
            "node 'lif' has v_reset up to 0.5 away from 0; a neuron here resets to 0, "
            "so retrain the network with that.",
        ),
        ({"v_threshold": 0.0}, "node 'lif' has v_threshold down to 0; it must be above 0, so raise it."),
    ],
)
def test_a_neuron_that_cannot_be_is_refused(changes: dict[str, float], sentence: str) -> None:
    assert refused(with_lif(**changes)) == sentence


def test_a_neuron_with_arrays_of_two_sizes_is_refused() -> None:
    broken = with_lif()
    broken.nodes["lif"].v_leak = np.zeros(1)
    assert refused(broken) == ("node 'lif' has 2 values of r but 1 of v_leak; one per neuron is needed, so match them.")


def test_nodes_that_are_not_known_are_refused() -> None:
    kinds = "Affine, CubaLIF, Input, LIF, Linear, Output and Scale can be read, so express it by those."
    waiting = graph(FORWARD, fc=nir.Delay(np.ones(2)), lif=cuba())
    assert refused(waiting) == f"node 'fc' is a Delay; {kinds}"
    leaking = graph(FORWARD, fc=nir.Linear(WEIGHTS), lif=nir.LI(np.ones(2), np.ones(2), np.zeros(2)))
    assert refused(leaking) == f"node 'lif' is a LI; {kinds}"
    nested = graph(chain("input", "part", "output"), part=with_lif())
    assert refused(nested) == ("node 'part' is a graph of its own; only flat graphs can be read, so flatten it first.")


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
    summed = graph([*FORWARD, ("lif", "fc")], fc=nir.Affine(WEIGHTS, BIAS), lif=cuba())
    assert refused(summed) == (
        "node 'fc' adds a bias to the sum of 2 nodes ['input', 'lif']; a bias belongs to one of them, "
        "so give each a node of its own."
    )


def test_without_a_bias_a_map_may_hear_two_nodes() -> None:
    read = read_nir(graph([*FORWARD, ("lif", "fc")], fc=nir.Linear(WEIGHTS), lif=cuba()), dt=DT)
    assert [(projection.name, projection.delay) for projection in read.projections] == [
        ("input -> fc -> lif", 0),
        ("lif -> fc -> lif", 1),
    ]


@pytest.mark.parametrize(
    ("edges", "sentence"),
    [
        (
            [*FORWARD, ("fc", "nose")],
            "edge 'fc' -> 'nose' must join two of the nodes ['fc', 'input', 'lif', 'loop', 'output', 'wide'], "
            "not come from an Output and not go to an Input; correct the edge.",
        ),
        (
            [*FORWARD, ("lif", "input")],
            "edge 'lif' -> 'input' must join two of the nodes ['fc', 'input', 'lif', 'loop', 'output', 'wide'], "
            "not come from an Output and not go to an Input; correct the edge.",
        ),
        ([*FORWARD, ("fc", "lif")], "edge 'fc' -> 'lif' is there twice; remove one."),
        (
            [*FORWARD, ("input", "wide"), ("wide", "lif")],
            "edge 'input' -> 'wide' joins 2 outputs to 3 inputs; both must be equal, so correct the shape of one node.",
        ),
        (
            [*FORWARD, ("fc", "output")],
            "output 'output' is what Linear 'fc' computes; only spikes can be recorded, "
            "so end the graph with a neuron.",
        ),
        (
            [*FORWARD, ("fc", "loop"), ("loop", "fc")],
            "nodes ['fc', 'loop'] form a cycle without a neuron; put a neuron into it.",
        ),
        (
            [*FORWARD, ("lif", "loop")],
            "node 'loop' has no edge into it or none out of it; join it or remove it.",
        ),
    ],
)
def test_edges_that_do_not_fit_are_refused(edges: list[tuple[str, str]], sentence: str) -> None:
    nodes = {"fc": nir.Linear(WEIGHTS), "lif": cuba(), "loop": nir.Linear(WEIGHTS), "wide": nir.Linear(np.ones((2, 3)))}
    assert refused(graph(edges, **nodes)) == sentence


def test_an_input_with_two_axes_is_refused() -> None:
    image = graph(FORWARD, fc=nir.Linear(WEIGHTS), lif=cuba(), input=nir.Input({"input": np.array([2, 34])}))
    assert refused(image) == "node 'input' has shape (2, 34); only one axis [neuron] can be read, so flatten it."


def test_the_time_step_must_be_one() -> None:
    for dt in (0.0, -1.0, float("nan")):
        assert refused(with_lif(), dt=dt) == (
            f"dt is {dt}; a time step in seconds above 0 is needed, so give one such as 1e-4."
        )


def test_what_is_no_graph_is_refused(tmp_path: Path) -> None:
    absent, damaged = tmp_path / "absent.nir", tmp_path / "damaged.nir"
    assert refused(absent) == f"{absent} does not exist; a .nir file is needed, so check the path."
    damaged.write_text("spikes")
    assert refused(damaged).startswith(f"{damaged} is not a readable NIR file (")
    assert refused(damaged).endswith("); write it anew with nir.write.")
    assert refused(cuba()) == "a CubaLIF is no NIR graph; give a .nir file or a nir.NIRGraph."


def test_a_missing_package_is_told_with_its_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nir", None)
    message = refused("net.nir")
    assert message.startswith("reading NIR needs the package nir (")
    assert message.endswith("); install it with: pip install nir")
