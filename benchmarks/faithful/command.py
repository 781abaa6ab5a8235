"""Compile networks with and without --faithful and compare every spike with the float network's; write the page.

Networks: the recurrent Braille network of the NIR paper, against snnTorch's recording and on random inputs of the same
rates, and networks that `motifc search --data digits` finds, on all test images. A row for each network; rows that the
JSON file holds are not measured again.
"""

from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.faithful.measuring import braille, digits
from benchmarks.faithful.page import page
from benchmarks.refusals import refusing
from benchmarks.runs import Row, chosen, complete
from targets.contracts.writing import check_writable, write_text

KEPT = Path(__file__).with_name("kept.json")
PAGE = Path(__file__).parents[2] / "docs" / "results" / "faithful.md"


@refusing
def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what is missing and write the page. Bad input: one sentence, exit status 2."""
    parser = ArgumentParser(prog="python -m benchmarks.faithful", description=__doc__)
    parser.add_argument("--seeds", type=int, default=5, help="digits networks, seeds from 0 on (default: %(default)s)")
    parser.add_argument("--jobs", type=int, default=1, help="measured at the same time, one processor each")
    parser.add_argument("--kept", type=Path, default=KEPT, help="the JSON file of the rows")
    parser.add_argument("--page", type=Path, default=PAGE, help="the Markdown file that is written")
    given = parser.parse_args(arguments)
    tasks: list[dict[str, Any]] = [{"network": "braille", "seed": 0}]
    tasks += [{"network": "digits", "seed": seed} for seed in range(given.seeds)]
    check_writable(given.kept)
    check_writable(given.page)
    rows = chosen(complete(given.kept, tasks, measured, given.jobs), tasks)
    write_text(given.page, page(rows))


def measured(network: str, seed: int) -> list[Row]:
    """The row of one network."""
    return [braille() if network == "braille" else digits(seed)]
