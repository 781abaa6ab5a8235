"""Score a plain linear readout on every encoded set at hand; write docs/results/linear_readout.md.

Run it with: python -m benchmarks.studies.linear_readout --fsdd DIR --mnist DIR
A folder that is not given leaves its sets out; the built-in sets are always scored.
"""

import sys
import time
import warnings
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import numpy as np
import scipy.sparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import MaxAbsScaler

from benchmarks.pages import paragraph, table
from benchmarks.refusals import refusing
from benchmarks.runs import Row, as_one, chosen, complete
from benchmarks.studies.command import parser
from search.data.load import load_split
from search.data.task import Split, labels_of
from search.data.tasks import fsdd
from targets.contracts.errors import InputError
from targets.contracts.raster import SpikeRaster
from targets.contracts.writing import write_text

BINS = 8
TITLES = ["set", "train + valid", "test", "classes", "features", "density", "C", "s", "accuracy"]
STRENGTHS = (0.01, 0.03, 0.1, 0.3, 1.0)


@dataclass(frozen=True)
class Score:
    """One row of the table.

    density    spikes per bin within the lengths of the test samples
    strength   of the prior, C
    seconds    of a processor, without the encoding
    """

    name: str
    fitted: int
    tested: int
    classes: int
    features: int
    density: float
    strength: float
    seconds: float
    accuracy: float


@refusing
def main(arguments: Sequence[str] | None = None) -> None:
    """Load, fit and score every set."""
    options = parser("Score a plain linear readout on every encoded set at hand.")
    options.add_argument("--fsdd", type=Path, help="folder of the Free Spoken Digit Dataset")
    options.add_argument("--mnist", type=Path, help="folder of MNIST's idx files")
    given = options.parse_args(arguments)
    sets = {"digits": [0], "japanese-vowels": [0]}
    if given.fsdd is not None:
        sets |= {"fsdd-official": [0], "fsdd": list(range(len(speakers(given.fsdd))))}
    if given.mnist is not None:
        sets["nmnist-sim"] = [0]
    tasks = [{"data": name, "seed": seed} for name, seeds in sets.items() for seed in seeds]
    measured = partial(scored, speech=given.fsdd, images=given.mnist)
    rows = chosen(complete(given.rows / "linear_readout.json", tasks, measured, given.jobs), tasks)
    scores = [as_one(Score, row) for row in rows]
    write_text(given.out / "linear_readout.md", page(scores))


def speakers(folder: Path) -> list[str]:
    """Speakers of the Free Spoken Digit Dataset in alphabetical order."""
    return sorted({each.speaker for each in fsdd.recordings(folder)})


def scored(data: str, seed: int, speech: Path | None, images: Path | None) -> list[Row]:
    """The score of a set; none of a built-in one whose package is absent."""
    folder = speech if data.startswith("fsdd") else images if data == "nmnist-sim" else None
    try:
        split = load_split(data, folder, seed)
    except InputError as error:
        if folder is not None:
            raise
        sys.stderr.write(f"{data} is left out: {error}\n")
        return []
    name = f"fsdd, {speakers(folder)[seed]} held out" if folder is not None and data == "fsdd" else data
    return [asdict(score(name, split))]


def score(name: str, split: Split) -> Score:
    """Choose the strength of the prior on the valid part, fit on train and valid, score the test part once."""
    warnings.simplefilter("ignore", ConvergenceWarning)
    start = time.process_time()
    parts = [split.train, split.valid, split.test]
    (train, valid, test), (trained, tuned, tested) = map(counts, parts), map(labels_of, parts)
    strength = max(STRENGTHS, key=lambda strength: readout(strength).fit(train, trained).score(valid, tuned))
    fitted = readout(strength).fit(scipy.sparse.vstack([train, valid]), np.concatenate([trained, tuned]))
    correct = int(np.sum(fitted.predict(test) == tested))
    seconds = time.process_time() - start
    spikes = sum(int(split.test.take([sample]).counts().sum()) for sample in range(split.test.samples))
    return Score(
        name,
        split.train.samples + split.valid.samples,
        split.test.samples,
        split.classes,
        BINS * split.neurons,
        spikes / (int(split.test.lengths.sum()) * split.test.neurons),
        strength,
        seconds,
        correct / split.test.samples,
    )


def readout(strength: float) -> Pipeline:
    """Multinomial logistic regression on counts scaled to 0..1."""
    return make_pipeline(MaxAbsScaler(), LogisticRegression(C=strength, max_iter=300))


def counts(raster: SpikeRaster) -> scipy.sparse.csr_matrix:
    """Spikes per channel in eight equal parts of every sample's own length: [sample, part * channel]."""
    rows = []
    for sample, length in enumerate(raster.lengths.tolist()):
        spikes = np.unpackbits(raster.packed[sample, :length], axis=1, count=raster.neurons)
        part = np.arange(length) * BINS // max(length, 1)
        summed = (np.arange(BINS)[:, None] == part).astype(np.float32) @ spikes.astype(np.float32)
        rows.append(scipy.sparse.csr_matrix(summed.reshape(1, -1)))
    return scipy.sparse.vstack(rows, format="csr")


def page(scores: Sequence[Score]) -> str:
    """The table as Markdown."""
    lines = [
        "# A linear readout on every encoded set",
        "",
        "A floor for later results: how well the encoded spikes can be told apart without any network in time, by",
        f"their counts alone, per channel in {BINS} equal parts of the sample's length, by multinomial logistic",
        f"regression. The strength of its prior (C of {', '.join(map(str, STRENGTHS))}) is chosen on the valid part, "
        "the",
        "readout then fitted on train and valid together and scored on the test part once. Seed 0, but for the",
        "held-out speakers of fsdd, where seed n tests the speaker n in alphabetical order.",
        "",
        paragraph("""
        Command: `python -m benchmarks.studies.linear_readout --fsdd DIR --mnist DIR`. Times are processor seconds of
        all fits and scores of a set, with its spikes in the cache. ± is the standard error from the number of test
        samples.
        """),
        "",
        *table(TITLES, map(_cells, scores)),
    ]
    folds = [each for each in scores if each.name.startswith("fsdd, ")]
    if folds:
        mean = np.mean([each.accuracy for each in folds])
        lines += ["", f"fsdd, mean over all {len(folds)} held-out speakers: **{mean:.1%}**."]
    return "\n".join([*lines, *NOTES, ""])


NOTES = [
    "",
    "Notes",
    "- Density is spikes per bin within the lengths of the test samples.",
    "- fsdd: the encoder's level, inhibition, step and gain were chosen after fourteen settings by a readout like this",
    "  one on the same held-out speakers, with half of the training recordings; a point or two of the mean may be owed",
    "  to that.",
    "- fsdd-official has all its speakers in training and says little about a new one.",
    "- nmnist-sim has simulated events from 10,000 training and 2,000 test pictures of MNIST, chosen evenly; it is not",
    "  N-MNIST.",
]


def _cells(each: Score) -> list[str]:
    error = np.sqrt(each.accuracy * (1 - each.accuracy) / each.tested)
    return [
        each.name,
        f"{each.fitted:,}",
        f"{each.tested:,}",
        str(each.classes),
        f"{each.features:,}",
        f"{each.density:.1%}",
        str(each.strength),
        f"{each.seconds:.0f}",
        f"{each.accuracy:.1%} ± {error:.1%}",
    ]


if __name__ == "__main__":
    main()
