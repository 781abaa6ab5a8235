"""read_nir: a graph of the Neuromorphic Intermediate Representation (NIR) becomes a FloatGraph."""

import hashlib
import os
import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from compiler.frontends.nir.content import content_of
from compiler.frontends.nir.flatten import flatten
from compiler.frontends.nir.left_out import tell_left_out
from compiler.frontends.nir.maps import Map
from compiler.frontends.nir.neurons import Neurons
from compiler.frontends.nir.nodes import CONVOLUTIONS, MAPS, NEURONS, Node
from compiler.frontends.nir.outputs import check_outputs
from compiler.frontends.nir.projections import projections
from compiler.frontends.nir.reset import check_reset
from compiler.frontends.nir.shapes import Shapes, shapes_of, width
from compiler.frontends.nir.timestep import time_step
from compiler.frontends.nir.unnest import Edges, Tell, unnest
from compiler.frontends.nir.unread import Readings, UnreadGraph
from compiler.ir.graph import FloatGraph
from targets.contracts.errors import InputError
from targets.contracts.fields import MOST_STEPS, whole
from targets.contracts.ports import Input

if TYPE_CHECKING:
    import nir


def read_nir(
    source: "str | os.PathLike[str] | nir.NIRGraph",
    dt: float | None = None,
    steps: int = 100,
    tell: Tell | None = None,
    readings: Readings = "",
) -> FloatGraph:
    """Read a NIR file, or take a `nir.NIRGraph`; docs/nir.md has the table of nodes.

    A NIR graph is continuous in time. `dt` is the time step in seconds; where it is None, that of the metadata, else
    the one at which every input has a gain of 1, else 0.1 ms as in the examples of the NIR paper. `steps` is the usual
    length of a sample. The equations become, by forward Euler with the new current in the voltage,
    ```
    u[t] = (1 - dt/tau_syn) u[t-1] + (dt/tau_syn) w_in (dt/tau_mem) r (W s + b)
    v[t] = (1 - dt/tau_mem) v[t-1] + u[t] + (dt/tau_mem) (v_leak - v_reset)
    s[t] = v[t] > v_threshold - v_reset;   v[t] = 0 where s[t]
    ```
    where v counts from v_reset and starts there (LIF: without the first term of u, without dt/tau_syn and
    w_in; IF: tau_mem endless, r dt). So tau_s = tau_syn / dt, tau_m = tau_mem / dt and all gains are in the weights.
    Neurons become populations of the same name, whatever leads from one to the next becomes one projection for each
    delay; the bias of an Affine rides with it. A projection has the delay of its Delays; without any 1 on a loop, else
    0: NIR itself has no word on that. An Output marks spikes to look at and leaves no trace. The origin of the graph is
    a digest of the nodes, the edges and dt, whatever the file looks like.

    `tell` is called with a sentence on all that was read in one way of several, or that may be meant otherwise: the
    time step where it was not given, a v_reset that a file does not have, loops, Outputs. Without it these are
    warnings of Python.

    `readings` says what its producer means where that is not the above: the name of a reading or its switches
    (`compiler.frontends.nir.readings`), for all neurons or by the names of their nodes, others being read as above.

    Raises InputError that names the node for every other kind of node, numbers that are not finite, shapes that do not
    fit, a time constant below dt, a threshold not above v_reset, a reset that no core does, and a dt that the file
    contradicts.

    Source: Pedersen et al., "Neuromorphic intermediate representation", Nature Communications 15, 8122 (2024).
    """
    told: list[str] = []
    with np.errstate(all="ignore"):  # what overflows is told by the name of its node
        graph = _unread(source, dt, steps, tell or told.append).read(readings)
    for sentence in told:
        warnings.warn(sentence, stacklevel=2)
    return graph


def unread_nir(
    source: "str | os.PathLike[str] | nir.NIRGraph", dt: float | None = None, steps: int = 100, tell: Tell | None = None
) -> UnreadGraph:
    """The same before anybody has said how its neurons are read."""
    told: list[str] = []
    with np.errstate(all="ignore"):
        graph = _unread(source, dt, steps, tell or told.append)
    for sentence in told:
        warnings.warn(sentence, stacklevel=2)
    return graph


def _unread(source: "str | os.PathLike[str] | nir.NIRGraph", dt: float | None, steps: int, say: Tell) -> UnreadGraph:
    steps = whole(steps, "the number of steps of a graph", MOST_STEPS, least=1)
    graph = unnest(content_of(source), say)
    nodes, edges = graph.nodes, graph.edges
    shapes = shapes_of(graph)
    step = time_step(graph, dt, say)
    check_reset(graph)
    tell_left_out(graph, say)
    for name, node in nodes.items():
        if node.spelled:
            say(f"node {name!r} is a {node.spelled}, read as the {node.kind} of nir that it derives from.")
    neurons = {
        name: Neurons.of(name, node, width(shapes[name].given), step, say)
        for name, node in nodes.items()
        if node.kind in NEURONS
    }
    inputs = {name: Input(name, width(shapes[name].given)) for name, node in nodes.items() if node.kind == "Input"}
    if not inputs or not neurons:
        raise InputError(
            f"the graph has {len(inputs)} Inputs and {len(neurons)} nodes of neurons; one of each is needed, so add it."
        )
    maps = {
        name: Map.of(name, node, width(shapes[name].given), shapes[name].taken or (), step)
        for name, node in nodes.items()
        if node.kind in MAPS
    }
    check_outputs(nodes, edges, say)
    widths = {name: width(shapes[name].given) for name in (*inputs, *neurons)}
    return UnreadGraph(
        inputs=tuple(inputs.values()),
        neurons=neurons,
        projections=projections(flatten(nodes, edges), widths, maps, say),
        steps=steps,
        origin=_digest(nodes, edges, shapes, step),
    )


def _digest(nodes: Mapping[str, Node], edges: Edges, shapes: Mapping[str, Shapes], dt: float) -> str:
    """SHA-256 of everything the reader looked at; parameters of one value as they hold, for every neuron."""
    sha = hashlib.sha256(repr((edges, dt)).encode(errors="surrogatepass"))
    for name, node in nodes.items():
        keys, wide = NEURONS.get(node.kind) or MAPS.get(node.kind) or (), width(shapes[name].given)
        arrays = [_looked_at(name, node, key, wide) for key in keys]
        told: tuple[Any, ...] = (name, node.kind, [array.shape for array in arrays])
        if node.kind in CONVOLUTIONS:
            told += (shapes[name].taken,)
        sha.update(repr(told).encode(errors="surrogatepass"))
        for array in arrays:
            sha.update(np.ascontiguousarray(array).tobytes())
    return sha.hexdigest()


def _looked_at(name: str, node: Node, key: str, neurons: int) -> Any:
    if isinstance(node.given.get(key), str):  # padding by name
        return np.frombuffer(str(node.given[key]).encode(), np.uint8)
    values = node.numbers(name, key)
    return np.broadcast_to(values.ravel(), neurons) if values.size == 1 and key != "weight" else values
