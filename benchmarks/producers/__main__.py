"""Tables of docs/results/producers.md: `python -m benchmarks.producers recordings --shared ../shared`."""

import argparse
import os
import sys
from pathlib import Path

from benchmarks.pages import put
from benchmarks.producers import feasibility, recordings

PAGE = Path(__file__).parents[2] / "docs" / "results" / "producers.md"


def main() -> int:
    """Work a table out, print it and write it into the page; the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition(":")[0])
    parser.add_argument("table", choices=("recordings", "feasibility"))
    parser.add_argument("--shared", type=Path, default=Path(os.environ.get("MOTIFC_SHARED", "../shared")))
    parser.add_argument("--page", type=Path, default=PAGE, help="where the table is written")
    given = parser.parse_args()
    if given.table == "recordings":
        lines = recordings.lines(list(recordings.rows(given.shared / "golden" / "braille")))
    else:
        lines = feasibility.lines(list(feasibility.rows()))
    put(given.page, given.table, lines)
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
