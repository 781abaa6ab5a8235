"""The command: choose settings, run what is missing of the plan, keep the rows and write the page.

Run it with: python -m benchmarks.studies.speech --fsdd FOLDER
Without the folder the page is written of the rows that are kept.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from itertools import product
from pathlib import Path

from benchmarks.refusals import refusing
from benchmarks.runs import as_one, complete, load
from benchmarks.studies.command import parser
from benchmarks.studies.linear_readout import speakers
from benchmarks.studies.speech.attempts import ROWS as ATTEMPTS, Attempt
from benchmarks.studies.speech.choosing import Judged, chosen, judged
from benchmarks.studies.speech.page import Study, page
from benchmarks.studies.speech.plan import ARMS, READINGS, SEEDS, choices
from benchmarks.studies.speech.readouts import FEATURES, LINEAR, SVM, Readout, read
from benchmarks.studies.speech.trials import Trial, tried
from targets.contracts.writing import write_text

ROWS = Path(__file__).parent
CHOICES, READOUTS, TRIALS = "choices.json", "readouts.json", "trials.json"
AGAIN = "again_"
"""How the files of a second run begin."""


@refusing
def main(arguments: Sequence[str] | None = None) -> None:
    """Run, keep, write."""
    options = parser("Learn spoken digits of held-out speakers.")
    options.set_defaults(rows=ROWS)
    options.add_argument("--fsdd", type=Path, help="folder of the Free Spoken Digit Dataset, to run what is missing")
    options.add_argument("--again", action="store_true", help="with --fsdd: a second run, whose rows are kept apart")
    given = options.parse_args(arguments)
    if given.fsdd is not None:
        ran(given.rows, given.fsdd, given.jobs, given.again)
    study = kept(given.rows)
    write_text(given.out / "speech.md", page(study, repeated(given.rows, study)))


def ran(rows: Path, folder: Path, jobs: int, again: bool = False) -> None:
    """Run what the rows lack: choices, then readouts, then trials, the first seed of all arms first.

    With `again` the choices stay and the others are run a second time.
    """
    prefix = AGAIN if again else ""
    names = tuple(speakers(folder))
    settings = [{"reading": reading, "settings": name} for reading, name in product(READINGS, choices())]
    made = complete(rows / CHOICES, settings, partial(judged, speakers=names, folder=folder), jobs)
    known = [as_one(Judged, row) for row in made]
    counted = partial(read, speakers=names, folder=folder)
    ways = [(each, LINEAR) for each in FEATURES] + [(each, SVM) for each in READINGS]
    complete(rows / (prefix + READOUTS), [{"features": each, "kind": kind} for each, kind in ways], counted, jobs)
    trials = [
        {
            "reading": reading,
            "seed": seed,
            "arm": arm,
            "settings": {test: chosen(known, reading, test) for test in names},
        }
        for seed, arm, reading in product(SEEDS, ARMS, READINGS)
    ]
    complete(rows / (prefix + TRIALS), trials, partial(tried, speakers=names, folder=folder), jobs)


def kept(folder: Path) -> Study:
    """All rows of a folder."""
    return Study(
        tuple(as_one(Judged, row) for row in load(folder / CHOICES)),
        _readouts(folder / READOUTS),
        _trials(folder / TRIALS),
        tuple(as_one(Attempt, row) for row in load(folder / ATTEMPTS)),
    )


def repeated(folder: Path, study: Study) -> Study:
    """The second run, with the choices of the first."""
    return replace(study, readouts=_readouts(folder / (AGAIN + READOUTS)), trials=_trials(folder / (AGAIN + TRIALS)))


def _readouts(path: Path) -> tuple[Readout, ...]:
    return tuple(as_one(Readout, row) for row in load(path))


def _trials(path: Path) -> tuple[Trial, ...]:
    """The trials in a file; one that was run again with the same settings counts once."""
    found = [as_one(Trial, row) for row in load(path)]
    return tuple({(row.reading, row.arm, row.chosen, row.test, row.seed): row for row in found}.values())
