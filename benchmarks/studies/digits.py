"""Search, compile and verify the digits network for seeds 0 to 4; write docs/results/digits.md.

Run it with: python -m benchmarks.studies.digits
"""

import json
import platform
import subprocess
import sys
import tempfile
from collections.abc import Sequence

from benchmarks.pages import table
from benchmarks.refusals import refusing
from benchmarks.runs import Row, chosen, complete
from benchmarks.studies.command import parser
from targets.contracts.writing import write_text

COMMAND = "motifc demo --seed SEED --json"


@refusing
def main(arguments: Sequence[str] | None = None) -> None:
    """One `motifc demo` per seed, each in a process of its own."""
    given = parser("Search, compile and verify the digits network.", seeds=5).parse_args(arguments)
    tasks = [{"seed": seed} for seed in range(given.seeds)]
    rows = complete(given.rows / "digits.json", tasks, demonstrated, given.jobs)
    write_text(given.out / "digits.md", page(chosen(rows, tasks)))


def demonstrated(seed: int) -> list[Row]:
    """What `motifc demo` prints."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "motifc", "demo", "--seed", str(seed), "--json", "--out", folder]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return [json.loads(done.stdout)]


def page(rows: Sequence[Row]) -> str:
    """The table as Markdown."""
    backends = [f"program on {result['backend']}" for result in rows[0]["backends"]]
    titles = ["seed", "float accuracy", *backends, "same class", "differing bins", "cores"]
    samples = sum(row["samples"] for row in rows)
    agreeing = sum(row["agreeing"] for row in rows)
    mean = sum(row["float_accuracy"] for row in rows) / len(rows)
    spikes = sum(result["spikes"] for row in rows for result in row["backends"])
    digests = [[str(row["seed"]), f"`{row['network'][:16]}`", f"`{row['program'][:16]}`"] for row in rows]
    return "\n".join(
        [
            f"# Digits, seeds 0 to {len(rows) - 1}",
            "",
            f"Command: `python -m benchmarks.studies.digits`, which runs `{COMMAND}` for every seed",
            "with the default settings. The seed chooses the data split and every random number; the seeds were",
            "fixed before, and all of them are shown. Accuracy is on the 360 test images of each split; a tie in spike",
            "counts counts as wrong. No choice of search or training was made on test images; variants of the",
            "quantizer were compared on those of seed 0.",
            f"Machine: {platform.machine()}, two cores, Python {platform.python_version()}, one torch thread.",
            "",
            *table(titles, map(_cells, rows), "r" * len(titles)),
            "",
            f"Mean float accuracy **{mean:.2%}**. Float network and integer program agree on the class of "
            f"**{agreeing} of {samples}** pooled test images ({agreeing / samples:.2%}).",
            f"All backends together were compared with the oracle on {spikes:,} spikes.",
            "",
            *table(["seed", "network digest", "program digest"], digests, "rll"),
            "",
        ]
    )


def _cells(row: Row) -> list[str]:
    accuracies = ["not run" if result["missing"] else f"{result['accuracy']:.2%}" for result in row["backends"]]
    differing = sum(result["differing"] for result in row["backends"])
    same = f"{row['agreeing']} of {row['samples']}"
    return [str(row["seed"]), f"{row['float_accuracy']:.2%}", *accuracies, same, str(differing), str(row["cores"])]


if __name__ == "__main__":
    main()
