"""Messages, hops and balance of the mapper beside METIS on networks and chips that it was not tuned for.

What the .json file beside the page holds already is not measured again, so that the benchmark may be run in parts. The
exit status is 1 where a bound is missed.
"""

import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path

from benchmarks.mapping.unseen.measure import measure
from benchmarks.mapping.unseen.networks import SEEDS, plan
from benchmarks.mapping.unseen.page import bounds, page
from benchmarks.refusals import refusing
from targets.contracts.writing import check_writable, write_text


@refusing
def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what is missing, write the page; 1 where a bound is missed. Bad input: one sentence, exit status 2."""
    parser = ArgumentParser(prog="python -m benchmarks.mapping.unseen", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="Markdown file; its rows go beside it")
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS, help="of the networks; others than the page's")
    parser.add_argument("--topologies", nargs="+", default=(), help="only these kinds of networks")
    given = parser.parse_args(arguments)
    out: Path = given.out
    tasks = [task for task in plan(tuple(given.seeds)) if not given.topologies or task.topology in given.topologies]
    if not tasks:
        parser.error(f"there is no topology {', '.join(given.topologies)}; choose among those of the page.")
    check_writable(out)
    rows = measure(tuple(tasks), out.with_suffix(".json"))
    write_text(out, page(rows, f"python -m benchmarks.mapping.unseen --out {out}"))
    missed = [bound for bound in bounds(rows) if not bound.met]
    sys.stderr.writelines(f"missed: {bound.name}: {bound.got}, asked {bound.asked}\n" for bound in missed)
    return int(bool(missed))
