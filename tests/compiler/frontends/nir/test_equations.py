"""Random graphs against the equations of NIR, written once more: node by node, step by step, nothing folded."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from compiler.analysis.interpret import interpret
from compiler.frontends.nir.read import read_nir
from targets.contracts.raster import SpikeRaster
from tests.compiler.frontends.nir.graphs import nir

Values = np.ndarray[Any, np.dtype[np.float64]]
STEPS, INPUTS = 40, 3


@dataclass
class Drawn:
    """A random graph: nodes, edges, and the maps that a neuron hears itself through, one step late."""

    dt: float
    nodes: dict[str, Any] = field(default_factory=dict)
    edges: list[tuple[str, str]] = field(default_factory=list)
    back: set[str] = field(default_factory=set)


def neuron(rng: np.random.Generator, size: int, dt: float) -> Any:
    """A node of some kind, each parameter one for all or one for each neuron."""

    def drawn(low: float, high: float) -> Values:
        return np.full(size, rng.uniform(low, high)) if rng.random() < 0.3 else rng.uniform(low, high, size)

    kind = rng.choice(["LIF", "CubaLIF", "IF", "Threshold"], p=[0.4, 0.4, 0.1, 0.1])
    if kind == "Threshold":
        return nir.Threshold(drawn(0.3, 1))
    leak = drawn(-0.5, 0.3)
    reset = (leak, np.zeros(size), drawn(-0.5, 0.3))[rng.integers(3)]
    threshold = reset + drawn(0.3, 1)
    if kind == "IF":
        return nir.IF(drawn(0.2, 1) / dt, threshold, reset)
    if kind == "LIF":
        return nir.LIF(drawn(1, 20) * dt, drawn(1, 20), leak, threshold, reset)
    return nir.CubaLIF(drawn(1, 9) * dt, drawn(1, 20) * dt, drawn(1, 9), leak, threshold, reset, drawn(0.5, 3))


def layer(rng: np.random.Generator, drawn: Drawn, name: str, before: list[tuple[str, int]], size: int) -> None:
    """A neuron node that hears all of `before` through maps of its own, and perhaps itself."""
    drawn.nodes[name] = neuron(rng, size, drawn.dt)
    for start, width in before:
        path, last = f"{start} to {name}", start
        for number in range(rng.integers(0, 3)):
            kind, late = rng.choice(["Scale", "Delay"]), rng.integers(0, 4, width) * drawn.dt
            scale = rng.normal(size=() if rng.random() < 0.3 else width)
            drawn.nodes[f"{path} {number}"] = nir.Scale(np.array(scale)) if kind == "Scale" else nir.Delay(late)
            drawn.edges.append((last, f"{path} {number}"))
            last = f"{path} {number}"
        weights = rng.normal(size=(size, width))
        affine = rng.random() < 0.5
        drawn.nodes[path] = nir.Affine(weights, rng.normal(size=size) * 0.2) if affine else nir.Linear(weights)
        drawn.edges += [(last, path), (path, name)]
    if rng.random() < 0.5:
        drawn.nodes[f"{name} back"] = nir.Linear(rng.normal(size=(size, size)))
        drawn.edges += [(name, f"{name} back"), (f"{name} back", name)]
        drawn.back.add(f"{name} back")


def graph(rng: np.random.Generator) -> Drawn:
    """One to three layers, each with all before it, and from the last to the first a way with Delays."""
    drawn = Drawn(float(10.0 ** -rng.integers(0, 5)))
    drawn.nodes["x"] = nir.Input({"input": np.array([INPUTS])})
    before = [("x", INPUTS)]
    for number in range(rng.integers(1, 4)):
        size = int(rng.integers(1, 5))
        layer(rng, drawn, f"n{number}", before, size)
        before.append((f"n{number}", size))
    first, (last, size) = before[1], before[-1]
    drawn.nodes["late"] = nir.Delay(rng.integers(1, 4, size) * drawn.dt)
    drawn.nodes["round"] = nir.Linear(rng.normal(size=(first[1], size)))
    drawn.nodes["y"] = nir.Output({"output": np.array([size])})
    drawn.edges += [(last, "late"), ("late", "round"), ("round", first[0]), (last, "y")]
    return drawn


def euler(drawn: Drawn, x: Values) -> dict[str, Values]:
    """Spikes [time, neuron] of every neuron node; u starts at 0 and v at v_reset."""
    nodes, dt = drawn.nodes, drawn.dt
    order = [name for name, node in nodes.items() if isinstance(node, nir.LIF | nir.CubaLIF | nir.IF | nir.Threshold)]
    spikes = {"x": x} | {name: np.zeros((STEPS, nodes[name].output_type["output"][0])) for name in order}
    current = {name: np.zeros(spikes[name].shape[1]) for name in order}
    v = {name: np.array(getattr(nodes[name], "v_reset", 0)) * 1.0 for name in order}

    def heard(name: str, t: int) -> Any:
        return sum(signal(start, t) for start, end in drawn.edges if end == name)

    def signal(name: str, t: int) -> Any:
        node = nodes[name]
        if name in spikes:
            return spikes[name][t] if t >= 0 else np.zeros(spikes[name].shape[1])
        if isinstance(node, nir.Delay):
            steps = np.round(node.delay / dt).astype(int)
            return np.array([heard(name, t - late)[channel] for channel, late in enumerate(steps)])
        if isinstance(node, nir.Scale):
            return node.scale * heard(name, t)
        return node.weight @ heard(name, t - (name in drawn.back)) + getattr(node, "bias", 0)

    for t in range(STEPS):
        for name in order:
            node, arriving = nodes[name], heard(name, t)
            if isinstance(node, nir.Threshold):
                spikes[name][t] = arriving > node.threshold
                continue
            if isinstance(node, nir.CubaLIF):
                current[name] = current[name] + dt / node.tau_syn * (-current[name] + node.w_in * arriving)
                v[name] = v[name] + dt / node.tau_mem * (node.v_leak - v[name] + node.r * current[name])
            elif isinstance(node, nir.LIF):
                v[name] = v[name] + dt / node.tau * (node.v_leak - v[name] + node.r * arriving)
            else:
                v[name] = v[name] + dt * node.r * arriving
            spikes[name][t] = v[name] > node.v_threshold
            v[name] = np.where(spikes[name][t] > 0, node.v_reset, v[name])
    return {name: spikes[name] for name in order}


def nested(drawn: Drawn) -> Any:
    """The same in a graph within a graph."""
    inner = nir.NIRGraph(drawn.nodes, drawn.edges, type_check=False)
    ends = {"in": drawn.nodes["x"], "out": drawn.nodes["y"]}
    return nir.NIRGraph(ends | {"part": inner}, [("in", "part"), ("part", "out")], type_check=False)


@pytest.mark.parametrize("seed", range(24))
def test_the_spikes_are_those_of_the_equations_in_every_bin(seed: int) -> None:
    rng = np.random.default_rng(seed)
    drawn = graph(rng)
    x = (rng.random((STEPS, INPUTS)) < 0.4).astype(float)
    within = bool(rng.random() < 0.3)
    whole = nested(drawn) if within else nir.NIRGraph(drawn.nodes, drawn.edges, type_check=False)
    expected = euler(drawn, x)
    read = read_nir(whole, dt=drawn.dt, tell=lambda sentence: None)
    found = interpret(read, {read.inputs[0].name: SpikeRaster.pack(x[None] > 0)})
    assert len(found) == len(expected)
    for name, spikes in expected.items():
        np.testing.assert_array_equal(
            found[f"part.{name}" if within else name].dense()[0], spikes, err_msg=f"seed {seed}, {name}"
        )


def test_the_random_graphs_spike_and_hold_every_kind() -> None:
    """Else the test above would show nothing."""
    kinds, rates = set(), []
    for seed in range(24):
        rng = np.random.default_rng(seed)
        drawn = graph(rng)
        kinds |= {type(node).__name__ for node in drawn.nodes.values()}
        rates += [spikes.mean() for spikes in euler(drawn, (rng.random((STEPS, INPUTS)) < 0.4).astype(float)).values()]
    assert kinds == {
        *("Affine", "CubaLIF", "Delay", "IF", "Input", "LIF", "Linear", "Output", "Scale", "Threshold"),
    }
    assert sum(0.02 < rate < 0.98 for rate in rates) > 0.6 * len(rates)
