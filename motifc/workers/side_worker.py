"""A worker of verify: python -m motifc.workers.side_worker TASK.json, told where a piece begins on every line."""

import json
import sys
from contextlib import ExitStack
from pathlib import Path

from motifc.workers.serve import serve
from targets.conformance.verification import compare_piece, side
from targets.contracts.raster import load_rasters
from targets.contracts.serial import pack
from targets.program.program import Program
from targets.runtime.backend import load


def main() -> None:
    """Compare what standard input names; a line of JSON for each piece: [report, state] of every other side."""
    told = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    programs = [Program.load(path) for path in told["programs"]]
    inputs = load_rasters(told["inputs"])
    with ExitStack() as held:
        sides = [
            side(held.enter_context(load(programs[number], backend)), name) for number, backend, name in told["sides"]
        ]

        def compare(line: str) -> str:
            found = compare_piece(sides[0], sides[1:], inputs, int(line), told["samples"])
            return json.dumps([[pack(report)[0], state] for report, state in found])

        serve(compare)


if __name__ == "__main__":
    main()
