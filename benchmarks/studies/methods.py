"""Compare all methods of `motifc search` on digits, seeds 0 to 4; write docs/results/methods.md.

Run it with: python docs/results/methods.py --jobs 2
What a stopped run has made is kept in --out and not made again; remove that folder after a change of the code.
"""

import argparse
import platform
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from searched import FIXED, PASSES, Plan, Row, network_of, paired, paragraph, rows, table

from search.nas.methods import METHODS
from targets.contracts.arrays import Floats

PLANS = [(method, False) for method in METHODS] + [(method, True) for method in FIXED]
REFERENCE = "hrmas"


def main() -> None:
    """All methods, seed by seed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("out/searched"))
    parser.add_argument("--jobs", type=int, default=1, help="networks made at the same time, one processor each")
    parser.add_argument("--seeds", type=int, nargs="+", default=list(range(5)))
    given = parser.parse_args()
    plans = [Plan(method, seed, short) for seed in given.seeds for method, short in PLANS]
    made = rows(plans, given.out, given.jobs)
    sizes: dict[str, list[str]] = {}
    for row in made:
        motif = network_of(row, given.out).layer("hidden").motif
        sizes.setdefault(row.method, []).append("-" if motif is None else str(motif.size))
    (Path(__file__).parent / "methods.md").write_text(page(made, sizes, given.jobs), encoding="utf-8")


def page(made: list[Row], sizes: Mapping[str, list[str]], jobs: int) -> str:
    """The tables as Markdown; `sizes` are those of the motifs, seed by seed."""
    names = list(dict.fromkeys(row.method for row in made))
    seeds = sorted({row.seed for row in made})
    accuracy = {name: _values(made, name, "accuracy") for name in names}
    seed_names = [f"seed {seed}" for seed in seeds]
    results = [["method", "mean", "sd", *seed_names, "motif sizes", "parameters", "links", "passes", "CPU s"]]
    for name in names:
        figures = accuracy[name]
        means = {key: _values(made, name, key).mean() for key in ("parameters", "links", "passes", "seconds")}
        results.append(
            [
                name,
                f"{figures.mean():.2%}",
                f"{100 * figures.std(ddof=1):.2f}",
                *(f"{figure:.2%}" for figure in figures),
                " ".join(sizes[name]),
                *(f"{mean:,.0f}" for mean in means.values()),
            ]
        )
    apart = []
    pairs = [["method", "difference to hrmas, points", "95 % interval", "better / equal / worse"]]
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
            Command: `python docs/results/methods.py --jobs {jobs}`, default settings. Each network is what `motifc
            search --data digits --method METHOD --seed SEED` makes; the seed chooses the data split and every random
            number. Accuracy is on the 360 test images of each split, a tie in spike counts counts as wrong, and no
            choice was made on test images. The standard error of one accuracy from the size of the test set alone is
            about 0.8 points. Machine: {platform.machine()}, Python {platform.python_version()}, one torch thread per
            network.
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
            *table(results),
            "",
            paragraph("""
            `links`: links from hidden to hidden neurons; `parameters`: these and the weights of input and readout;
            means over the seeds.
            """),
            "",
            "Differences are paired by seed; the interval is Student's t over the seeds.",
            "",
            *table(pairs),
            "",
            paragraph(f"""
            Of {len(pairs) - 1} methods, those whose interval leaves out 0: {", ".join(apart) or "none"}. No correction
            is made for their number; one interval in twenty leaves out 0 by chance.
            """),
            "",
        ]
    )


def _values(made: list[Row], name: str, key: str) -> Floats:
    return np.array([getattr(row, key) for row in made if row.method == name], dtype=np.float64)


if __name__ == "__main__":
    main()
