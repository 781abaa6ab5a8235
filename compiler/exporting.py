"""export_program: a program in the form of another tool, by whoever writes that form."""

import os
from collections.abc import Mapping
from typing import Any, cast

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
are rasters of every input and population by name, to count messages by. A backend with an `export` of its own is a
format too, and each of its EXPORT_VARIANTS one more, given as a third argument: "lava:core". Where it says
EXPORTS_ALONE, exporting needs nothing of what running needs.
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
    program: Program,
    format: str,
    path: str | os.PathLike[str],
    spikes: Mapping[str, SpikeRaster] | None = None,
) -> None:
    """Write `program` in the form of another tool.

    `spikes`, as `estimate` takes them, are those that messages are counted by, in formats that tell of messages.
    Raises InputError for an unknown format, when what it needs is not installed, and for spikes it has no use for.
    """
    name, _, variant = format.partition(":")
    own = name in EXPORTS.names and not variant
    if not own and format not in export_formats():
        raise InputError(unlike("export format", format, export_formats()))
    exporter = cast(Any, (EXPORTS if own else BACKENDS).load(name))
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
