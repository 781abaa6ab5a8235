"""read_nir: a graph of the Neuromorphic Intermediate Representation (NIR) becomes a FloatGraph."""

import hashlib
import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from compiler.frontends.nir.flatten import Edges, flatten
from compiler.frontends.nir.neurons import Neurons
from compiler.frontends.nir.nodes import MAPS, NEURONS, kind, refuse_unknown, width
from compiler.frontends.nir.projections import Map, projections
from compiler.ir.graph import FloatGraph
from targets.contracts.arrays import Array
from targets.contracts.errors import InputError
from targets.contracts.ports import Input

if TYPE_CHECKING:
    import nir


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
    refuse_unknown(nodes)
    inputs = {name: Input(name, width(name, node)) for name, node in nodes.items() if kind(node) == "Input"}
    neurons = {name: Neurons.of(name, node, dt) for name, node in nodes.items() if kind(node) in NEURONS}
    maps = {name: Map.of(name, node) for name, node in nodes.items() if kind(node) in MAPS}
    return FloatGraph(
        inputs=tuple(inputs.values()),
        populations=tuple(each.population for each in neurons.values()),
        projections=projections(flatten(nodes, edges), inputs, neurons, maps),
        readout=None,
        steps=steps,
        origin=_digest(nodes, edges, dt),
    )


def _content(source: "str | os.PathLike[str] | nir.NIRGraph") -> tuple[dict[str, Any], Edges]:
    """Nodes and edges of a file or graph, both sorted, so that equal graphs are read alike."""
    try:
        import nir
    except ImportError as error:
        raise InputError(
            f'reading NIR needs the package nir ({error}); install it with: pip install "motifc[nir]"'
        ) from None
    graph = source
    if isinstance(source, str | os.PathLike):
        if not Path(source).is_file():
            raise InputError(f"{source} does not exist; a .nir file is needed, so check the path.")
        from search.data.readers.hdf5 import why_unread  # h5py is heavy

        if reason := why_unread(Path(source)):
            raise InputError(f"{source} is not a readable NIR file ({reason}); write it anew with nir.write.")
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


def _digest(nodes: Mapping[str, Any], edges: Edges, dt: float) -> str:
    """SHA-256 of everything the reader looked at."""
    sha = hashlib.sha256(repr((edges, dt)).encode())
    for name, node in nodes.items():
        keys = NEURONS.get(kind(node)) or MAPS.get(kind(node)) or ()
        arrays: list[Array] = [np.asarray(getattr(node, key), dtype=np.float64) for key in keys]
        sha.update(repr((name, kind(node), [array.shape for array in arrays])).encode())
        for array in arrays:
            sha.update(array.tobytes())
    return sha.hexdigest()
