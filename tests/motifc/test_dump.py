"""A dump replaces what an earlier one has left only where it may, and nothing else in its folder."""

from pathlib import Path

import pytest

from motifc import chip_named, lower
from motifc.dump import Dump
from targets.contracts.errors import InputError
from tests.networks import random_network


@pytest.mark.parametrize("left", ["00-lower.txt", "07-partition.stage", "100-refine.txt"])
def test_files_of_an_earlier_dump_are_told_before_any_pass(tmp_path: Path, left: str) -> None:
    (tmp_path / left).write_text("old")
    with pytest.raises(InputError) as error:
        Dump(tmp_path, chip_named("loihi2"), replace=False)
    assert str(error.value) == (
        f"{tmp_path} holds {left} of an earlier run; give --force to replace its files, or another folder."
    )
    Dump(tmp_path, chip_named("loihi2"))
    assert (tmp_path / left).read_text() == "old"


@pytest.mark.parametrize("other", ["notes.txt", "0-lower.txt", "00-lower.txt.old", "net.stage"])
def test_other_files_in_the_folder_are_no_obstacle(tmp_path: Path, other: str) -> None:
    (tmp_path / other).write_text("mine")
    graph = lower(random_network(0))
    Dump(tmp_path, chip_named("loihi2"), replace=False)("lower", graph)
    assert {entry.name for entry in tmp_path.iterdir()} >= {other, "00-lower.txt"}
    assert (tmp_path / other).read_text() == "mine"
    replaced = Dump(tmp_path / "new", chip_named("loihi2"), replace=False)
    (tmp_path / "new" / "00-lower.txt").write_text("theirs")
    with pytest.raises(InputError, match=r"00-lower\.txt is there already; give --force to replace it"):
        replaced("lower", graph)
