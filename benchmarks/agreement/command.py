"""Compare backends with the oracle spike for spike, u and v included, until 1e9 bins of each have been compared.

Large random programs, and networks that were searched on digits; a fifth of the bins are of these. What the JSON file
holds is not compared again, so that the count may be added to at any time and by any backend that is installed later:
`python -m benchmarks.agreement --bins 1e9 --seed 1`.
"""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path

from benchmarks.agreement.count import Count, count
from benchmarks.agreement.programs import lively
from benchmarks.agreement.searched import searched
from benchmarks.pages import put, table
from benchmarks.refusals import refusing
from targets.contracts.errors import InputError
from targets.contracts.writing import check_writable
from targets.runtime.backend import About, about, backend_named, ready_backends
from targets.runtime.registry import ORACLE

KEPT = Path(__file__).with_name("kept.json")
PAGE = Path(__file__).parents[2] / "docs" / "verify.md"
"""Where the table of what KEPT holds stands."""
SLOW = 10
"""A slow backend, which runs some twentieth of the bins per second, is asked for one bin in so many."""
_KINDS = {"random": (0.8, lively), "searched": (0.2, searched)}


@refusing
def main(arguments: Sequence[str] | None = None) -> int:
    """Compare what is missing and print all counts; exit status 1 where a bin or a state differs, 2 for bad input."""
    parser = ArgumentParser(prog="python -m benchmarks.agreement", description=__doc__)
    parser.add_argument("--bins", type=float, default=1e9, help=f"per backend; a slow one is asked for one in {SLOW}")
    parser.add_argument("--seed", type=int, default=1, help="of the cases that are added")
    parser.add_argument("--backends", help="separated by commas; all that are installed, where not given")
    parser.add_argument("--kinds", default=",".join(_KINDS), help="of programs, separated by commas")
    parser.add_argument("--kept", type=Path, default=KEPT, help="the JSON file that is added to")
    given = parser.parse_args(arguments)
    counts = _counted(given)
    if given.kept == KEPT:
        put(PAGE, "agreement", summary(counts))
    sys.stdout.write("\n".join(summary(counts)) + "\n")
    return 1 if any(each.failed for each in counts) else 0


def goals(bins: float, known: Sequence[About]) -> dict[str, float]:
    """Bins that are asked of every variant of every backend but the oracle."""
    return {
        variant: bins / (SLOW if each.pace == "slow" else 1)
        for each in known
        if each.name != ORACLE
        for variant in each.variants
    }


def summary(counts: Sequence[Count]) -> list[str]:
    """A table with a row for every backend and kind, all seeds together."""
    rows = []
    for backend, kind in dict.fromkeys((each.backend, each.kind) for each in counts):
        own = [each for each in counts if (each.backend, each.kind) == (backend, kind)]
        figures = [sum(getattr(each, name) for each in own) for name in _FIGURES]
        seeds = ", ".join(str(each.seed) for each in own)
        rows.append([backend, kind, seeds, *(f"{figure:,}" for figure in figures)])
    return table(
        ["backend", "programs", "seeds", *(name.replace("_", " ") for name in _FIGURES)], rows, "lll" + "r" * 6
    )


_FIGURES = ("cases", "bins", "spikes", "states", "differing", "states_differing")


def _counted(given: Namespace) -> list[Count]:
    check_writable(given.kept)
    kinds = [kind.strip() for kind in given.kinds.split(",")]
    if given.seed < 0 or not set(kinds) <= set(_KINDS):
        raise InputError(
            f"seed {given.seed} and kinds {given.kinds} were asked for; seeds from 0 on and {', '.join(_KINDS)} are "
            "known, so correct them."
        )
    if given.backends is None:
        wanted = goals(given.bins, ready_backends())
    else:
        wanted = {name.strip(): _goal(name.strip(), given.bins) for name in given.backends.split(",")}
    counts = list[Count]()
    for kind in kinds:
        share, maker = _KINDS[kind]
        shares = {name: share * goal for name, goal in wanted.items()}
        counts = count(given.kept, shares, kind, maker, given.seed, _told)
    return counts


def _goal(name: str, bins: float) -> float:
    backend_named(name.partition(":")[0])
    return bins / (SLOW if about(name.partition(":")[0]).pace == "slow" else 1)


def _told(line: str) -> None:
    sys.stderr.write(f"{line}\n")
