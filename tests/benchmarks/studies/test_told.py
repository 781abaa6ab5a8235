"""What is told is parsed and counted as it stands, and every way to disagree is found."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.studies import told
from targets.contracts.raster import SpikeRaster, save_rasters

SAME = "50.00% of 12 (95 % interval 25.38% to 74.62%)"
UNSEEN = "x.npz, split of seed 3, the one net.program was trained on: 12 test samples, 0 of them trained on"


def random(**other: Any) -> dict[str, Any]:
    """A row of random labels with which everything is well."""
    row: dict[str, Any] = {"part": "random labels", "seed": 0, "right": 6, "ties": 0, "samples": 12}
    row |= {"float network": {"search": SAME}, "program": {"run": SAME, "spikes": SAME}, "judged on": [UNSEEN]}
    return row | {"split of seed 0": "x.npz: 12 test samples, 9 of them trained on", "there": SAME} | other


def test_an_accuracy_is_taken_from_what_is_printed() -> None:
    assert told.told(f"a\naccuracy of the program {SAME}, ties count as wrong\n", "program") == SAME
    assert told.told(f"net.network: test accuracy {SAME} in float", "float network") == SAME
    for text in ("accuracy of the program 97.50%", f"accuracy of the program {SAME}\n" * 2):
        with pytest.raises(ValueError, match=r"^[02] accuracies of the program instead of one in: "):
            told.told(text, "program")


def test_ties_and_steps_that_do_not_count_in_a_file_of_spikes(tmp_path: Path) -> None:
    """Two classes of two neurons; sample 2 ties, sample 3 would be right but for a step behind its length."""
    spikes = np.zeros((4, 5, 4), bool)
    spikes[0, :3, 0] = spikes[0, 0, 3] = spikes[1, 0, 2] = spikes[2, 0, [0, 3]] = spikes[3, 0, 0] = True
    spikes[3, 4, 2:] = True
    raster = SpikeRaster.pack(spikes, lengths=[5, 5, 5, 4], labels=[0, 1, 1, 1])
    save_rasters({"readout": raster}, tmp_path / "a.npz")
    found = told.counted(tmp_path / "a.npz")
    assert found.confusion.tolist() == [[1, 0, 0], [1, 1, 1]]
    assert found.sentence.startswith("50.00% of 4 ")


def test_what_disagrees_is_told() -> None:
    assert told.disagreements([random()]) == []
    other = SAME.replace("50.00%", "58.33%")
    assert told.disagreements([random(program={"run": SAME, "spikes": other})]) == [
        f"random labels, seed 0: of the program run tells {SAME}, spikes tells {other}."
    ]
    for sentence in (UNSEEN.replace("0 of them", "1 of them"), UNSEEN.replace("seed 3", "seed 0"), "x.npz"):
        assert told.disagreements([random(**{"judged on": [UNSEEN, sentence]})]) == [
            f"random labels, seed 0: judged on {sentence}."
        ]


def test_labels_that_seem_to_be_learned_are_told_with_ties_taken_from_chance() -> None:
    (learned,) = told.disagreements([random(right=10), random(right=10)])
    assert learned.startswith("random labels: 83.33% of 24 (95 % interval ")
    assert learned.endswith(" of all seeds leaves out 50.00%.")
    assert told.disagreements([random(right=1, ties=10)]) == []
    (worse,) = told.disagreements([random(right=1)])
    assert worse.endswith(" leaves out 50.00%.")


def test_the_page_names_both_where_float_and_program_differ() -> None:
    own, other = {"search": SAME, "eval": SAME}, SAME.replace("50.00%", "58.33%")
    unseen = UNSEEN.replace("seed 3", "seed 0")
    row = random(**{"part": "digits", "float network": own, "program": {"run": other}, "judged on": [unseen]})
    written = told.page([row, random()])
    assert "- Nothing disagrees." in written
    assert f"| 0 | float network | search, eval | {SAME} |\n| 0 | program | run | {other} |\n" in written
    assert f"| 0 | {SAME} | 6 of 12 | 0 | 50.00% | yes | 9 of 12 | 50.00% |" in written
    assert f"All together: {SAME}; chance is 50.00%." in written
