"""source_in_nir: the program or network that a NIR file was written of, if its nodes are still those of it."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from compiler.exports.nir.write import FILE, nir_of
from compiler.frontends.nir.content import content_of
from compiler.frontends.nir.nodes import Node, Tree
from search.network import Network
from targets.contracts.errors import InputError
from targets.program.program import Program


def source_in_nir(path: str | os.PathLike[str]) -> Program | Network | None:
    """What `motifc export --format nir` wrote into the file at `path`; None for a graph that it did not write.

    The metadata hold the source as a file, whose digest is checked; the nodes and edges must be those that this source
    has in NIR, number for number. Raises InputError where they are not, since somebody has changed them since, and for
    a file that cannot be read.
    """
    tree = content_of(path)
    for kind, key in FILE.items():
        if key in tree.metadata:
            source = _loaded(kind, tree.metadata[key], path)
            if (place := _difference(tree, content_of(nir_of(source)))) is not None:
                raise InputError(
                    f"{path} was written of {kind.__name__.lower()} {source.digest[:12]}, but {place} is not as in "
                    "that; compile the file as a graph, or export it again."
                )
            return source
    return None


def source_kind(path: str | os.PathLike[str]) -> str | None:
    """Which of "program" and "network" a NIR file was written of, by its metadata alone; None of any other file."""
    try:
        told = content_of(path).metadata
    except InputError:
        return None
    return next((kind.__name__.lower() for kind, key in FILE.items() if key in told), None)


def _loaded(kind: type[Program] | type[Network], stored: object, path: str | os.PathLike[str]) -> Program | Network:
    """The source from the bytes of its file."""
    if not isinstance(stored, np.ndarray) or stored.dtype != np.uint8 or stored.ndim != 1:
        raise InputError(f"{path} holds no bytes where its {kind.__name__.lower()} should be; export it again.")
    with TemporaryDirectory(prefix="motifc-") as folder:
        place = Path(folder, "source")
        stored.tofile(place)
        try:
            return kind.load(place)
        except InputError as error:
            raise InputError(f"in {path}, {str(error).replace(str(place), 'what it was written of')}") from None


def _difference(found: Tree, meant: Tree) -> str | None:
    """Where two graphs differ in what computes; None where they do not."""
    for name in sorted({*found.nodes, *meant.nodes}):
        mine, other = found.nodes.get(name), meant.nodes.get(name)
        if not isinstance(mine, Node) or not isinstance(other, Node) or mine.kind != other.kind:
            return f"node {name!r}"
        if set(mine.given) != set(other.given):
            return f"node {name!r}"
        for key, values in mine.given.items():
            if not np.array_equal(np.asarray(values), np.asarray(other.given[key])):
                return f"{key} of node {name!r}"
    return None if found.edges == meant.edges else "an edge"
