"""deployment_file: reading a deployment graph back; differences: what two of them do not share."""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from compiler.analysis.deployment import SCHEMA, VERSION
from targets.contracts.artefact import check_readable
from targets.contracts.errors import InputError
from targets.contracts.shown import brief

_PARTS = ("populations", "projections")


@dataclass(frozen=True)
class Difference:
    """One field of one place that differs; `left` and `right` are JSON values, None where the place is not there."""

    place: str
    field: str
    left: Any
    right: Any


def read_deployment(path: str | os.PathLike[str]) -> dict[str, Any]:
    """A graph that `motifc export --format json` wrote; InputError for anything else, and for another version."""
    check_readable(path, "a deployment graph, as motifc export --format json writes it,")
    try:
        found = json.loads(Path(path).read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"{path} is no JSON ({type(error).__name__}); write it with motifc export.") from None
    if not isinstance(found, dict) or found.get("schema") != SCHEMA:
        raise InputError(f"{path} is no deployment graph; write it with motifc export --format json.")
    if found.get("version") != VERSION:
        raise InputError(
            f"{path} is a deployment graph of version {brief(found.get('version'))}; this motifc reads {VERSION}, so "
            "export it again."
        )
    if not _is_whole(found):
        raise InputError(f"{path} is a damaged deployment graph; export it again.")
    return found


def differences(left: Mapping[str, Any], right: Mapping[str, Any]) -> tuple[Difference, ...]:
    """Fields in which two graphs differ, totals first, then populations, projections, nodes and edges."""
    return tuple(_differences(left, right))


def _differences(left: Mapping[str, Any], right: Mapping[str, Any]) -> Iterator[Difference]:
    mine, theirs = left["graph"], right["graph"]
    for key in ("totals", "limits"):
        yield from _fields(key, mine[key], theirs[key])
    alone = {"totals", "limits", *_PARTS}
    yield from _fields("program", *({k: v for k, v in each.items() if k not in alone} for each in (mine, theirs)))
    for part in _PARTS:
        ours, others = ({each["name"]: each for each in side[part]} for side in (mine, theirs))
        yield from _entries(part[:-1], ours, others)
    ours, others = ({each["id"]: each for each in side["nodes"]} for side in (left, right))
    yield from _entries("", ours, others)
    ours, others = ({f"{each['source']} to {each['target']}": each for each in side["edges"]} for side in (left, right))
    yield from _entries("route", ours, others)


def _entries(kind: str, mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> Iterator[Difference]:
    for name in dict.fromkeys((*mine, *theirs)):
        place = f"{kind} {name}" if kind else name
        if name not in mine or name not in theirs:
            yield Difference(place, "", "there" if name in mine else None, "there" if name in theirs else None)
        else:
            yield from _fields(place, mine[name], theirs[name])


def _fields(place: str, mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> Iterator[Difference]:
    for key in dict.fromkeys((*mine, *theirs)):
        if mine.get(key) != theirs.get(key):
            yield Difference(place, key, mine.get(key), theirs.get(key))


def _is_whole(found: Mapping[str, Any]) -> bool:
    """Whether all that is compared is there."""
    graph = found.get("graph")
    if not isinstance(graph, dict) or not all(isinstance(graph.get(key), dict) for key in ("totals", "limits")):
        return False
    needed = {"nodes": ("id", "kind"), "edges": ("source", "target", "kind")}
    lists = [(found.get(key), keys) for key, keys in needed.items()] + [(graph.get(key), ("name",)) for key in _PARTS]
    return all(
        isinstance(entries, list)
        and all(isinstance(entry, dict) and all(isinstance(entry.get(key), str) for key in keys) for entry in entries)
        for entries, keys in lists
    )
