"""Every command tells the same accuracy of the same thing, on samples that were not trained on; with commands alone."""

import re
from pathlib import Path

import pytest

from benchmarks.studies.told import FLOAT, PROGRAM, Command, disagreements, on_digits, on_random_labels
from tests.motifc.command_line import Motifc

TINY = """
[model]
neurons = [8]
sizes = [2, 4]
[search]
epochs = 1
[training]
epochs = {}
"""


def printing(motifc: Motifc) -> Command:
    """The command line that must succeed, as a function that gives what it prints."""

    def printed(*arguments: str) -> str:
        outcome = motifc(*arguments)
        assert outcome.status == 0, outcome.err
        return outcome.out

    return printed


@pytest.mark.slow
def test_random_labels_are_not_learned(motifc: Motifc, tmp_path: Path) -> None:
    """Sixty samples, labels by chance: a program run without a seed is judged on samples that nobody trained on."""
    (tmp_path / "tiny.toml").write_text(TINY.format(15))
    rows = [
        on_random_labels(printing(motifc), tmp_path, seed, ["--config", "tiny.toml"])
        | {"part": "random labels", "seed": seed}
        for seed in range(5)
    ]
    assert disagreements(rows) == []
    assert [row["judged on"] for row in rows] == [
        [
            f"random{seed}.npz, split of seed 3, the one random{seed}.program was trained on: 12 test samples, 0 of "
            "them trained on"
        ]
        for seed in range(5)
    ]
    seen = [re.findall(r"12 test samples, (\d+) of them trained on$", row["split of seed 0"]) for row in rows]
    assert min(int(number) for (number,) in seen) >= 6  # four fifths of another split were trained on


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1])
def test_every_command_tells_the_same_accuracy_of_digits(motifc: Motifc, tmp_path: Path, seed: int) -> None:
    (tmp_path / "tiny.toml").write_text(TINY.format(2))
    row = on_digits(printing(motifc), tmp_path, seed, ["--config", "tiny.toml"])
    assert disagreements([row | {"part": "digits", "seed": seed}]) == []
    assert list(row[FLOAT]) == ["search", "eval", "run", "spikes", "verify", "report"]
    assert list(row[PROGRAM]) == ["run", "spikes", "verify", "report"]
    assert len(row["judged on"]) == 4
