"""shapes_of: how many signals enter and leave every node, where files say it and where its neighbours do."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod

import numpy as np

from compiler.frontends.nir.convolution import convolution_of
from compiler.frontends.nir.nodes import CONVOLUTIONS, ELEMENTWISE, MAPS, NEURONS, PORTS, Node, numbers
from compiler.frontends.nir.unnest import Edges, FlatGraph
from targets.contracts.errors import InputError
from targets.contracts.fields import MOST_NEURONS
from targets.contracts.shown import brief

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Shapes:
    """Shapes of what enters and leaves a node; None where nothing tells.

    Signals are counted in row-major order, and axes of size 1 are no difference.
    """

    taken: Shape | None
    given: Shape | None


def shapes_of(graph: FlatGraph) -> dict[str, Shapes]:
    """The shapes of all nodes, everywhere known.

    Parameters of one value hold for as many signals as the nodes before or after have, whatever their shape. Raises
    InputError for an edge that joins two shapes, and for parameters that do not fit together.
    """
    found = {name: _own(name, node) for name, node in graph.nodes.items()}
    after: dict[str, list[str]] = {name: [] for name in graph.nodes}
    before: dict[str, list[str]] = {name: [] for name in graph.nodes}
    for start, end in graph.edges:
        after[start].append(end)
        before[end].append(start)
    unknown = -1
    while unknown != (unknown := sum(None in (each.taken, each.given) for each in found.values())):
        _forwards(graph.nodes, after, found)
        _backwards(graph.nodes, before, found)
    for name, node in graph.nodes.items():
        if found[name].taken is None or found[name].given is None:
            if node.kind not in ELEMENTWISE:
                raise InputError(
                    f"nothing tells how many signals {node.kind} {name!r} has; give it or a node beside it a shape."
                )
            found[name] = Shapes((1,), (1,))
    _check(graph.edges, graph.nodes, found)
    return found


def _forwards(nodes: Mapping[str, Node], after: Mapping[str, Sequence[str]], found: dict[str, Shapes]) -> None:
    """Add to `found` what follows from the nodes before."""
    waiting = deque(nodes)
    while waiting:
        name = waiting.popleft()
        shape = found[name].given
        for end in after[name] if shape is not None else ():
            if found[end].taken is None and shape is not None:
                found[end] = _following(end, nodes[end], shape)
                waiting.append(end)


def _backwards(nodes: Mapping[str, Node], before: Mapping[str, Sequence[str]], found: dict[str, Shapes]) -> None:
    """Add to `found` what follows from the nodes behind, which tells nothing of the image before a convolution."""
    waiting = deque(reversed(list(nodes)))
    while waiting:
        name = waiting.popleft()
        shape = found[name].taken
        for start in before[name] if shape is not None else ():
            if found[start].given is None and nodes[start].kind not in CONVOLUTIONS:
                found[start] = Shapes(shape, shape)
                waiting.append(start)


def width(shape: Shape | None) -> int:
    """Signals of a shape."""
    return prod(shape or (1,))


def _own(name: str, node: Node) -> Shapes:
    """What a node tells of itself."""
    if node.kind in (*PORTS, "Junction"):
        shape = node.given.get("shape")
        own = None if shape is None else _counted(name, np.atleast_1d(numbers(shape, f"shape of node {name!r}")))
        return Shapes(own, own)
    if node.kind == "Flatten":
        shape = node.given.get("input_type")
        if shape is None:
            return Shapes(None, None)
        own = _counted(name, numbers(shape, f"input_type of node {name!r}"))
        return Shapes(own, (width(own),))
    if node.kind in CONVOLUTIONS:
        shape = node.given.get("input_shape")
        if shape is None:
            return Shapes(None, None)
        space = _counted(name, np.atleast_1d(numbers(shape, f"input_shape of node {name!r}")))
        return _following(name, node, space)
    if node.kind in ELEMENTWISE:
        shape = _common(name, node)
        return Shapes(shape, shape)
    weight = node.numbers(name, "weight")
    axes = tuple(size for size in weight.shape[:-2] if size != 1)
    if weight.ndim < 2 or axes:
        raise InputError(f"weight of node {name!r} has shape {weight.shape}; it needs 2 axes, so reshape it.")
    return Shapes(weight.shape[-1:], weight.shape[-2:-1])


def _following(name: str, node: Node, shape: Shape) -> Shapes:
    """What a node takes and gives behind one that gives `shape`."""
    if node.kind == "Flatten":
        return Shapes(shape, (width(shape),))
    if node.kind in CONVOLUTIONS:
        image = convolution_of(name, node, shape)
        return Shapes(image.taken, image.given)
    return Shapes(shape, shape)


def _common(name: str, node: Node) -> Shape | None:
    """The shape of a node's parameters, None where all hold a single value."""
    shapes: dict[str, Shape] = {}
    for key in NEURONS.get(node.kind) or MAPS[node.kind]:
        values = node.numbers(name, key)
        if values.size == 0:
            raise InputError(f"node {name!r} has no value of {key}; one per neuron is needed, so give them.")
        if values.size > 1:
            shapes[key] = values.shape
    for key, shape in shapes.items():
        first = next(iter(shapes))
        if _squeezed(shape) != _squeezed(shapes[first]):
            raise InputError(
                f"node {name!r} has {width(shapes[first])} values of {first}, of shape {shapes[first]}, but "
                f"{width(shape)} of {key}, of shape {shape}; one per neuron or one for all is needed, so match them."
            )
    return next(iter(shapes.values()), None)


def _counted(name: str, sizes: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Shape:
    """A shape as whole numbers above 0."""
    shape = tuple(int(size) for size in sizes.ravel())
    if not shape or (sizes.ravel() != shape).any() or min(shape) < 1 or prod(shape) > MOST_NEURONS:
        raise InputError(
            f"node {name!r} has the shape {brief(sizes.ravel().tolist())}; whole numbers from 1 on are needed, whose "
            f"product is at most {MOST_NEURONS:,}, so correct it."
        )
    return shape


def _squeezed(shape: Shape) -> Shape:
    return tuple(size for size in shape if size != 1)


def _check(edges: Edges, nodes: Mapping[str, Node], found: Mapping[str, Shapes]) -> None:
    """Raise InputError for an edge that joins two shapes."""
    for start, end in edges:
        given, taken = found[start].given or (), found[end].taken or ()
        if width(given) != width(taken):
            raise InputError(
                f"edge {start!r} -> {end!r} joins {width(given)} outputs to {width(taken)} inputs; both must be equal, "
                "so correct the shape of one node."
            )
        flat = "Flatten" in (nodes[start].kind, nodes[end].kind)
        if not flat and _squeezed(given) != _squeezed(taken):
            raise InputError(
                f"edge {start!r} -> {end!r} joins outputs of shape {given} to inputs of shape {taken}; both must be "
                "equal but for axes of size 1, so put a Flatten between them."
            )
