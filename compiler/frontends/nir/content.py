"""content_of: what a NIR file or a graph in memory holds, before anybody asks what it means."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from compiler.frontends.nir.nodes import MAPS, NEURONS, PORTS, READ, Node, Tree
from targets.contracts.errors import InputError
from targets.contracts.shown import brief, shown

if TYPE_CHECKING:
    import nir

_DEEPEST = 32
"""Graphs within one another."""
_MOST = 1 << 16
"""Nodes of a graph with all graphs in it."""
_OPTIONAL = {"v_reset": 0.0, "w_in": 1.0, "input_shape": None, "input_type": None, "start_dim": 1, "end_dim": -1}
"""Parameters that a file may leave out, and what nir takes for them."""
_KEYS = {**NEURONS, **MAPS, "Flatten": ("input_type", "start_dim", "end_dim")}
for _convolution in ("Conv1d", "Conv2d"):
    _KEYS[_convolution] = (*_KEYS[_convolution], "input_shape")
_BROKEN = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, MemoryError, RuntimeError, OSError)


def content_of(source: "str | os.PathLike[str] | nir.NIRGraph") -> Tree:
    """Nodes and edges of a file or graph; InputError for what is none."""
    if isinstance(source, str | os.PathLike):
        return _of_file(Path(source))
    try:
        import nir
    except ImportError as error:
        raise InputError(
            f'reading NIR needs the package nir ({error}); install it with: pip install "motifc[nir]"'
        ) from None
    if not isinstance(source, nir.NIRGraph):
        raise InputError(f"a {type(source).__name__} is no NIR graph; give a .nir file or a nir.NIRGraph.")
    return _of_graph(source, "the graph", _Count())


class _Count:
    """How many nodes were met, since graphs may hold one another many times."""

    def __init__(self) -> None:
        self.nodes = 0

    def add(self, nodes: int, depth: int) -> None:
        self.nodes += nodes
        if self.nodes > _MOST or depth > _DEEPEST:
            raise InputError(
                f"the graph holds graphs more than {_DEEPEST} deep or more than {_MOST:,} nodes in all; "
                "flatten or split it."
            )


def _of_graph(graph: Any, place: str, count: _Count, depth: int = 0) -> Tree:
    """A graph in memory."""
    import nir

    count.add(len(graph.nodes), depth)
    nodes: dict[str, Node | Tree] = {}
    for name, node in graph.nodes.items():
        if not isinstance(name, str):
            raise InputError(f"a node of {place} is called {brief(name)}; names are texts, so give it one.")
        inner = isinstance(node, nir.NIRGraph)
        nodes[name] = _of_graph(node, f"graph {name!r}", count, depth + 1) if inner else _of_node(node)
    edges = []
    for edge in graph.edges:
        if not (isinstance(edge, tuple | list) and len(edge) == 2 and all(isinstance(end, str) for end in edge)):
            raise InputError(f"an edge of {place} is {brief(edge)}; two names of nodes are needed, so correct it.")
        edges.append((edge[0], edge[1]))
    return Tree(dict(sorted(nodes.items())), tuple(sorted(edges)), _metadata(graph))


def _of_node(node: Any) -> Node:
    """A node in memory; one of a class derived from a kind of nir is of that kind."""
    bases = [each.__name__ for each in type(node).__mro__ if each.__module__.partition(".")[0] == "nir"]
    kind = next((name for name in bases if name in READ), type(node).__name__)
    spelled = "" if kind == type(node).__name__ else type(node).__name__
    if kind in PORTS:
        shape = _shape(getattr(node, PORTS[kind], None), PORTS[kind].removesuffix("_type"))
        return Node(kind, {"shape": shape}, _metadata(node), spelled=spelled)
    given = {key: getattr(node, key) for key in _KEYS.get(kind, ()) if getattr(node, key, None) is not None}
    if kind == "Flatten":
        given["input_type"] = _shape(given.get("input_type"), "input")
    return Node(kind, *_completed(kind, given, _metadata(node))[:2], spelled=spelled)


def _shape(types: Any, key: str) -> Any:
    """The shape in what nir calls types: that of `key`, or the only one."""
    if not isinstance(types, Mapping):
        return types
    return types.get(key, next(iter(types.values()), None))


def _completed(kind: str, given: dict[str, Any], metadata: Mapping[str, Any]) -> tuple[Any, Any, tuple[str, ...]]:
    """Given parameters with the defaults of nir for those left out, metadata, and the names of the latter."""
    missing = tuple(key for key in _KEYS.get(kind, ()) if key not in given and key in _OPTIONAL)
    return given | {key: _OPTIONAL[key] for key in missing}, metadata, missing


def _metadata(node: Any) -> Mapping[str, Any]:
    given = getattr(node, "metadata", None)
    return dict(given) if isinstance(given, Mapping) else {}


def _of_file(path: Path) -> Tree:
    """A file, read beforehand by another process, since damage can make libhdf5 run for ever."""
    if not path.is_file():
        raise InputError(f"{path} does not exist; a .nir file is needed, so check the path.")
    try:
        from search.data.readers.hdf5 import open_hdf5
    except ImportError as error:
        raise InputError(
            f'reading NIR needs the package h5py ({error}); install it with: pip install "motifc[nir]"'
        ) from None
    try:
        with open_hdf5(path) as file:
            if "node" not in file:
                raise InputError(f"{path} holds no NIR graph, having no group 'node'; give a file that nir.write made.")
            root = _of_group(file["node"], "the graph", _Count())
    except InputError as error:
        raise InputError(str(error) if str(path) in str(error) else f"{path}: {error}") from None
    except _BROKEN as error:
        reason = shown((str(error).splitlines() or [type(error).__name__])[0])
        raise InputError(f"{path} is no readable NIR file ({reason}); copy it again or ask who made it.") from None
    if isinstance(root, Node):
        raise InputError(f"{path} holds a single {root.kind} and no graph; put it between an Input and an Output.")
    return root


def _of_group(group: Any, place: str, count: _Count, depth: int = 0) -> Node | Tree:
    """A node of an HDF5 file: its type, and its parameters as data sets."""
    import h5py

    if not isinstance(group, h5py.Group) or not isinstance(group.get("type"), h5py.Dataset):
        raise InputError(f"{place} has no type in the file; every node needs one, so copy the file again.")
    kind = _plain(group["type"][()])
    if not isinstance(kind, str):
        raise InputError(f"{place} has the type {brief(kind)}; a name is needed, so copy the file again.")
    metadata = group.get("metadata")
    notes = _values(metadata) if isinstance(metadata, h5py.Group) else {}
    if kind == "NIRGraph":
        held = group.get("nodes")
        members = dict(held.items()) if isinstance(held, h5py.Group) else {}
        count.add(len(members), depth)
        nodes = {name: _of_group(each, f"node {name!r}", count, depth + 1) for name, each in sorted(members.items())}
        return Tree(nodes, _edges(group, place), notes)
    count.add(1, depth)
    if kind in PORTS:
        return Node(kind, {"shape": group["shape"][()] if "shape" in group else None}, notes)
    return Node(kind, *_completed(kind, {key: each for key, each in _values(group).items() if key != "type"}, notes))


def _edges(group: Any, place: str) -> tuple[tuple[str, str], ...]:
    if "edges" not in group:
        return ()
    pairs = np.asarray(group["edges"][()])
    if pairs.size == 0:
        return ()
    if pairs.ndim != 2 or pairs.shape[1] != 2:
        raise InputError(f"{place} has edges of shape {pairs.shape}; [edge, 2] is needed, so copy the file again.")
    return tuple(sorted((str(_plain(start)), str(_plain(end))) for start, end in pairs))


def _values(group: Any) -> dict[str, Any]:
    """The data sets of a group by their names."""
    return {str(key): _plain(each[()]) for key, each in group.items() if hasattr(each, "shape")}


def _plain(value: Any) -> Any:
    """Texts as such: HDF5 gives them as bytes."""
    return value.decode("utf8") if isinstance(value, bytes) else value
