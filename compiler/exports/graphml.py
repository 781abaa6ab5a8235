"""graphml: the deployment graph for networkx, Gephi and yEd."""

import json
import os
from collections.abc import Mapping
from typing import Any

from compiler.analysis.deployment import SCHEMA, VERSION, deployment
from targets.contracts.raster import SpikeRaster
from targets.contracts.shown import shown
from targets.contracts.writing import write_text
from targets.program.program import Program

TAKES_SPIKES = True


def export(program: Program, path: str | os.PathLike[str], spikes: Mapping[str, SpikeRaster] | None = None) -> None:
    """Write `deployment(program, spikes)` to `path` in one step.

    GraphML knows numbers and text alone: lists stand as JSON text, fields of totals and limits as `totals.cores`. What
    of a name cannot be printed stands as its escape.
    """
    import networkx

    told = deployment(program, spikes)
    graph: Any = networkx.DiGraph()
    graph.graph.update(_plain({"schema": SCHEMA, "version": VERSION, **told["graph"]}))
    for node in told["nodes"]:
        graph.add_node(node["id"], **_plain({key: value for key, value in node.items() if key != "id"}))
    for edge in told["edges"]:
        told_of_edge = {key: value for key, value in edge.items() if key not in ("source", "target")}
        graph.add_edge(edge["source"], edge["target"], **_plain(told_of_edge))
    write_text(path, "\n".join(networkx.generate_graphml(graph)) + "\n")


def _plain(fields: Mapping[str, Any], prefix: str = "") -> dict[str, int | float | str]:
    """The fields with numbers and text alone as values."""
    found: dict[str, int | float | str] = {}
    for key, value in fields.items():
        if isinstance(value, dict):
            found |= _plain(value, f"{prefix}{key}.")
        else:
            found[prefix + key] = value if isinstance(value, int | float) else _text(value)
    return found


def _text(value: Any) -> str:
    return shown(value if isinstance(value, str) else json.dumps(value))
