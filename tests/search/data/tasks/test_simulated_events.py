import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from search.data.encoders.simulated import chosen
from search.data.load import load_split
from search.data.task import Split, labels_of
from search.data.tasks import fashion_nmnist_sim, nmnist_sim
from targets.contracts.errors import InputError
from tests.search.data.tasks.event_files import write_idx


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Forty images to train on, gzipped, and twenty to test on, plain."""
    folder = tmp_path / "images"
    folder.mkdir()
    generator = np.random.default_rng(0)
    for part, number, ending in (("train", 40, ".gz"), ("t10k", 20, "")):
        images = np.zeros((number, 28, 28))
        images[:, 8:20, 8:20] = generator.integers(0, 256, (number, 3, 3)).repeat(4, axis=1).repeat(4, axis=2)
        write_idx(folder / f"{part}-images-idx3-ubyte{ending}", images)
        write_idx(folder / f"{part}-labels-idx1-ubyte{ending}", np.arange(number) % 10)
    return folder


@pytest.mark.parametrize("load", [nmnist_sim.load, fashion_nmnist_sim.load], ids=["nmnist", "fashion"])
def test_test_images_come_from_the_test_part_and_a_fifth_of_the_others_is_valid(
    load: Callable[..., Split], folder: Path
) -> None:
    split = load(0, folder, train=40, test=20)
    assert [part.samples for part in (split.train, split.valid, split.test)] == [30, 10, 20]
    assert labels_of(split.test).tolist() == [*range(10), *range(10)]
    assert (split.neurons, split.train.steps, split.classes) == (2312, 32, 10)
    assert split.train.counts().sum(axis=1).min() > 300


def test_the_seed_moves_images_between_train_and_valid_only(folder: Path) -> None:
    first, again, other = (nmnist_sim.load(seed, folder, train=30, test=10) for seed in (0, 0, 1))
    assert first.digest == again.digest != other.digest
    assert np.array_equal(first.test.packed, other.test.packed)
    everyone = [
        sorted(row.tobytes() for part in (split.train, split.valid) for row in part.packed) for split in (first, other)
    ]
    assert everyone[0] == everyone[1]


def test_the_choice_of_images_is_fixed_and_without_repetition() -> None:
    assert np.array_equal(chosen(60_000, 10_000), chosen(60_000, 10_000))
    assert np.unique(chosen(60_000, 10_000)).size == 10_000
    assert chosen(20, 20).tolist() == list(range(20))


def test_a_missing_file_too_many_images_and_a_damaged_file_are_told_by_name(folder: Path) -> None:
    with pytest.raises(InputError) as raised:
        nmnist_sim.load(0, folder)
    assert str(raised.value) == (
        f"10,000 images of {folder / 'train-images-idx3-ubyte.gz'} are asked for; it holds 40, so ask for less."
    )
    labels = folder / "t10k-labels-idx1-ubyte"
    os.truncate(labels, 20)
    with pytest.raises(InputError, match=f"^{labels} says it holds 20 numbers and has only 12;"):
        nmnist_sim.load(0, folder, train=40, test=20)
    labels.rename(folder / "t10k-labels.idx1-ubyte")
    with pytest.raises(InputError) as raised:
        load_split("nmnist-sim", folder)
    assert str(raised.value) == (
        f"{folder} holds no t10k-labels-idx1-ubyte or t10k-labels-idx1-ubyte.gz; MNIST digits, simulated events needs "
        "the four files {train,t10k}-{images-idx3,labels-idx1}-ubyte of MNIST, gzipped (.gz) or not, so get it from "
        "MNIST, http://yann.lecun.com/exdb/mnist."
    )
