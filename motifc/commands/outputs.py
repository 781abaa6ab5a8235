"""Where commands write to: checked before the work begins, and again when a file is written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from targets.contracts.writing import Destination, check_writable

if TYPE_CHECKING:
    from targets.contracts.provenance import Provenance

_OURS = frozenset({".network", ".program", ".stage", ".checkpoint", ".html", ".onnx"})
"""Endings of what is no data, though it may lie in a folder of data."""


def destination(out: Path, force: bool, *inputs: Path | str | None) -> Destination:
    """A place for the file `out`, which replaces what is there where `force` says so, and never one of the `inputs`.

    Raises InputError where no file can be written there, or one is there that stays.
    """
    read = (Path(each) for each in inputs if each is not None)
    made = Destination(out, force, tuple(each for each in read if out.suffix not in _OURS or not each.is_dir()))
    check_writable(made)
    return made


def data_read(data: str | None, data_dir: Path | None, provenance: Provenance | None = None) -> Path | None:
    """The file or folder that spikes are read from; where no data are named it is that of what was trained on last."""
    from search.data.task import sought_folder, task_in

    latest = None if provenance is None else provenance.latest
    if data is None:
        if latest is None or not latest.data:
            return None
        data, data_dir = latest.data, data_dir or (Path(latest.folder) if latest.folder else None)
    task = task_in(data)
    return sought_folder(task, data_dir) if task else Path(data)
