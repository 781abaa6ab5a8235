"""CPU seconds of an epoch of the search and of `motifc search`, beside another checkout: docs/benchmarks/searches.md.

Run it with: python -m benchmarks.kernels.searches --old FOLDER --fsdd FOLDER --out docs/benchmarks/searches.md

An epoch is one of HRMAS with default settings: the mean of all epochs of one search but the first, in which loops may
be compiled. `motifc search` is a whole command, its start and the training at the end included. The other checkout, of
the time before the kernels, knows only HRMAS; by default this one chooses delays too, and what it finds and trains is
another network, so that only the last row has the same work on both sides. Each side runs a command once before what is
counted, so that what it compiles is kept. Both checkouts run by turns, every search in a process of its own, with one
thread. Ratios are those of medians.
"""

import os
import tempfile
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from statistics import mean, median

from benchmarks.kernels.checkout import commanded, known, options, searched
from benchmarks.pages import paragraph, table
from benchmarks.refusals import refusing
from benchmarks.runs import Row, complete
from benchmarks.studies.command import ROOT
from targets.contracts.errors import InputError
from targets.contracts.provenance import making
from targets.contracts.writing import check_writable, write_text

OLD, OURS = "other checkout", "this one"
EPOCH_DIGITS, EPOCH_FSDD = "an epoch, digits", "an epoch, FSDD"
COMMAND, COMMAND_HRMAS = "motifc search --data digits", "the same with --method hrmas"
ASKED = {EPOCH_DIGITS: 4.0, EPOCH_FSDD: 6.0, COMMAND: 1 / 0.35, COMMAND_HRMAS: None}
"""What is measured -> how many times fewer CPU seconds are asked for; None where nothing is."""

_EPOCHS = {EPOCH_DIGITS: "digits", EPOCH_FSDD: "fsdd"}
"""Of these, epochs are timed: the data."""


@refusing
def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what is missing and write the page. Bad input: one sentence, exit status 2."""
    parser = options("benchmarks.kernels.searches", __doc__)
    parser.add_argument("--rounds", type=int, default=3, help="searches of each checkout (default: %(default)s)")
    parser.add_argument("--epochs", type=int, default=4, help="of a search whose epochs count (default: %(default)s)")
    given = parser.parse_args(arguments)
    if given.epochs < 2:
        raise InputError(f"--epochs is {given.epochs}, but the first does not count; ask for 2 or more.")
    check_writable(given.out)
    wanted = [what for what in ASKED if what != EPOCH_FSDD or given.fsdd is not None]
    tasks = [{"what": what, "epochs": given.epochs, "rounds": given.rounds} for what in wanted]
    measure = partial(measured, folders={OLD: given.old, OURS: ROOT}, fsdd=given.fsdd)
    write_text(given.out, page(complete(given.out.with_suffix(".json"), tasks, measure)))


def measured(
    what: str, epochs: int, rounds: int, folders: Mapping[str, Path | None], fsdd: Path | None = None
) -> list[Row]:
    """A row for each checkout: CPU seconds in the rounds, the sides by turns."""
    sides = {side: known(folder, side) for side, folder in folders.items()}
    seconds: dict[str, list[float]] = {side: [] for side in sides}
    unseen = 0 if what in _EPOCHS else 1
    for number in range(unseen + rounds):
        for side, folder in sides.items():
            took = _seconds(what, side, folder, epochs, fsdd)
            if number >= unseen:
                seconds[side].append(round(took, 3))
    told = {"cpu": making("").cpu, "load": round(os.getloadavg()[0], 1)}
    return [{"side": side, "seconds": each, **told} for side, each in seconds.items()]


def _seconds(what: str, side: str, folder: Path, epochs: int, fsdd: Path | None) -> float:
    if what in _EPOCHS:
        place = fsdd if what == EPOCH_FSDD else None
        return mean(searched(folder, _EPOCHS[what], 0, place, epochs=epochs, training=1)["epochs"][1:])
    method = ["--method", "hrmas"] if what == COMMAND_HRMAS and side == OURS else []
    with tempfile.TemporaryDirectory() as made:
        return commanded(folder, "search", "--data", "digits", *method, "--out", str(Path(made) / "found.network"))


def page(rows: Sequence[Row]) -> str:
    """The page."""
    lines = ["# Seconds of a search", "", paragraph(str(__doc__).split("\n\n")[2]), ""]
    lines += [f"Processor: {', '.join(sorted({row['cpu'] for row in rows}))}.", ""]
    titles = ["CPU seconds", OLD, OURS, "times less", "asked", "met", "rounds", "load"]
    return "\n".join([*lines, *table(titles, [_compared(what, rows) for what in ASKED if _of(rows, what)]), ""])


def _of(rows: Sequence[Row], what: str) -> dict[str, Row]:
    return {row["side"]: row for row in rows if row["what"] == what}


def _compared(what: str, rows: Sequence[Row]) -> list[str]:
    sides, asked = _of(rows, what), ASKED[what]
    old, ours = (median(sides[side]["seconds"]) for side in (OLD, OURS))
    met = "" if asked is None else "yes" if old / ours >= asked else "**no**"
    rounds, load = str(len(sides[OURS]["seconds"])), str(sides[OURS]["load"])
    return [
        what,
        f"{old:.2f}",
        f"{ours:.2f}",
        f"{old / ours:.1f}",
        "" if asked is None else f"{asked:.1f}",
        met,
        rounds,
        load,
    ]


if __name__ == "__main__":
    main()
