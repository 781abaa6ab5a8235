"""flatten: nodes and edges become the ways that spikes take from one neuron node to the next."""

from collections.abc import Mapping
from typing import Any

from compiler.frontends.nir.nodes import MAPS, NEURONS, kind, width
from targets.contracts.errors import InputError

Edges = list[tuple[str, str]]
"""Names of the nodes at both ends of every edge."""
NodePath = tuple[str, ...]
"""Names of an input or a neuron node, of the maps after it, and of the neuron node where they end."""


def flatten(nodes: Mapping[str, Any], edges: Edges) -> list[NodePath]:
    """Every path that ends at a neuron node, grouped by that node.

    Raises InputError for edges that do not fit, and for maps that are no part of a path.
    """
    maps = {name for name, node in nodes.items() if kind(node) in MAPS}
    _check_edges(nodes, edges, maps)
    _check_maps(nodes, edges, maps)
    return [path for name, node in nodes.items() if kind(node) in NEURONS for path in _ending_in((name,), maps, edges)]


def _check_edges(nodes: Mapping[str, Any], edges: Edges, maps: set[str]) -> None:
    """Raise InputError for an edge that is there twice, has a wrong end or joins two widths."""
    for edge, (start, end) in zip(edges, [*edges[1:], ("", "")], strict=True):
        if edge == (start, end):
            raise InputError(f"edge {start!r} -> {end!r} is there twice; remove one.")
    for start, end in edges:
        if start not in nodes or end not in nodes or kind(nodes[start]) == "Output" or kind(nodes[end]) == "Input":
            raise InputError(
                f"edge {start!r} -> {end!r} must join two of the nodes {list(nodes)}, not come from an Output "
                "and not go to an Input; correct the edge."
            )
        given, taken = width(start, nodes[start]), width(end, nodes[end], post=False)
        if given != taken:
            raise InputError(
                f"edge {start!r} -> {end!r} joins {given} outputs to {taken} inputs; both must be equal, "
                "so correct the shape of one node."
            )
        if kind(nodes[end]) == "Output" and start in maps:
            raise InputError(
                f"output {end!r} is what {kind(nodes[start])} {start!r} computes; only spikes can be recorded, "
                "so end the graph with a neuron."
            )


def _check_maps(nodes: Mapping[str, Any], edges: Edges, maps: set[str]) -> None:
    """Raise InputError for maps in a cycle, with a loose end, or with a bias that belongs to several paths."""
    import networkx as nx

    between = nx.DiGraph((start, end) for start, end in edges if start in maps and end in maps)
    if not nx.is_directed_acyclic_graph(between):
        names = [start for start, _ in nx.find_cycle(between)]
        raise InputError(f"nodes {names} form a cycle without a neuron; put a neuron into it.")
    for name in nodes:
        if name not in maps:
            continue
        before = [start for start, end in edges if end == name]
        if not before or name not in {start for start, _ in edges}:
            raise InputError(f"node {name!r} has no edge into it or none out of it; join it or remove it.")
        if kind(nodes[name]) == "Affine" and len(before) > 1:
            raise InputError(
                f"node {name!r} adds a bias to the sum of {len(before)} nodes {before}; "
                "a bias belongs to one of them, so give each a node of its own."
            )


def _ending_in(path: NodePath, maps: set[str], edges: Edges) -> list[NodePath]:
    """Every path whose last nodes are those of `path`."""
    found = []
    for start in (start for start, end in edges if end == path[0]):
        found += _ending_in((start, *path), maps, edges) if start in maps else [(start, *path)]
    return found
