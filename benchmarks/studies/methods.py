"""Compare all methods of `motifc search` on digits, seeds 0 to 4; write docs/results/methods.md.

Run it with: python -m benchmarks.studies.methods --jobs 2
"""

import platform
from collections.abc import Sequence

import numpy as np

from benchmarks.pages import paragraph, table
from benchmarks.studies.command import parser
from benchmarks.studies.searched import FIXED, PASSES, Plan, Searched, searched
from motifc.sweep.statistics import paired
from search.nas.methods import METHODS
from targets.contracts.arrays import Floats
from targets.contracts.writing import write_text

PLANS = [(method, False) for method in METHODS] + [(method, True) for method in FIXED]
REFERENCE = "hrmas"


def main(arguments: Sequence[str] | None = None) -> None:
    """All methods, seed by seed."""
    given = parser("Compare all methods of `motifc search` on digits.", seeds=5).parse_args(arguments)
    plans = [Plan(method, seed, short) for seed in range(given.seeds) for method, short in PLANS]
    made = searched(plans, given.rows, given.jobs)
    write_text(given.out / "methods.md", page(made, given.jobs))


def page(made: Sequence[Searched], jobs: int) -> str:
    """The tables as Markdown."""
    names = list(dict.fromkeys(row.method for row in made))
    seeds = sorted({row.seed for row in made})
    accuracy = {name: _values(made, name, "accuracy") for name in names}
    seed_names = [f"seed {seed}" for seed in seeds]
    titles = ["method", "mean", "sd", *seed_names, "motif sizes", "parameters", "links", "passes", "CPU s"]
    results = []
    for name in names:
        figures = accuracy[name]
        means = {key: _values(made, name, key).mean() for key in ("parameters", "links", "passes", "seconds")}
        results.append(
            [
                name,
                f"{figures.mean():.2%}",
                f"{100 * figures.std(ddof=1):.2f}",
                *(f"{figure:.2%}" for figure in figures),
                " ".join(str(row.size or "-") for row in made if row.method == name),
                *(f"{mean:,.0f}" for mean in means.values()),
            ]
        )
    apart, pairs = [], []
    for name in names:
        if name != REFERENCE:
            points = 100 * (accuracy[name] - accuracy[REFERENCE])
            mean, half = paired(points)
            if abs(mean) > half:
                apart.append(name)
            signs = [int((np.sign(np.round(points, 6)) == sign).sum()) for sign in (1, 0, -1)]
            interval = f"{mean - half:+.2f} to {mean + half:+.2f}"
            pairs.append([name, f"{mean:+.2f}", interval, " / ".join(map(str, signs))])
    return "\n".join(
        [
            f"# Methods on digits, seeds {', '.join(map(str, seeds))}",
            "",
            paragraph(f"""
            Command: `python -m benchmarks.studies.methods --jobs {jobs}`, default settings. Each network is what
            `motifc search --data digits --method METHOD --seed SEED` makes; the seed chooses the data split and every
            random number. Accuracy is on the 360 test images of each split, a tie in spike counts counts as wrong, and
            no choice was made on test images. The standard error of one accuracy from the size of the test set alone
            is about 0.8 points. Machine: {platform.machine()}, Python {platform.python_version()}, one torch thread
            per network.
            """),
            "",
            paragraph(f"""
            What is equal: hidden and readout neurons, start of the weights, recipe of the training. **Budget**,
            counted in passes (one sample forward and backward): a search makes epochs x train samples x {PASSES}: 1
            for the weights and {PASSES - 1} for alpha, which judges every candidate size (its valid batches counted
            like the train batches they alternate with); training makes epochs x (train + valid samples).
            `random-search` trains as many random motifs on the train part as the search's passes allow ({PASSES}, each
            for as many epochs as the supernet), keeps the one with the lowest validation loss and trains it anew. A
            structure that needs no search is trained longer instead, until its passes are equal; rows marked (short)
            are the same structures with no more training than the others get. `no-motif` has one size to judge and
            hence fewer passes. Passes that only go forward (figures of every epoch; the window of plasticity, 10
            batches an epoch) are not counted. CPU seconds are those of the process.
            """),
            "",
            *table(titles, results),
            "",
            paragraph("""
            `links`: links from hidden to hidden neurons; `parameters`: these and the weights of input and readout;
            means over the seeds.
            """),
            "",
            "Differences are paired by seed; the interval is Student's t over the seeds.",
            "",
            *table(["method", "difference to hrmas, points", "95 % interval", "better / equal / worse"], pairs),
            "",
            paragraph(f"""
            Of {len(pairs)} methods, those whose interval leaves out 0: {", ".join(apart) or "none"}. No correction
            is made for their number; one interval in twenty leaves out 0 by chance.
            """),
            "",
        ]
    )


def _values(made: Sequence[Searched], name: str, key: str) -> Floats:
    return np.array([getattr(row, key) for row in made if row.method == name], dtype=np.float64)


if __name__ == "__main__":
    main()
