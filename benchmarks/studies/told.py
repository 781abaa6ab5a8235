"""Hold every accuracy that the commands print against a count over the spikes they write; write docs/results/told.md.

Run it with: python -m benchmarks.studies.told
It ends with 1 where two commands tell another accuracy of the same thing, or random labels seem to be learned.
"""

import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from benchmarks.pages import paragraph, table
from benchmarks.refusals import refusing
from benchmarks.runs import Row, chosen, complete
from benchmarks.studies.command import ROOT, parser
from motifc.evaluation import Evaluation
from targets.contracts.writing import write_text

Command = Callable[..., str]
"""Runs `motifc` with the arguments given, in the folder at work; gives what it prints."""

FLOAT, PROGRAM = "float network", "program"
RANDOM, RANDOM_SEED = 60, 3
"""Samples with random labels, and the seed of the search on them."""
RANDOM_TITLES = (
    "labels",
    "program without a seed",
    "right",
    "ties",
    "chance",
    "within",
    "seed 0: trained on",
    "accuracy",
)
_TOLD = r"accuracy (?:of the {} )?([\d.]+% of \d+ \(95 % interval [\d.]+% to [\d.]+%\))"


@refusing
def main(arguments: Sequence[str] | None = None) -> int:
    """Run what is missing, write the page; 1 where anything disagrees."""
    options = parser("Hold every accuracy that is printed against a count over the spikes written.", seeds=5)
    given = options.parse_args(arguments)
    tasks = [{"part": part, "seed": seed} for part in PARTS for seed in range(given.seeds)]
    rows = chosen(complete(given.rows / "told.json", tasks, measured, given.jobs), tasks)
    write_text(given.out / "told.md", page(rows))
    faults = disagreements(rows)
    for fault in faults:
        sys.stderr.write(f"{fault}\n")
    return 1 if faults else 0


def measured(part: str, seed: int) -> list[Row]:
    """One row of a part, made by commands in processes of their own, in a folder that is taken away again."""
    # The folder at work is another one; this checkout comes first all the same, whichever is installed.
    own = {"PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)

        def motifc(*arguments: str) -> str:
            command = [sys.executable, "-m", "motifc", *arguments]
            done = subprocess.run(
                command, capture_output=True, text=True, cwd=folder, env=os.environ | own, check=False
            )
            if done.returncode:
                raise RuntimeError(f"motifc {' '.join(arguments)} ended with {done.returncode}: {done.stderr}")
            return done.stdout

        return [PARTS[part](motifc, folder, seed)]


def on_digits(motifc: Command, folder: Path, seed: int, settings: Sequence[str] = ()) -> Row:
    """What is told of the float network and of the program, by command, and counted over the spikes that `run` writes.

    `settings` are further options of the search. All commands but the search are given neither data nor seed.
    """
    network, program = f"digits{seed}.network", f"digits{seed}.program"
    last = motifc("search", "--data", "digits", "--seed", str(seed), *settings, "--out", network).splitlines()[-1]
    floats = {"search": told(last, FLOAT)}
    evaluated = motifc("eval", network)
    ran = motifc("run", network, "--out", f"{network}.npz")
    floats |= {
        "eval": told(evaluated, FLOAT),
        "run": told(ran, FLOAT),
        "spikes": counted(folder / f"{network}.npz").sentence,
    }
    motifc(*last.rpartition("; next: motifc ")[2].split())
    run_program = motifc("run", program, "--out", f"{program}.npz")
    programs = {"run": told(run_program, PROGRAM), "spikes": counted(folder / f"{program}.npz").sentence}
    verified = motifc("verify", program, "--backends", "numpy,torch", "--against-float", network)
    floats["verify"], programs["verify"] = told(verified, FLOAT), told(verified, PROGRAM)
    for name, what, found in ((network, FLOAT, floats), (program, PROGRAM, programs)):
        motifc("report", name, "--out", f"{name}.html")
        found["report"] = told(_reported(folder / f"{name}.html", what), what)
    sentences = [printed.splitlines()[0] for printed in (evaluated, ran, run_program, verified)]
    return {FLOAT: floats, PROGRAM: programs, "judged on": sentences}


def on_random_labels(motifc: Command, folder: Path, seed: int, settings: Sequence[str] = ()) -> Row:
    """What `run` without a seed tells of a program that was searched on labels drawn by `seed`, and what spikes say.

    `settings` are further options of the search.
    """
    generator = np.random.default_rng(seed)
    spikes, labels = generator.random((RANDOM, 15, 12)) < 0.3, generator.permutation(np.arange(RANDOM) % 2)
    network, program, data = (f"random{seed}.{ending}" for ending in ("network", "program", "npz"))
    np.savez(folder / data, spikes=spikes, labels=labels)
    asked = ["--data", data, "--seed", str(RANDOM_SEED), *settings]
    last = motifc("search", *asked, "--out", network).splitlines()[-1]
    motifc("compile", network, "--out", program)
    ran = motifc("run", program, "--out", f"{program}.npz")
    found = counted(folder / f"{program}.npz")
    other = motifc("run", program, "--seed", "0", "--out", f"{program}.other.npz")
    return {
        FLOAT: {"search": told(last, FLOAT)},
        PROGRAM: {"run": told(ran, PROGRAM), "spikes": found.sentence},
        "judged on": [ran.splitlines()[0]],
        "right": found.right,
        "ties": int(found.confusion[:, -1].sum()),
        "samples": found.samples,
        "split of seed 0": other.splitlines()[0],
        "there": told(other, PROGRAM),
    }


PARTS: Mapping[str, Callable[[Command, Path, int], Row]] = {"digits": on_digits, "random labels": on_random_labels}


def told(text: str, what: str) -> str:
    """The one accuracy that a text tells of `what`, with samples and interval; ValueError for none or several."""
    found = re.findall(_TOLD.format(what), text)
    if len(found) != 1:
        raise ValueError(f"{len(found)} accuracies of the {what} instead of one in: {text}")
    return str(found[0])


def counted(path: Path, readout: str = "readout") -> Evaluation:
    """Classes that plain numpy counts from a file of spikes: most spikes, the last column for ties."""
    with np.load(path) as file:
        samples, steps, neurons = file[f"{readout}.shape"]
        spikes = np.unpackbits(file[readout], axis=2, count=int(neurons))
        lengths, labels = file[f"{readout}.lengths"], file[f"{readout}.labels"].astype(int)
    valid = np.arange(steps)[None, :, None] < lengths[:, None, None]
    classes = int(labels.max()) + 1
    counts = (spikes * valid).sum(axis=1, dtype=np.int64).reshape(samples, classes, -1).sum(axis=2)
    confusion = np.zeros((classes, classes + 1), np.int32)
    for label, row in zip(labels.tolist(), counts.tolist(), strict=True):
        confusion[label, row.index(max(row)) if row.count(max(row)) == 1 else classes] += 1
    return Evaluation(confusion)


def disagreements(rows: Sequence[Row]) -> list[str]:
    """A sentence for everything that is not as it should be."""
    faults = [fault for row in rows for fault in _of_row(row)]
    random = [row for row in rows if row["part"] == "random labels"]
    if random and not _held(_pooled(random), _chance(random)):
        faults.append(f"random labels: {_pooled(random).sentence} of all seeds leaves out {_chance(random):.2%}.")
    return faults


def _of_row(row: Row) -> list[str]:
    """Commands that tell something else, samples that are not those of the split's test part."""
    name, split = f"{row['part']}, seed {row['seed']}", row["seed"] if row["part"] == "digits" else RANDOM_SEED
    unseen = re.compile(
        rf", split of seed {split}, the one \S+ was trained on: \d+ test samples, 0 of them trained on$"
    )
    differing = [
        f"{name}: of the {what} {', '.join(f'{key} tells {value}' for key, value in row[what].items())}."
        for what in (FLOAT, PROGRAM)
        if len(set(row[what].values())) != 1
    ]
    return differing + [f"{name}: judged on {each}." for each in row["judged on"] if not unseen.search(each)]


def _pooled(rows: Sequence[Row]) -> Evaluation:
    """All samples with random labels as if of one class: right, wrong and tied."""
    right, ties, samples = (sum(row[key] for row in rows) for key in ("right", "ties", "samples"))
    return Evaluation(np.array([[right, samples - right - ties, ties], [0, 0, 0]]))


def _chance(rows: Sequence[Row]) -> float:
    """What random labels of two classes give where ties are wrong: half of the samples without a tie."""
    ties, samples = sum(row["ties"] for row in rows), sum(row["samples"] for row in rows)
    return (1 - ties / samples) / 2


def _held(found: Evaluation, chance: float) -> bool:
    low, high = found.interval
    return low <= chance <= high


def _reported(path: Path, what: str) -> str:
    """The test accuracy that the result line of a report tells."""
    (found,) = set(re.findall(f"The {what} is right in (.*?), ties count as wrong", path.read_text(encoding="utf-8")))
    return f"accuracy {found}, ties count as wrong"


def page(rows: Sequence[Row]) -> str:
    """The results as Markdown."""
    digits = [row for row in rows if row["part"] == "digits"]
    random = [row for row in rows if row["part"] == "random labels"]
    faults = disagreements(rows)
    return "\n".join(
        [
            "# Accuracies told and counted",
            "",
            "Command: `python -m benchmarks.studies.told`, which types the commands of the tables with default",
            "settings; it ends with 1 where anything disagrees.",
            "",
            *(f"- {fault}" for fault in faults or ["Nothing disagrees."]),
            "",
            "## Digits",
            "",
            paragraph("""
            `motifc search --data digits --seed SEED`, then all other commands without data or seed, so that each
            finds the split by itself. `spikes` is counted in numpy over the file that `run` writes, ties wrong.
            `verify` is `verify PROGRAM --backends numpy,torch --against-float NETWORK`, which prints both
            accuracies, each with its name.
            """),
            "",
            *table(
                ["seed", "of the", "told by", "test accuracy"], [line for row in digits for line in _lines(row)], "rlll"
            ),
            "",
            "## Labels by chance",
            "",
            paragraph(f"""
            {RANDOM} samples of 12 neurons in 15 steps, two classes, labels drawn by the seed of the first column;
            searched with `--seed {RANDOM_SEED}`, compiled, and run without a seed. Chance is half of the samples
            without a tie. The last two columns are of `run --seed 0`, another split, most of whose test samples were
            trained on: what a command that forgets the split would tell.
            """),
            "",
            *table(
                RANDOM_TITLES,
                map(_random_line, random),
                "rllrrlll",
            ),
            "",
            *([f"All together: {_pooled(random).sentence}; chance is {_chance(random):.2%}.", ""] if random else []),
        ]
    )


def _lines(row: Row) -> list[list[str]]:
    """One line for every accuracy that is told of the float network or of the program; one where all agree."""
    lines = []
    for what in (FLOAT, PROGRAM):
        by = Counter[str](row[what].values())
        for value in by:
            names = ", ".join(key for key, each in row[what].items() if each == value)
            lines.append([str(row["seed"]), what, names, value])
    return lines


def _random_line(row: Row) -> list[str]:
    chance = _chance([row])
    found = _pooled([row])
    seen = re.findall(r"test samples, (\d+) of them trained on", row["split of seed 0"])
    return [
        str(row["seed"]),
        row[PROGRAM]["run"],
        f"{row['right']} of {row['samples']}",
        str(row["ties"]),
        f"{chance:.2%}",
        "yes" if _held(found, chance) else "no",
        f"{''.join(seen)} of {row['samples']}",
        row["there"].partition(" ")[0],
    ]


if __name__ == "__main__":
    sys.exit(main())
