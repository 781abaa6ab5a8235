"""unnest: graphs within a graph are spread out, so that one flat graph remains."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from compiler.frontends.nir.meant import meant
from compiler.frontends.nir.nodes import PORTS, Node, Tree, refuse_unread
from targets.contracts.errors import InputError

Tell = Callable[[str], None]
"""Called with a sentence about the graph that does not stop it from being read."""
Edges = list[tuple[str, str]]
"""Names of the nodes at both ends of every edge."""


@dataclass(frozen=True, eq=False)
class FlatGraph:
    """Nodes by name, a node of a graph within the graph by both names and a dot between; edges, each sorted.

    `metadata` holds what was written beside the graph and the graphs in it, by their names.
    """

    nodes: Mapping[str, Node]
    edges: Edges
    metadata: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def unnest(tree: Tree, tell: Tell = lambda sentence: None) -> FlatGraph:
    """The same graph without graphs among its nodes; their Inputs and Outputs become Junctions.

    `tell` says where edges were read otherwise than they are written, as only one thing can be meant (`meant`).

    Raises InputError for nodes of kinds that cannot be read, names that meet, edges that are there twice, have a wrong
    end, or go to a graph with several Inputs (from one with several Outputs): nothing tells which is meant.
    """
    if not tree.nodes:
        raise InputError("the graph has no nodes; an Input, neurons and an Output are needed, so build it first.")
    if not tree.edges:
        raise InputError(f"the graph has {len(tree.nodes)} nodes and no edges; join them by some.")
    nodes: dict[str, Node] = {}
    edges: Edges = []
    metadata: dict[str, Mapping[str, Any]] = {}
    _spread(tree, "", nodes, edges, metadata, tell)
    return FlatGraph(dict(sorted(nodes.items())), sorted(edges), metadata)


def _spread(
    tree: Tree,
    within: str,
    nodes: dict[str, Node],
    edges: Edges,
    metadata: dict[str, Mapping[str, Any]],
    tell: Tell,
) -> None:
    """Add all nodes and edges of `tree`, whose names begin with `within`."""
    if within:
        tree = meant(tree, within.removesuffix("."), tell)
    metadata[within.removesuffix(".")] = tree.metadata
    _check_edges(tree, within)
    for short, node in tree.nodes.items():
        name = f"{within}{short}"
        if isinstance(node, Tree):
            _spread(node, f"{name}.", nodes, edges, metadata, tell)
            continue
        refuse_unread(name, node.kind)
        if name in nodes:
            raise InputError(
                f"two nodes are called {name!r}, one of them in a graph within the graph; rename one of the two."
            )
        inner = bool(within) and node.kind in PORTS
        nodes[name] = Node("Junction", node.given, node.metadata) if inner else node
    edges += [
        (
            f"{within}{_port(tree.nodes[start], start, within, 'Output')}",
            f"{within}{_port(tree.nodes[end], end, within, 'Input')}",
        )
        for start, end in tree.edges
    ]


def _port(node: Node | Tree, name: str, within: str, kind: str) -> str:
    """The node that an edge to (from) `node` ends at: itself, or the one Input (Output) of a graph."""
    while isinstance(node, Tree):
        ports = [short for short, each in node.nodes.items() if isinstance(each, Node) and each.kind == kind]
        if len(ports) != 1:
            raise InputError(
                f"node {within + name!r} is a graph with {len(ports)} nodes of kind {kind}, {ports[:5]}; an edge can "
                "only mean one, so give the graph one."
            )
        node, name = node.nodes[ports[0]], f"{name}.{ports[0]}"
    return name


def _check_edges(tree: Tree, within: str) -> None:
    """Raise InputError for an edge that is there twice or has a wrong end."""
    for edge, (start, end) in pairwise(tree.edges):
        if edge == (start, end):
            raise InputError(f"edge {within + start!r} -> {within + end!r} is there twice; remove one.")
    for start, end in tree.edges:
        first, last = tree.nodes.get(start), tree.nodes.get(end)
        wrong = first is None or last is None or _is(first, "Output") or _is(last, "Input")
        if wrong:
            some = sorted(tree.nodes)
            more = f" and {len(some) - 20:,} more" if len(some) > 20 else ""
            raise InputError(
                f"edge {within + start!r} -> {within + end!r} must join two of the nodes {some[:20]}{more}, not come "
                "from an Output and not go to an Input; correct the edge."
            )


def _is(node: Node | Tree, kind: str) -> bool:
    return isinstance(node, Node) and node.kind == kind
