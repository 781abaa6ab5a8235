"""read_nir: a graph of the Neuromorphic Intermediate Representation (NIR) becomes a FloatGraph."""

import hashlib
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from compiler.ir.graph import FloatGraph, FloatPopulation, FloatProjection
from targets.contracts.arrays import Array, Floats, readonly
from targets.contracts.errors import InputError
from targets.contracts.ports import Input
from targets.contracts.synapses import BlockDiagonal, Dense, Synapses

if TYPE_CHECKING:
    import nir

_MAPS = {"Linear": ("weight",), "Affine": ("weight", "bias"), "Scale": ("scale",)}
_NEURONS = {
    "CubaLIF": ("tau_syn", "tau_mem", "r", "w_in", "v_leak", "v_threshold", "v_reset"),
    "LIF": ("tau", "r", "v_leak", "v_threshold", "v_reset"),
}
_KINDS = sorted({"Input", "Output", *_MAPS, *_NEURONS})
_ROUNDING = 1e-6
"""A time constant may be shorter than dt by this share: files hold numbers rounded to float32."""

_Edges = list[tuple[str, str]]


def read_nir(source: "str | os.PathLike[str] | nir.NIRGraph", dt: float = 1e-4, steps: int = 100) -> FloatGraph:
    """Read a NIR file, or take a `nir.NIRGraph`; Input, Output, Linear, Affine, Scale, CubaLIF and LIF are known.

    A NIR graph is continuous in time and tells neither the time step `dt` (in seconds; 0.1 ms, as in the examples of
    the NIR paper, unless given) nor the usual length of a sample, `steps`. The equations become, by forward Euler with
    the new current in the voltage,
    ```
    u[t] = (1 - dt/tau_syn) u[t-1] + (dt/tau_syn) w_in (dt/tau_mem) r (W s + b)
    v[t] = (1 - dt/tau_mem) v[t-1] + u[t] + (dt/tau_mem) v_leak
    ```
    (LIF: without the first term of u, without dt/tau_syn and w_in), so that tau_s = tau_syn / dt, tau_m = tau_mem / dt
    and all gains are in the weights. Neurons become populations of the same name. Linear, Affine and Scale nodes
    between two of them become one projection; the bias of an Affine rides with it. A projection has delay 1 where it
    lies on a cycle, 0 elsewhere; NIR itself has no word on that. An Output marks spikes to look at and leaves no trace.
    The origin of the graph is a digest of the nodes, the edges and dt, whatever the file looks like.

    Raises InputError that names the node for every other kind of node, a graph in the graph, numbers that are not
    finite, shapes that do not fit, a time constant below dt, a threshold that is not positive, a v_reset other than 0.

    Source: Pedersen et al., "Neuromorphic intermediate representation", Nature Communications 15, 8122 (2024).
    """
    if not (math.isfinite(dt) and dt > 0):
        raise InputError(f"dt is {dt}; a time step in seconds above 0 is needed, so give one such as 1e-4.")
    nodes, edges = _content(source)
    _known(nodes)
    inputs = [Input(name, _width(name, node)) for name, node in nodes.items() if _kind(node) == "Input"]
    neurons = {name: _Neurons.of(name, node, dt) for name, node in nodes.items() if _kind(node) in _NEURONS}
    maps = {name: _Map.of(name, node) for name, node in nodes.items() if _kind(node) in _MAPS}
    _joined(nodes, edges, maps)
    paths = [path for name in neurons for path in _paths((name,), maps, edges)]
    return FloatGraph(
        inputs=tuple(inputs),
        populations=tuple(each.population for each in neurons.values()),
        projections=_projections(paths, {part.name: part.neurons for part in inputs}, neurons, maps),
        readout=None,
        steps=steps,
        origin=_digest(nodes, edges, dt),
    )


@dataclass(frozen=True, eq=False)
class _Neurons:
    """A population, and the gain [neuron] of its input."""

    population: FloatPopulation
    gain: Floats

    @classmethod
    def of(cls, name: str, node: Any, dt: float) -> "_Neurons":
        given = _parameters(name, node)
        if (given["v_reset"] != 0).any():
            raise InputError(
                f"node {name!r} has v_reset up to {abs(given['v_reset']).max():g} away from 0; "
                "a neuron here resets to 0, so retrain the network with that."
            )
        if given["v_threshold"].min(initial=1) <= 0:
            raise InputError(
                f"node {name!r} has v_threshold down to {given['v_threshold'].min():g}; "
                "it must be above 0, so raise it."
            )
        cuba = _kind(node) == "CubaLIF"
        tau_s = _steps(name, "tau_syn", given, dt) if cuba else np.ones_like(given["tau"])
        tau_m = _steps(name, "tau_mem" if cuba else "tau", given, dt)
        w_in = given["w_in"] if cuba else np.ones_like(tau_s)
        bias = given["v_leak"] / tau_m
        return cls(
            FloatPopulation(name, 1, tau_s, tau_m, given["v_threshold"], bias), w_in / tau_s * given["r"] / tau_m
        )


@dataclass(frozen=True, eq=False)
class _Map:
    """y = weights x + bias; weights [post, pre], or [neuron] for a diagonal; bias [post] or None."""

    weights: Floats
    bias: Floats | None = None

    @classmethod
    def of(cls, name: str, node: Any) -> "_Map":
        if _kind(node) == "Scale":
            return cls(readonly(node.scale, np.float64, f"scale of node {name!r}"))
        weights = readonly(node.weight, np.float64, f"weight of node {name!r}", 2)
        if _kind(node) == "Linear":
            return cls(weights)
        bias = readonly(node.bias, np.float64, f"bias of node {name!r}")
        if bias.size != len(weights):
            raise InputError(
                f"node {name!r} has weights {weights.shape} [post, pre] but {bias.size} biases; "
                "one per post neuron is needed, so match them."
            )
        return cls(weights, bias)

    def then(self, after: "_Map") -> "_Map":
        """The map that is `self` followed by `after`."""
        first, second = self.weights, after.weights
        if first.ndim == second.ndim == 2:
            weights = second @ first
        else:
            weights = (second[:, None] if second.ndim < first.ndim else second) * first
        if self.bias is None:
            return _Map(weights, after.bias)
        bias = second @ self.bias if second.ndim == 2 else second * self.bias
        return _Map(weights, bias if after.bias is None else bias + after.bias)

    def synapses(self) -> Synapses:
        """The weights as a projection stores them."""
        return Dense(self.weights) if self.weights.ndim == 2 else BlockDiagonal(self.weights[:, None, None])


def _content(source: "str | os.PathLike[str] | nir.NIRGraph") -> tuple[dict[str, Any], _Edges]:
    """Nodes and edges of a file or graph, both sorted, so that equal graphs are read alike."""
    try:
        import nir
    except ImportError as error:
        raise InputError(f"reading NIR needs the package nir ({error}); install it with: pip install nir") from None
    graph = source
    if isinstance(source, str | os.PathLike):
        if not Path(source).is_file():
            raise InputError(f"{source} does not exist; a .nir file is needed, so check the path.")
        try:
            graph = nir.read(source, type_check=False)  # shapes are checked here, with the names of the nodes
        except (
            OSError,
            ArithmeticError,
            AssertionError,
            AttributeError,
            LookupError,
            RuntimeError,
            TypeError,
            ValueError,
        ) as error:
            reason = (str(error).splitlines() or [type(error).__name__])[0]
            raise InputError(f"{source} is not a readable NIR file ({reason}); write it anew with nir.write.") from None
    if not isinstance(graph, nir.NIRGraph):
        raise InputError(f"a {type(graph).__name__} is no NIR graph; give a .nir file or a nir.NIRGraph.")
    return dict(sorted(graph.nodes.items())), sorted((str(start), str(end)) for start, end in graph.edges)


def _known(nodes: Mapping[str, Any]) -> None:
    for name, node in nodes.items():
        if _kind(node) == "NIRGraph":
            raise InputError(f"node {name!r} is a graph of its own; only flat graphs can be read, so flatten it first.")
        if _kind(node) not in _KINDS:
            raise InputError(
                f"node {name!r} is a {_kind(node)}; {', '.join(_KINDS[:-1])} and {_KINDS[-1]} can be read, "
                "so express it by those."
            )


def _joined(nodes: Mapping[str, Any], edges: _Edges, maps: Mapping[str, _Map]) -> None:
    """Raise InputError for edges that do not fit, and for maps that are no part of a way from spikes to a neuron."""
    import networkx as nx

    for edge, (start, end) in zip(edges, [*edges[1:], ("", "")], strict=True):
        if edge == (start, end):
            raise InputError(f"edge {start!r} -> {end!r} is there twice; remove one.")
    for start, end in edges:
        if start not in nodes or end not in nodes or _kind(nodes[start]) == "Output" or _kind(nodes[end]) == "Input":
            raise InputError(
                f"edge {start!r} -> {end!r} must join two of the nodes {list(nodes)}, not come from an Output "
                "and not go to an Input; correct the edge."
            )
        given, taken = _width(start, nodes[start]), _width(end, nodes[end], post=False)
        if given != taken:
            raise InputError(
                f"edge {start!r} -> {end!r} joins {given} outputs to {taken} inputs; both must be equal, "
                "so correct the shape of one node."
            )
        if _kind(nodes[end]) == "Output" and start in maps:
            raise InputError(
                f"output {end!r} is what {_kind(nodes[start])} {start!r} computes; only spikes can be recorded, "
                "so end the graph with a neuron."
            )
    between = nx.DiGraph((start, end) for start, end in edges if start in maps and end in maps)
    if not nx.is_directed_acyclic_graph(between):
        names = [start for start, _ in nx.find_cycle(between)]
        raise InputError(f"nodes {names} form a cycle without a neuron; put a neuron into it.")
    for name, each in maps.items():
        before = [start for start, end in edges if end == name]
        if not before or name not in {start for start, _ in edges}:
            raise InputError(f"node {name!r} has no edge into it or none out of it; join it or remove it.")
        if each.bias is not None and len(before) > 1:
            raise InputError(
                f"node {name!r} adds a bias to the sum of {len(before)} nodes {before}; "
                "a bias belongs to one of them, so give each a node of its own."
            )


def _paths(path: tuple[str, ...], maps: Mapping[str, _Map], edges: _Edges) -> list[tuple[str, ...]]:
    """Every way that ends in `path`, from an input or a neuron through maps to the neuron at its end."""
    found = []
    for start in (start for start, end in edges if end == path[0]):
        found += _paths((start, *path), maps, edges) if start in maps else [(start, *path)]
    return found


def _projections(
    paths: list[tuple[str, ...]],
    inputs: Mapping[str, int],
    neurons: Mapping[str, _Neurons],
    maps: Mapping[str, _Map],
) -> tuple[FloatProjection, ...]:
    """One projection per path, named after the maps on it where no other projection has that name."""
    import networkx as nx

    links = nx.DiGraph((path[0], path[-1]) for path in paths)
    cycle_of = {name: number for number, part in enumerate(nx.strongly_connected_components(links)) for name in part}
    short = [" -> ".join(path[1:-1]) for path in paths]
    projections = []
    for path, name in zip(paths, short, strict=True):
        start, *between, end = path
        width = inputs[start] if start in inputs else neurons[start].population.neurons
        whole = _Map(np.ones(width))
        for step in [*(maps[step] for step in between), _Map(neurons[end].gain)]:
            whole = whole.then(step)
        projections.append(
            FloatProjection(
                name=name if name and short.count(name) == 1 else " -> ".join(path),
                source=start,
                target=end,
                synapses=whole.synapses(),
                delay=1 if cycle_of[start] == cycle_of[end] else 0,
                bias=whole.bias,
            )
        )
    return tuple(projections)


def _parameters(name: str, node: Any) -> dict[str, Floats]:
    """The parameters of a neuron node by name, float64 [neuron] each."""
    keys = _NEURONS[_kind(node)]
    given: dict[str, Floats] = {
        key: readonly(getattr(node, key), np.float64, f"{key} of node {name!r}") for key in keys
    }
    for key, values in given.items():
        if values.size != given["r"].size:
            raise InputError(
                f"node {name!r} has {given['r'].size} values of r but {values.size} of {key}; "
                "one per neuron is needed, so match them."
            )
    return given


def _steps(name: str, key: str, given: Mapping[str, Floats], dt: float) -> Floats:
    """A time constant in steps, at least 1."""
    steps = given[key] / dt
    if steps.min(initial=1) < 1 - _ROUNDING:
        raise InputError(
            f"node {name!r} has {key} down to {given[key].min():g} s at dt = {dt:g} s; "
            "a time constant lasts at least one step, so correct it or give a smaller dt."
        )
    return np.maximum(steps, 1)


def _kind(node: Any) -> str:
    return type(node).__name__


def _width(name: str, node: Any, post: bool = True) -> int:
    """Number of signals that leave a node, or, unless `post`, that enter it."""
    types = node.output_type["output"] if post else node.input_type["input"]
    shape = tuple(int(size) for size in np.ravel(types))
    if len(shape) != 1:
        raise InputError(f"node {name!r} has shape {shape}; only one axis [neuron] can be read, so flatten it.")
    return shape[0]


def _digest(nodes: Mapping[str, Any], edges: _Edges, dt: float) -> str:
    """SHA-256 of everything the reader looked at."""
    sha = hashlib.sha256(repr((edges, dt)).encode())
    for name, node in nodes.items():
        keys = _NEURONS.get(_kind(node)) or _MAPS.get(_kind(node)) or ()
        arrays: list[Array] = [np.asarray(getattr(node, key), dtype=np.float64) for key in keys]
        sha.update(repr((name, _kind(node), [array.shape for array in arrays])).encode())
        for array in arrays:
            sha.update(array.tobytes())
    return sha.hexdigest()
