"""json: the deployment graph as a JSON file, in networkx's node-link form."""

import json
import os
from collections.abc import Mapping

from compiler.analysis.deployment import deployment
from targets.contracts.raster import SpikeRaster
from targets.contracts.writing import write_text
from targets.program.program import Program

TAKES_SPIKES = True


def export(program: Program, path: str | os.PathLike[str], spikes: Mapping[str, SpikeRaster] | None = None) -> None:
    """Write `deployment(program, spikes)` to `path` in one step."""
    write_text(path, json.dumps(deployment(program, spikes), indent=1) + "\n")
