"""Tables of docs/results/producers.md: `python -m benchmarks.producers recordings --shared ../shared`."""

import argparse
import os
import sys
from pathlib import Path

from benchmarks.pages import put
from benchmarks.producers import cnn, constructs, feasibility, recordings, strange

PAGE = Path(__file__).parents[2] / "docs" / "results" / "producers.md"


def main() -> int:
    """Work a table out, print it and write it into the page; the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition(":")[0])
    parser.add_argument("table", choices=("recordings", "constructs", "cnn", "feasibility", "strange"))
    parser.add_argument("--samples", type=int, default=1_000, help="cnn: how many digits")
    parser.add_argument("--make", action="store_true", help="constructs: make the recordings anew where producers are")
    parser.add_argument("--graphs", type=int, default=60_000, help="strange: how many")
    parser.add_argument("--seed", type=int, default=0, help="strange: of the first")
    parser.add_argument("--shared", type=Path, default=Path(os.environ.get("MOTIFC_SHARED", "../shared")))
    parser.add_argument("--page", type=Path, default=PAGE, help="where the table is written")
    given = parser.parse_args()
    good = True
    if given.table == "constructs":
        for told in constructs.keep() if given.make else ():
            sys.stdout.write(f"{told}\n")
        lines = constructs.lines(list(constructs.rows()))
    elif given.table == "cnn":
        lines = cnn.lines(list(cnn.rows(given.shared, given.samples)))
    elif given.table == "strange":
        lines, good = strange.lines(given.seed, given.graphs)
    elif given.table == "recordings":
        lines = recordings.lines(list(recordings.rows(given.shared / "golden" / "braille")))
    else:
        lines = feasibility.lines(list(feasibility.rows()))
    put(given.page, given.table, lines)
    sys.stdout.write("\n".join(lines) + "\n")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
