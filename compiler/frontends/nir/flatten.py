"""flatten: nodes and edges become the ways that spikes take from one neuron node to the next."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from compiler.frontends.nir.nodes import MAPS, NEURONS, PASSING, VOLTAGES, Node
from compiler.frontends.nir.unnest import Edges
from targets.contracts.errors import InputError

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
    order   the maps, and what hands on what it hears, each after all of those before it
    """

    ways: tuple[Way, ...]
    before: Mapping[str, Sequence[str]]
    order: tuple[str, ...]


def flatten(nodes: Mapping[str, Node], edges: Edges) -> Flat:
    """One way for each pair of nodes that maps join, however many paths of maps there are between them.

    Raises InputError for maps that are no part of a way, and for an Output of what is no spike.
    """
    import networkx as nx

    maps = {name for name, node in nodes.items() if node.kind in MAPS or node.kind in PASSING}
    ends = [name for name, node in nodes.items() if node.kind in NEURONS]
    between: nx.DiGraph[str] = nx.DiGraph((start, end) for start, end in edges if start in maps and end in maps)
    between.add_nodes_from(sorted(maps))
    if not nx.is_directed_acyclic_graph(between):
        names = [start for start, _ in nx.find_cycle(between)]
        raise InputError(f"nodes {names} form a cycle without a neuron; put a neuron into it.")
    _check_maps(nodes, edges, maps)
    before: dict[str, list[str]] = {name: [] for name in (*maps, *ends)}
    for start, end in edges:
        if end in before:
            before[end].append(start)
    order = tuple(nx.topological_sort(between))
    paths: dict[str, dict[str, Path]] = {}
    for name in (*order, *ends):
        paths[name] = {}
        for node in before[name]:
            for start, path in _continued(node, paths[node], nodes) if node in maps else ((node, ()),):
                paths[name][start] = None if start in paths[name] else path
    ways = tuple(Way(start, end, path) for end in ends for start, path in paths[end].items())
    for way in ways:
        if nodes[way.start].kind in VOLTAGES:
            raise InputError(
                f"node {way.end!r} hears the voltage of {nodes[way.start].kind} {way.start!r}; cores hear spikes, so "
                f"replace {way.start!r} by a node that spikes, or end the graph with it."
            )
    return Flat(ways, before, order)


def _check_maps(nodes: Mapping[str, Node], edges: Edges, maps: set[str]) -> None:
    """Raise InputError for maps with a loose end."""
    heard, hearing = {end for _, end in edges}, {start for start, _ in edges}
    for name in nodes:
        if name in maps and not (name in heard and name in hearing):
            raise InputError(f"node {name!r} has no edge into it or none out of it; join it or remove it.")


def _continued(node: str, paths: Mapping[str, Path], nodes: Mapping[str, Node]) -> Iterator[tuple[str, Path]]:
    """Each start and its path, with the map `node` at the end."""
    for start, path in paths.items():
        longer = path if nodes[node].kind in PASSING else None if path is None else (*path, node)
        yield start, longer
