"""The page of `benchmarks.studies.compiled`."""

import platform
from collections.abc import Iterator, Sequence

import numpy as np

from benchmarks.pages import paragraph, table
from benchmarks.runs import Row
from motifc.sweep.statistics import paired
from targets.contracts.arrays import Floats

WAYS = ("plain", "faithful", "quantize-aware")
MEAN, UPPER = 0.5, 1.0
"""Points that compiling may cost on the mean, and at the upper end of the 95 % interval, pooled."""


def page(rows: Sequence[Row], arm: str) -> str:
    """The page."""
    tasks = list(dict.fromkeys(row["task"] for row in rows))
    seconds = sum(row["seconds"] for row in rows)
    seeds = sorted({row["seed"] for row in rows})
    pooled = {way: _pooled(rows, way) for way in WAYS}
    kept = pooled["plain"][0] <= MEAN and sum(pooled["plain"]) <= UPPER
    return "\n".join(
        [
            "# What compiling costs: searched networks of the memory tasks",
            "",
            paragraph(f"""
            Command: `python -m benchmarks.studies.compiled --study FOLDER`, with the folder of the study of memory
            tasks; {seconds / 60:.0f} CPU minutes with one torch thread on {platform.machine()}. Rows:
            benchmarks/studies/results/compiled.json; without `--study` the command writes this page of them.
            """),
            "",
            paragraph(f"""
            The networks are those of the arm `{arm}` (delays, input delays; spoken-first answers by its membrane),
            seeds {seeds[0]} to {seeds[-1]}, {len(seeds)} per task. *plain* is `compile --calibrate` for loihi2;
            *faithful* adds `--faithful`; *quantize-aware* trains the same structure anew on the grid of the chip, and
            its float accuracy is that of the rounded weights. Calibrated on training samples; accuracy on all test
            samples, ties wrong. No setting was chosen on these figures.
            """),
            "",
            *table(
                ["float minus program, points", *tasks, "pooled, each task alike", "n"],
                [_gaps(rows, tasks, way, pooled[way]) for way in WAYS],
            ),
            "",
            paragraph(f"""
            Means with their 95 % Student interval over replicates; pooled is the mean over tasks of each replicate.
            Asked for of *plain*: at most {MEAN} on the mean and {UPPER} at the upper end of the interval, pooled:
            {"kept" if kept else "not kept"}.
            """),
            "",
            *table(
                ["", *(f"{task}: float / program" for task in tasks)],
                [_accuracies(rows, tasks, way) for way in WAYS],
            ),
            "",
            *_equal(rows),
            "",
            "## Every network",
            "",
            *table(
                [
                    "task",
                    "seed",
                    "float",
                    *(f"{way}: program" for way in WAYS),
                    "cores",
                    "synapses",
                    "messages a step",
                    "nJ a step",
                    "µs a step",
                ],
                map(_cells, rows),
                "lr" + "r" * (len(WAYS) + 6),
            ),
            "",
            paragraph("""
            Cores, synapses, messages, energy and time are those of *plain*; energy and time are
            [estimates](../energy.md), messages those from inputs and between cores, with the spikes of the test part.
            A faithful program has more synapses:
            """),
            "",
            *table(
                ["mean synapses of", *tasks],
                [
                    [
                        way,
                        *(
                            f"{np.mean([row[way]['synapses'] for row in rows if row['task'] == task]):,.0f}"
                            for task in tasks
                        ),
                    ]
                    for way in WAYS
                ],
            ),
            "",
        ]
    )


def gaps(rows: Sequence[Row], way: str) -> Floats:
    """Float minus program of every row, points."""
    return np.array([100 * (row[way]["float"] - row[way]["program"]) for row in rows])


def _pooled(rows: Sequence[Row], way: str) -> tuple[float, float]:
    """Mean and half interval of the means over tasks, of replicates that have all tasks."""
    tasks = {row["task"] for row in rows}
    by_replicate: dict[int, list[Row]] = {}
    for row in rows:
        by_replicate.setdefault(row["replicate"], []).append(row)
    whole = [own for own in by_replicate.values() if {row["task"] for row in own} == tasks]
    return paired(np.array([gaps(own, way).mean() for own in whole]))


def _gaps(rows: Sequence[Row], tasks: Sequence[str], way: str, pooled: tuple[float, float]) -> list[str]:
    own = [[row for row in rows if row["task"] == task] for task in tasks]
    counts = sorted({len(each) for each in own})
    told = f"{counts[0]}" if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
    return [way, *(_interval(*paired(gaps(each, way))) for each in own), _interval(*pooled), told]


def _interval(mean: float, half: float) -> str:
    return f"{mean:+.2f} [{mean - half:+.2f}, {mean + half:+.2f}]"


def _accuracies(rows: Sequence[Row], tasks: Sequence[str], way: str) -> list[str]:
    cells = []
    for task in tasks:
        own = [row[way] for row in rows if row["task"] == task]
        floats, integers = (np.mean([each[key] for each in own]) for key in ("float", "program"))
        cells.append(f"{floats:.1%} / {integers:.1%}")
    return [way, *cells]


def _equal(rows: Sequence[Row]) -> Iterator[str]:
    """How many comparisons there were, and how many bins differ in them."""
    counts: dict[str, int] = {}
    bins = 0
    for row in rows:
        for way in WAYS:
            for name, found in row[way]["differing"].items():
                counts[name] = counts.get(name, 0) + 1
                bins += found
    names = ", ".join(f"{name} ({count} programs)" for name, count in counts.items())
    yield paragraph(f"""
        Every program was run on numpy and compared bin by bin, with u and v at the end, and for a membrane readout v
        in every step, on {names}: {bins} differences. Each on the first 20 test samples, Lava on 3.
        """)


def _cells(row: Row) -> list[str]:
    plain = row["plain"]
    return [
        row["task"],
        str(row["seed"]),
        f"{plain['float']:.1%}",
        *(f"{row[way]['program']:.1%}" for way in WAYS),
        str(plain["cores"]),
        f"{plain['synapses']:,}",
        f"{plain['messages']:.1f}",
        f"{plain['energy']:.1f}",
        f"{plain['time'] / 1000:.2f}",
    ]
