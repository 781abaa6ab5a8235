"""The series of the benchmark, from its file."""

from pathlib import Path

import numpy as np
import pytest

from search.data.load import load_split
from search.data.series import mackey_glass
from search.data.tasks.mackey_glass import NEEDED
from targets.contracts.arrays import Array
from targets.contracts.errors import InputError


def test_the_file_of_the_benchmark_is_read_from_its_start(tmp_path: Path) -> None:
    np.save(tmp_path / "mg_17.npy", np.append(mackey_glass(NEEDED), 9.0))
    split = load_split("neurobench-mackey-glass", tmp_path)
    assert split.digest == load_split("mackey-glass").digest
    assert split.origin.name != load_split("mackey-glass").origin.name


@pytest.mark.parametrize(
    ("held", "told"),
    [
        (
            np.zeros(7),
            "FILE holds float64 of shape (7,); at least 1,501 finite points one after the other are needed, ",
        ),
        (
            np.full(2000, np.nan),
            "FILE holds float64 of shape (2000,); at least 1,501 finite points one after the other ",
        ),
        (
            np.zeros((2000, 2)),
            "FILE holds float64 of shape (2000, 2); at least 1,501 finite points one after the other ",
        ),
        (np.zeros(2000, int), "FILE holds no array of floats; the file of https://huggingface.co/datasets/NeuroBench/"),
    ],
)
def test_another_file_is_refused_in_one_sentence(tmp_path: Path, held: Array, told: str) -> None:
    np.save(tmp_path / "mg_17.npy", held)
    with pytest.raises(InputError) as raised:
        load_split("neurobench-mackey-glass", tmp_path)
    assert str(raised.value).replace(str(tmp_path / "mg_17.npy"), "FILE").startswith(told)


def test_a_file_that_is_no_array_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mg_17.npy").write_bytes(b"no numbers")
    with pytest.raises(InputError, match=r"is no readable \.npy file"):
        load_split("neurobench-mackey-glass", tmp_path)
