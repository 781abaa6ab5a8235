"""with_latency: a program whose settings tell how late its populations are, with that in the populations themselves."""

import re
from collections.abc import Mapping
from typing import Any

from targets.contracts.arrays import Array
from targets.contracts.artefact import Artefact

_LATENCY = "latency"
_SOURCE = re.compile(r"(always on|first step)( \d+)*")
"""How the populations that stand for biases were named; nothing else marked them."""
_WHEN = {"always on": "every step", "first step": "first step"}


def with_latency(stored: Artefact) -> Artefact:
    """The same program with the latency of its settings, population -> steps, in the populations."""
    header: Any = stored.header
    settings, entries = header.get("settings"), header.get("populations")
    late = settings.get(_LATENCY) if isinstance(settings, Mapping) else None
    if not isinstance(late, Mapping) or not isinstance(entries, list):
        return stored
    populations = [_told(entry, late, stored.arrays) for entry in entries]
    changed: dict[str, Any] = {"settings": {name: value for name, value in settings.items() if name != _LATENCY}}
    sources = [entry["name"] for entry in populations if isinstance(entry, Mapping) and "invented" in entry]
    if isinstance(header.get("outputs"), list):
        changed["outputs"] = [name for name in header["outputs"] if name not in sources]
    return Artefact(stored.format, {**header, **changed, "populations": populations}, stored.arrays)


def _told(entry: Any, late: Mapping[str, Any], arrays: Mapping[str, Array]) -> Any:
    """One population with its latency, and with when it spikes where it stands for biases."""
    name = entry.get("name") if isinstance(entry, Mapping) else None
    if not isinstance(name, str):
        return entry
    vth = arrays.get(str(entry.get("vth")))
    source = _SOURCE.fullmatch(name) if vth is not None and vth.size == 1 and name not in late else None
    return {**entry, _LATENCY: late.get(name, 0)} if source is None else {**entry, "invented": _WHEN[source[1]]}
