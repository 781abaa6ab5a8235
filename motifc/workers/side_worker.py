"""A worker of verify: python -m motifc.workers.side_worker FOLDER, told where a piece begins on every line."""

import json
import sys
from contextlib import ExitStack
from pathlib import Path

from motifc.workers.serve import serve
from motifc.workers.verifying import TASK, spikes_file
from targets.conformance.verification import compare_piece, side
from targets.contracts.raster import load_rasters, save_rasters
from targets.contracts.serial import pack
from targets.program.program import Program
from targets.runtime.backend import load


def main() -> None:
    """Compare what standard input names; a line of JSON for each piece: [report, state] of every other side.

    Spikes go into files of the folder, those of other sides where they differ.
    """
    folder = Path(sys.argv[1])
    told = json.loads((folder / TASK).read_text(encoding="utf-8"))
    programs = [Program.load(path) for path in told["programs"]]
    inputs = load_rasters(told["inputs"])
    with ExitStack() as held:
        sides = [
            side(held.enter_context(load(programs[number], backend)), name) for number, backend, name in told["sides"]
        ]

        def compare(line: str) -> str:
            piece = compare_piece(sides[0], sides[1:], inputs, int(line), told["samples"])
            save_rasters(piece.spikes, spikes_file(folder, int(line)))
            for number, (report, _, spikes) in enumerate(piece.others):
                if not report.equal:
                    save_rasters(spikes, spikes_file(folder, int(line), number))
            return json.dumps([[pack(report)[0], state] for report, state, _ in piece.others])

        serve(compare)


if __name__ == "__main__":
    main()
