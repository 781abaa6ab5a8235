"""meant: edges of a graph within a graph that are written wrongly, though only one thing can be meant by them."""

from collections.abc import Callable
from dataclasses import replace

from compiler.frontends.nir.nodes import NEURONS, PORTS, Node, Tree

_NAMES = {"lif": set(NEURONS), "w_rec": {"Linear", "Affine"}, **{kind.lower(): {kind} for kind in PORTS}}
"""What older snnTorch calls nodes in edges, whatever their names, and the kinds that it means."""


def meant(tree: Tree, name: str, tell: Callable[[str], None]) -> Tree:
    """The graph `name` with its edges as they are meant; `tell` says what was changed.

    Older snnTorch writes edges between "lif" and "w_rec" whatever these nodes are called. Spyx leads the Input of a
    recurrent layer into its recurrent weights, and not into its neurons. Everything else stays as it is.
    """
    return _straightened(_renamed(tree, name, tell), name, tell)


def _renamed(tree: Tree, name: str, tell: Callable[[str], None]) -> Tree:
    """Names of edges that no node has become those of the only nodes of their kinds that no edge names."""
    named = {end for edge in tree.edges for end in edge}
    found = {}
    for unknown in sorted(named - set(tree.nodes)):
        kinds = _NAMES.get(unknown, set())
        fitting = [key for key, node in tree.nodes.items() if isinstance(node, Node) and node.kind in kinds]
        if len(fitting) != 1 or fitting[0] in named:
            return tree
        found[unknown] = fitting[0]
    if not found:
        return tree
    told = " and ".join(f"{old!r} as {new!r}" for old, new in found.items())
    tell(f"edges of the graph {name!r} name no node of it; {told} is the only one that can be meant.")
    edges = tuple(sorted((found.get(start, start), found.get(end, end)) for start, end in tree.edges))
    return replace(tree, edges=edges)


def _straightened(tree: Tree, name: str, tell: Callable[[str], None]) -> Tree:
    """A recurrent layer whose Input leads into the recurrent weights alone has it lead into the neurons."""
    nodes = [(key, node.kind) for key, node in tree.nodes.items() if isinstance(node, Node)]
    parts = [[key for key, kind in nodes if kind in kinds] for kinds in _NAMES.values()]
    if len(tree.nodes) != 4 or any(len(part) != 1 for part in parts):
        return tree
    (lif,), (weights,), (start,), (end,) = parts
    if set(tree.edges) != {(lif, weights), (weights, lif), (lif, end), (start, weights)}:
        return tree
    tell(
        f"the Input of the graph {name!r} leads into its recurrent weights {weights!r} alone, as Spyx writes it, and "
        f"is read as leading into {lif!r}."
    )
    return replace(tree, edges=tuple(sorted({(lif, weights), (weights, lif), (lif, end), (start, lif)})))
