"""export: a program or network as a NIR file, with all of it in the metadata."""

import io
import os
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

from compiler.exports.nir.advance import Advanced, advance
from compiler.exports.nir.floats import floats_of, scale_of
from compiler.exports.nir.nodes import DT, graph_in_nir
from compiler.frontends.network import lower
from search.network import Network
from targets.contracts.errors import InputError
from targets.contracts.writing import replacing
from targets.program.program import Program

if TYPE_CHECKING:
    import nir

TAKES_NETWORKS = True
FILE = {Program: "motifc_program", Network: "motifc_network"}
"""Where the metadata hold the bytes of the .program or .network file, uint8."""
READING = (
    "u[t] = (1 - dt/tau_syn) u[t-1] + x[t]; v[t] = (1 - dt/tau_mem) v[t-1] + u[t] + (dt/tau_mem) v_leak; spike where "
    "v > v_threshold, then v = 0 in the same step, u is kept; x[t] is what the nodes before make of spikes of step t; "
    "a node with an edge to itself, without a Delay on it, hears its spikes of step t - 1"
)


def export(source: Program | Network, path: str | os.PathLike[str]) -> None:
    """Write `nir_of(source)` to `path` in one step; InputError where the package nir is missing."""
    try:
        import nir
    except ImportError as error:
        raise InputError(
            f'writing NIR needs the package nir ({error}); install it with: pip install "motifc[nir]"'
        ) from None
    written = io.BytesIO()  # libhdf5 wants a lock of its own on files
    nir.write(written, nir_of(source))
    with replacing(path) as temporary:
        temporary.write_bytes(written.getbuffer())


def nir_of(source: Program | Network) -> "nir.NIRGraph":
    """The graph of a program, its integers in floats, or of a network; docs/interchange.md says how to read it.

    Metadata of the graph tell dt, the reading and the digests, and hold the source as it is; those of a node its name,
    by how many steps it is later in the source (`latency`), and, of a program, its cores and the unit of its integers.
    """
    advanced = advance(floats_of(source) if isinstance(source, Program) else lower(source))
    graph = graph_in_nir(advanced.graph, _heard(source, advanced), _notes(source, advanced))
    graph.metadata.update(_metadata(source))
    return graph


def caveats(source: Program | Network) -> tuple[str, ...]:
    """A sentence on everything of a source that NIR has no node for, and that others will therefore not do."""
    told = []
    populations = source.populations if isinstance(source, Program) else source.layers
    resting = [each.name for each in populations if each.refractory is not None]
    if resting:
        told.append(
            f"{len(resting)} populations rest after a spike, {resting[0]!r} the first; NIR has no refractory period, "
            "so others will have more spikes."
        )
    if isinstance(source, Program):
        coarse = [each.name for each in source.projections if each.exponent < 0]
        if coarse:
            told.append(
                f"{len(coarse)} projections have an exponent below 0, {coarse[0]!r} the first, and round what they "
                "sum; NIR rounds nothing."
            )
    return tuple(told)


def _heard(source: Program | Network, advanced: Advanced) -> tuple[str, ...]:
    """The populations with an Output: the readout's, else those that no other hears, else all."""
    if source.readout is not None:
        return (source.readout.population,)
    own = [each.name for each in advanced.graph.populations if not each.invented]
    spoken = {each.source for each in advanced.graph.projections if each.source != each.target}
    return tuple(name for name in own if name not in spoken) or tuple(own)


def _metadata(source: Program | Network) -> dict[str, Any]:
    told: dict[str, Any] = {
        "producer": "motifc",
        "digest": source.digest,
        "origin": source.origin,
        "dt": DT,
        "steps": source.steps,
        "reading": READING,
        "decay": "euler",
        "reset": "zero",
        FILE[type(source)]: _file_of(source),
    }
    if isinstance(source, Program):
        told["chip"] = source.chip.name
        told["core_tiles"] = np.array([(core.x, core.y) for core in source.cores], np.int32).reshape(-1, 2)
    return told


def _notes(source: Program | Network, advanced: Advanced) -> dict[str, Mapping[str, Any]]:
    """What is told of every population, by its name."""
    notes: dict[str, Mapping[str, Any]] = {}
    for each in advanced.graph.populations:
        told: dict[str, Any] = {"latency": advanced.shifts[each.name]}
        if each.refractory is not None:
            told["refractory_steps"] = each.refractory
        if isinstance(source, Program):
            own = source.population(each.name)
            told |= {"unit_of_integers": scale_of(own, source), "core": _core_of(source, each.name)}
        notes[each.name] = told
    return notes


def _core_of(program: Program, name: str) -> np.ndarray:
    """The core of every neuron of a population, int32 [neuron]; -1 of one that is on none."""
    found = np.full(program.population(name).neurons, -1, np.int32)
    for number, core in enumerate(program.cores):
        if name in core.members:
            found[core.members[name]] = number
    return found


def _file_of(source: Program | Network) -> np.ndarray:
    """The bytes of the file that `source.save` writes."""
    with TemporaryDirectory(prefix="motifc-") as folder:
        path = Path(folder, "source")
        source.save(path)
        return np.fromfile(path, np.uint8)
