"""flatten: nodes and edges become the ways that spikes take from one neuron node to the next."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from compiler.frontends.nir.nodes import MAPS, NEURONS, kind, width
from targets.contracts.errors import InputError

Edges = list[tuple[str, str]]
"""Names of the nodes at both ends of every edge."""


Path = tuple[str, ...] | None
"""Maps one after the other; None for several paths."""


@dataclass(frozen=True)
class Way:
    """Everything that leads from an input or a neuron node `start` through maps to the neuron node `end`.

    `path` are the maps on it, one after the other; None where it branches, so that several paths are summed.
    """

    start: str
    end: str
    path: Path


@dataclass(frozen=True)
class Flat:
    """The ways of a graph, grouped by their ends, and the maps between.

    before  node -> the nodes with an edge to it, for every map and every end of a way
    order   the maps, each after all of those before it
    """

    ways: tuple[Way, ...]
    before: Mapping[str, Sequence[str]]
    order: tuple[str, ...]


def flatten(nodes: Mapping[str, Any], edges: Edges) -> Flat:
    """One way for each pair of nodes that maps join, however many paths of maps there are between them.

    Raises InputError for edges that do not fit, and for maps that are no part of a way.
    """
    import networkx as nx

    maps = {name for name, node in nodes.items() if kind(node) in MAPS}
    ends = [name for name, node in nodes.items() if kind(node) in NEURONS]
    _check_edges(nodes, edges, maps)
    _check_maps(nodes, edges, maps)
    before: dict[str, list[str]] = {name: [] for name in (*maps, *ends)}
    for start, end in edges:
        if end in before:
            before[end].append(start)
    between = nx.DiGraph((start, end) for start, end in edges if start in maps and end in maps)
    between.add_nodes_from(sorted(maps))
    order = tuple(nx.topological_sort(between))
    paths: dict[str, dict[str, Path]] = {}
    for name in (*order, *ends):
        paths[name] = {}
        for node in before[name]:
            for start, path in _continued(node, paths[node]) if node in maps else ((node, ()),):
                paths[name][start] = None if start in paths[name] else path
    return Flat(tuple(Way(start, end, path) for end in ends for start, path in paths[end].items()), before, order)


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


def _continued(node: str, paths: Mapping[str, Path]) -> Iterator[tuple[str, Path]]:
    """Each start and its path, with the map `node` at the end."""
    for start, path in paths.items():
        yield start, None if path is None else (*path, node)
