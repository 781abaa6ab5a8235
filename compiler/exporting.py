"""export_program: a program in the form of another tool, by whoever writes that form."""

import os
from collections.abc import Mapping
from typing import Any, cast

from search.network import Network
from targets.contracts.errors import InputError
from targets.contracts.plugins import Plugins
from targets.contracts.raster import SpikeRaster
from targets.contracts.shown import unlike
from targets.program.program import Program
from targets.runtime.backend import backend_named, backend_names
from targets.runtime.registry import BACKENDS

EXPORTS = Plugins("export format", "compiler.exports", "motifc.exports")
"""Forms that no backend runs: modules of compiler/exports, and what other packages add.

A module has `export(program, path)`; where it also says TAKES_SPIKES, `export(program, path, spikes)`, in which spikes
are rasters of every input and population by name, to count messages by. Where it says TAKES_NETWORKS, a Network may
stand for the program; `caveats(program)` are sentences on what the form cannot hold of it. A backend with an `export`
of its own is a format too, and each of its EXPORT_VARIANTS one more, given as a third argument: "lava:core". Where it
says EXPORTS_ALONE, exporting needs nothing of what running needs.
"""


def export_formats() -> tuple[str, ...]:
    """Names of all formats, installed or not."""
    formats = list(EXPORTS.names)
    for name in backend_names():
        backend = BACKENDS.load(name)
        if hasattr(backend, "export"):
            formats += [name, *(f"{name}:{variant}" for variant in getattr(backend, "EXPORT_VARIANTS", ()))]
    return tuple(sorted(formats))


def export_program(
    program: Program | Network,
    format: str,
    path: str | os.PathLike[str],
    spikes: Mapping[str, SpikeRaster] | None = None,
) -> None:
    """Write `program`, or a network where the format takes one, in the form of another tool.

    `spikes`, as `estimate` takes them, are those that messages are counted by, in formats that tell of messages.
    Raises InputError for an unknown format, when what it needs is not installed, and for spikes it has no use for.
    """
    name, own, variant, exporter = _exporter(format)
    if isinstance(program, Network) and not getattr(exporter, "TAKES_NETWORKS", False):
        raise InputError(f"a network has no cores yet, which format {format!r} tells of; compile it and export that.")
    if not own and not getattr(exporter, "EXPORTS_ALONE", False):
        backend_named(name)
    takes_spikes = own and getattr(exporter, "TAKES_SPIKES", False)
    if spikes is not None and not takes_spikes:
        raise InputError(f"format {format!r} tells of no messages; give no spikes for it, or choose json or graphml.")
    if spikes is not None:
        exporter.export(program, path, spikes)
    elif variant:
        exporter.export(program, path, variant)
    else:
        exporter.export(program, path)


def export_caveats(program: Program | Network, format: str) -> tuple[str, ...]:
    """Sentences on what of `program` the form cannot hold; InputError for an unknown format."""
    exporter = _exporter(format)[3]
    return tuple(exporter.caveats(program)) if hasattr(exporter, "caveats") else ()


def _exporter(format: str) -> tuple[str, bool, str, Any]:
    """(name, whether no backend runs it, variant, exporter) of a format; InputError for an unknown one."""
    name, _, variant = format.partition(":")
    own = name in EXPORTS.names and not variant
    if not own and format not in export_formats():
        raise InputError(unlike("export format", format, export_formats()))
    return name, own, variant, cast(Any, (EXPORTS if own else BACKENDS).load(name))
