"""samples: the split that a file was trained on, unless told otherwise, and how many of them were trained on."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from motifc.load_inputs import Samples, part, samples, split_of
from search.data.load import load_split
from targets.contracts.errors import InputError
from targets.contracts.ports import Readout
from targets.contracts.provenance import Provenance
from targets.contracts.raster import SpikeRaster, save_rasters

UNKNOWN, READOUT = Provenance(), Readout("answer", 3)


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Thirty samples of three classes, no two alike."""
    monkeypatch.chdir(tmp_path)
    spikes = np.random.default_rng(0).random((30, 9, 5)) < 0.4
    np.savez("mine.npz", spikes=spikes, labels=np.arange(30) % 3)
    return Path("mine.npz")


def trained(seed: int) -> Provenance:
    return Provenance().after_training(load_split("mine.npz", seed=seed).origin)


def refused(*arguments: object, **named: object) -> str:
    with pytest.raises(InputError) as error:
        samples("a.program", *arguments, **named)  # type: ignore[arg-type]
    return str(error.value)


def test_only_the_first_samples_are_taken(mine: Path) -> None:
    given = samples("a.program", UNKNOWN, data="mine.npz", limit=3)
    assert given.raster.samples == 3
    assert refused(UNKNOWN, data="mine.npz", limit=0) == (
        "--limit is 0; at least 1 sample is needed, so give a larger number."
    )


@pytest.mark.usefixtures("mine")
def test_without_a_word_it_is_the_split_trained_on() -> None:
    given = samples("a.program", trained(3))
    assert np.array_equal(given.raster.packed, load_split("mine.npz", seed=3).test.packed)
    assert given.sentence == (
        "mine.npz, split of seed 3, the one a.program was trained on: 6 test samples, 0 of them trained on"
    )
    assert given.as_dict() == {
        "data": "mine.npz",
        "seed": 3,
        "samples": 6,
        "trained_on": 0,
        "sentence": given.sentence,
    }
    named = samples("a.program", trained(3), data="./mine.npz")
    assert (named.seen, "the one a.program was trained on" in named.sentence) == (0, True)


@pytest.mark.usefixtures("mine")
def test_of_another_split_is_told_how_many_were_trained_on() -> None:
    given, split = samples("a.program", trained(3), seed=0), load_split("mine.npz", seed=3)
    seen = {sample.tobytes() for part in (split.train, split.valid) for sample in part.packed}
    expected = sum(sample.tobytes() in seen for sample in given.raster.packed)
    assert 0 < expected <= 6
    assert given.sentence == (
        "mine.npz, split of seed 0; a.program was trained on mine.npz, split of seed 3: 6 test samples, "
        f"{expected} of them trained on"
    )
    both = trained(0).after_training(load_split("mine.npz", seed=3).origin)
    assert samples("a.program", both).sentence.startswith(
        "mine.npz, split of seed 3; a.program was trained on mine.npz, split of seed 0 and mine.npz, split of seed 3: "
    )


def test_spikes_of_a_file_are_known_again(mine: Path) -> None:
    split = load_split("mine.npz", seed=3)
    save_rasters({"spikes": split.train.take(slice(4))}, "x.npz")
    given = samples("a.program", trained(3), Path("x.npz"))
    assert (
        given.sentence == "x.npz; a.program was trained on mine.npz, split of seed 3: 4 samples, 4 of them trained on"
    )
    save_rasters({"spikes": replace(split.train, labels=None)}, "y.npz")
    assert samples("a.program", trained(3), Path("y.npz")).sentence.endswith(": 18 samples")
    assert samples("a.program", UNKNOWN, mine).sentence == (
        "mine.npz; a.program does not say what it was trained on: 30 samples"
    )


def test_padding_does_not_hide_a_sample(mine: Path) -> None:
    split = load_split("mine.npz", seed=3)
    padded = np.pad(split.train.dense(), ((0, 0), (0, 4), (0, 0)), constant_values=1)
    save_rasters({"spikes": SpikeRaster.pack(padded, split.train.lengths, split.train.labels)}, "x.npz")
    assert samples("a.program", trained(3), Path("x.npz")).seen == 18


def test_data_that_have_changed_are_told(mine: Path) -> None:
    before = trained(3)
    with np.load(mine) as file:
        np.savez("mine.npz", spikes=~file["spikes"], labels=file["labels"])
    assert samples("a.program", before).sentence == (
        "mine.npz, split of seed 3, whose samples have changed since a.program was trained on it: 6 test samples, 0 of "
        "them trained on"
    )


def test_data_that_are_gone_are_told(mine: Path) -> None:
    before = trained(3)
    mine.rename("moved.npz")
    assert refused(before) == (
        "a.program was trained on mine.npz, split of seed 3; there is nothing of that name here, so give its path as "
        "--data."
    )
    assert samples("a.program", before, data="moved.npz").sentence == (
        "moved.npz, split of seed 3, the one a.program was trained on: 6 test samples, 0 of them trained on"
    )


@pytest.mark.usefixtures("mine")
def test_where_nothing_is_known_data_must_be_named() -> None:
    assert refused(UNKNOWN) == (
        "a.program does not say which data it was trained on; say which data to take, by --data or --input."
    )
    in_python = Provenance().after_training(replace(load_split("mine.npz"), data="", seed=None).origin)
    assert refused(in_python) == (
        "a.program was trained on data made in Python; say which data to take, by --data or --input."
    )
    assert refused(UNKNOWN, Path("mine.npz"), "mine.npz") == (
        "--input and --data were both given; spikes come from one of them, so leave the other out."
    )
    assert samples("a.program", UNKNOWN, data="mine.npz").sentence == (
        "mine.npz, split of seed 0; a.program does not say what it was trained on: 6 test samples"
    )


@pytest.mark.usefixtures("mine")
def test_the_training_part_for_calibration() -> None:
    split = split_of("a.network", trained(3))
    assert part("a.network", trained(3), split, "train").sentence.endswith(
        "the one a.network was trained on: 18 training samples, 18 of them trained on"
    )


@pytest.mark.parametrize("label", [-1, 3, 9])
def test_labels_are_held_to_the_readout_for_as_many_samples_as_are_taken(tmp_path: Path, label: int) -> None:
    path = tmp_path / "labelled.npz"
    np.savez(path, spikes=np.zeros((4, 2, 5), np.uint8), labels=[0, 2, 1, label])
    with pytest.raises(InputError) as raised:
        samples("a.program", UNKNOWN, path, readout=READOUT)
    assert str(raised.value) == (
        f"1 of 4 labels of {path} lie outside 0 to 2, the classes of readout 'answer', the first being {label} of "
        "sample 3; renumber the labels or give the data it was made for."
    )
    assert _labels(samples("a.program", UNKNOWN, path, limit=3, readout=READOUT)) == {"spikes": [0, 2, 1]}
    assert _labels(samples("a.program", UNKNOWN, path)) == {"spikes": [0, 2, 1, label]}


def test_own_data_of_more_classes_than_the_readout_are_refused(mine: Path) -> None:
    with pytest.raises(InputError, match=r"^4 of 6 labels of .*mine\.npz lie outside 0 to 0, "):
        samples("a.program", UNKNOWN, data=str(mine), readout=Readout("answer", 1))


def test_the_labels_of_one_input_are_those_of_all_and_must_not_differ(tmp_path: Path) -> None:
    path, dense = tmp_path / "two.npz", np.zeros((2, 3, 4))
    left, right = SpikeRaster.pack(dense), SpikeRaster.pack(dense, labels=[0, 2])
    save_rasters({"left": left, "right": right}, path)
    assert _labels(samples("a.program", UNKNOWN, path, readout=READOUT)) == {"left": [0, 2], "right": [0, 2]}
    save_rasters({"left": SpikeRaster.pack(dense, labels=[1, 2]), "right": right}, path)
    with pytest.raises(InputError) as raised:
        samples("a.program", UNKNOWN, path, readout=READOUT)
    assert str(raised.value) == (
        f"the inputs 'left' and 'right' of {path} have different labels; a sample has one class, so give the labels "
        "once."
    )


def test_what_else_a_file_holds_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mine.npz"
    np.savez(path, spikes=np.zeros((4, 2, 5), np.uint8), y=np.arange(4), groups=np.arange(4))
    assert _labels(samples("a.program", UNKNOWN, path)) == {"spikes": []}
    assert capsys.readouterr().err == (
        f"motifc: {path} also holds 'y', which nothing here uses; did you mean 'labels' by 'y'?\n"
    )


def _labels(taken: Samples) -> dict[str, list[int]]:
    assert isinstance(taken.spikes, Mapping)
    return {name: [] if raster.labels is None else raster.labels.tolist() for name, raster in taken.spikes.items()}
