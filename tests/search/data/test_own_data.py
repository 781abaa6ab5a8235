"""A user's own spikes, from a file and from a folder, good and malformed."""

import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from search.data.own_data import own_split
from search.data.task import Split, labels_of
from targets.contracts.arrays import Array
from targets.contracts.errors import InputError
from targets.contracts.raster import SpikeRaster, save_rasters


def spikes(samples: int, steps: int = 4, neurons: int = 5, seed: int = 0) -> Array:
    """Spikes no two samples of which are alike."""
    dense = np.random.default_rng(seed).random((samples, steps, neurons)) < 0.5
    dense[:, 0] = (np.arange(samples)[:, None] >> np.arange(neurons)) & 1
    dense[:, 1] = (np.arange(samples)[:, None] >> np.arange(neurons, 2 * neurons)) & 1
    return dense.astype(np.uint8)


def save(path: Path, samples: int, seed: int = 0, **changed: Array | None) -> None:
    """Write spikes of two classes; what is `changed` to None is left out."""
    arrays = {"spikes": spikes(samples, seed=seed), "labels": np.arange(samples) % 2, **changed}
    present: dict[str, Any] = {name: array for name, array in arrays.items() if array is not None}
    np.savez(path, **present)


def sizes(split: Split) -> list[int]:
    return [part.samples for part in (split.train, split.valid, split.test)]


def everyone(split: Split) -> list[bytes]:
    return sorted(row.tobytes() for part in (split.train, split.valid, split.test) for row in part.packed)


def test_one_file_is_split_by_the_seed(tmp_path: Path) -> None:
    save(tmp_path / "mine.npz", 100)
    split = own_split(tmp_path / "mine.npz", 0)
    assert sizes(split) == [60, 20, 20]
    assert (split.classes, split.neurons, split.input) == (2, 5, "input")
    assert [np.bincount(labels_of(part)).tolist() for part in (split.train, split.valid, split.test)] == [
        [30, 30],
        [10, 10],
        [10, 10],
    ]
    again, other = own_split(tmp_path / "mine.npz", 0), own_split(tmp_path / "mine.npz", 1)
    assert again.digest == split.digest != other.digest
    assert everyone(split) == everyone(other) == sorted(row.tobytes() for row in np.packbits(spikes(100), axis=2))


def test_packed_rasters_with_lengths_are_read_alike(tmp_path: Path) -> None:
    lengths = np.arange(100) % 5
    save_rasters({"spikes": SpikeRaster.pack(spikes(100), lengths, np.arange(100) % 2)}, tmp_path / "packed.npz")
    save(tmp_path / "plain.npz", 100, lengths=lengths)
    assert own_split(tmp_path / "packed.npz", 3).digest == own_split(tmp_path / "plain.npz", 3).digest


@pytest.mark.parametrize(
    ("present", "expected"),
    [
        (("train",), [60, 20, 20]),
        (("train", "test"), [80, 20, 10]),
        (("train", "valid"), [80, 10, 20]),
        (("train", "valid", "test"), [100, 10, 10]),
    ],
)
def test_a_folder_may_lack_valid_and_test(tmp_path: Path, present: tuple[str, ...], expected: list[int]) -> None:
    for seed, name in enumerate(present):
        save(tmp_path / f"{name}.npz", 100 if name == "train" else 10, seed)
    split = own_split(tmp_path, 0)
    assert sizes(split) == expected
    whole = {seed: np.packbits(spikes(10, seed=seed), axis=2).tobytes() for seed in range(len(present))}
    for seed, name in enumerate(present[1:], 1):
        assert getattr(split, name).packed.tobytes() == whole[seed]


def test_the_test_part_stays_when_the_seed_is_another_and_was_given(tmp_path: Path) -> None:
    save(tmp_path / "train.npz", 100)
    save(tmp_path / "test.npz", 10, seed=1)
    one, other = own_split(tmp_path, 0), own_split(tmp_path, 1)
    assert one.test.packed.tobytes() == other.test.packed.tobytes()
    assert one.valid.packed.tobytes() != other.valid.packed.tobytes()


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"labels": None}, "FILE holds no array named 'labels'; one class per sample is needed, so add it."),
        *(
            (
                {"labels": None, name: np.arange(30) % 2},
                f"FILE holds no array named 'labels'; one class per sample is needed, so add it, or rename {name!r} if "
                "that is meant.",
            )
            for name in ("label", "y", "Y", "target", "Labels", "class")
        ),
        *(
            (
                {"spikes": None, name: spikes(30), "more": np.zeros(3)},
                f"FILE holds the arrays {sorted(['more', 'labels', name])}; one named 'spikes' is needed, so add it, "
                f"or rename {name!r} if that is meant.",
            )
            for name in ("spike", "X", "data")
        ),
        (
            {"groups": np.arange(29)},
            "FILE holds groups int64 of shape (29,) for 30 samples; one number or text per sample, or one for the "
            "whole file, is needed, so write them anew.",
        ),
        (
            {"groups": np.array(["ann", "bob"] * 15)},
            "FILE has 2 groups of samples to share out among train, test, valid, too few to give each some of a class; "
            "at least 3 of a class are needed, so add groups.",
        ),
        (
            {"spikes": None, "events": np.zeros((30, 4, 5), np.uint8)},
            "FILE holds the arrays ['events', 'labels']; one named 'spikes' is needed, so add it, or rename "
            "'events' if that is meant.",
        ),
        (
            {"labels": np.arange(30) % 2 - 1},
            "FILE has the label -1; labels count from 0, so renumber them, all parts alike: labels = "
            "np.unique(labels, return_inverse=True)[1].",
        ),
        (
            {"labels": np.where(np.arange(30) % 2, 2**31 - 2, 0)},
            "FILE has labels up to 2147483646 but no sample of class 1; labels count from 0 without a gap, so add "
            "samples or renumber them, all parts alike: labels = np.unique(labels, return_inverse=True)[1].",
        ),
        (
            {"labels": np.arange(30) % 2 + 1},
            "FILE has labels up to 2 but no sample of class 0; labels count from 0 without a gap, so add "
            "samples or renumber them, all parts alike: labels = np.unique(labels, return_inverse=True)[1].",
        ),
        (
            {"labels": np.zeros(30, int)},
            "FILE has samples of one class only; at least two are needed, so check its labels.",
        ),
        (
            {"labels": np.arange(7)},
            "in FILE, array 'spikes': 7 labels were given for 30 samples; one each is needed, so match them.",
        ),
        (
            {"spikes": np.zeros((30, 0, 5), np.uint8)},
            "FILE holds spikes of shape (30, 0, 5) [sample, time, neuron]; none of the axes may be empty, so write "
            "the file again.",
        ),
        (
            {"spikes": np.zeros((30, 5), np.uint8)},
            "in FILE, array 'spikes': spikes have shape (30, 5); three axes [sample, time, neuron] are needed, so "
            "reshape them.",
        ),
        (
            {"spikes": np.full((30, 4, 5), 2)},
            "in FILE, array 'spikes': spikes hold values other than 0 and 1; only binary spikes are allowed, so "
            "binarise them.",
        ),
        (
            {"spikes": spikes(30).astype(str)},
            "in FILE, array 'spikes': spikes hold <U3; 0 and 1 of a boolean or integer type are needed, so convert "
            "them.",
        ),
        (
            {"spikes": np.zeros((30, 4, 5), [("x", "<i4")])},
            "in FILE, array 'spikes': spikes hold [('x', '<i4')]; 0 and 1 of a boolean or integer type are needed, "
            "so convert them.",
        ),
        (
            {"spikes": np.full((30, 4, 5), 0.5)},
            "in FILE, array 'spikes': spikes hold values other than 0 and 1; only binary spikes are allowed, so "
            "binarise them.",
        ),
        (
            {"spikes": np.full((30, 4, 5), np.nan)},
            "in FILE, array 'spikes': spikes hold values other than 0 and 1; only binary spikes are allowed, so "
            "binarise them.",
        ),
        (
            {"spikes": np.array([{}, None])},
            "FILE is not a readable .npz of spikes (array 'spikes' holds Python objects, which are never read); "
            "write it with numpy.savez or motifc run.",
        ),
        (
            {"labels": np.array(["yes", "no"] * 15)},
            "in FILE, array 'spikes': labels are <U3 of shape (30,); one whole number per sample is needed, so "
            "number them: labels = np.unique(labels, return_inverse=True)[1].",
        ),
        (
            {"labels": np.eye(2)[np.arange(30) % 2]},
            "in FILE, array 'spikes': labels are float64 of shape (30, 2); one whole number per sample is needed, so "
            "take the class of each one-hot row: labels = labels.argmax(axis=1).",
        ),
        (
            {"labels": np.full(30, np.nan)},
            "in FILE, array 'spikes': labels are NaN or infinite; one whole number per sample is needed, so convert "
            "them.",
        ),
        (
            {"labels": np.arange(30) / 2},
            "in FILE, array 'spikes': labels [sample] holds numbers that do not fit int32; round or scale them first.",
        ),
        (
            {"lengths": np.full(30, 5)},
            "in FILE, array 'spikes': sample lengths run from 5 to 5 steps; the raster has 4, so give lengths from 0 "
            "to that.",
        ),
        (
            {"lengths": np.full(3, 4)},
            "in FILE, array 'spikes': 3 lengths were given for 30 samples; one each is needed, so match them.",
        ),
        (
            {"spikes": spikes(2), "labels": np.arange(2)},
            "FILE has 2 samples to share out among train, test, valid, too few to give each some of a class; at least "
            "3 of a class are needed, so add samples.",
        ),
    ],
)
def test_malformed_files_are_told_in_one_sentence(tmp_path: Path, changed: dict[str, Any], message: str) -> None:
    path = tmp_path / "mine.npz"
    save(path, 30, **changed)
    with pytest.raises(InputError) as raised:
        own_split(path, 0)
    assert str(raised.value) == message.replace("FILE", str(path))


def test_files_of_other_names_are_joined_and_split(tmp_path: Path) -> None:
    save(tmp_path / "tuesday.npz", 60, spikes=spikes(60, steps=6, seed=1), labels=np.arange(60) % 3)
    save(tmp_path / "monday.npz", 40)
    (tmp_path / "notes.txt").write_text("not looked at")
    split = own_split(tmp_path, 0)
    assert sizes(split) == [60, 20, 20]
    assert split.classes == 3
    together = np.zeros((100, 6, 5), np.uint8)
    together[:40, :4], together[40:] = spikes(40), spikes(60, steps=6, seed=1)
    assert everyone(split) == sorted(row.tobytes() for row in np.packbits(together, axis=2))
    lengths = np.concatenate([part.lengths for part in (split.train, split.valid, split.test)])
    assert np.bincount(lengths).tolist() == [0, 0, 0, 0, 40, 0, 60]


def groups_of(split: Split, groups: Array) -> list[set[Any]]:
    """The groups in every part; a sample is known again by its spikes."""
    known = dict(zip((row.tobytes() for row in np.packbits(spikes(len(groups)), axis=2)), groups.tolist(), strict=True))
    return [{known[row.tobytes()] for row in part.packed} for part in (split.train, split.valid, split.test)]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("kind", [int, float, str])
def test_a_group_is_in_one_part_alone(tmp_path: Path, seed: int, kind: type) -> None:
    groups = np.random.default_rng(0).integers(10, size=200)
    save(tmp_path / "mine.npz", 200, groups=groups.astype(kind))
    split = own_split(tmp_path / "mine.npz", seed)
    parts = groups_of(split, groups)
    assert set.union(*parts) == set(range(10))
    assert sum(map(len, parts)) == 10
    assert [abs(size - share) <= 25 for size, share in zip(sizes(split), (120, 40, 40), strict=True)] == [True] * 3
    assert {part.labels is not None and set(part.labels) == {0, 1} for part in (split.train, split.valid, split.test)}


def test_a_group_may_be_that_of_a_whole_file_and_of_several(tmp_path: Path) -> None:
    whole = spikes(120)
    for number in range(6):
        own = slice(20 * number, 20 * number + 20)
        save(tmp_path / f"day{number}.npz", 20, spikes=whole[own], groups=np.array(f"person {number // 2}"))
    split = own_split(tmp_path, 0)
    parts = groups_of(split, np.arange(120) // 40)
    assert sorted(len(part) for part in parts) == [1, 1, 1]
    assert sizes(split) == [40, 40, 40]


def test_valid_comes_whole_groups_from_train_where_test_is_given(tmp_path: Path) -> None:
    save(tmp_path / "train.npz", 100, groups=np.arange(100) // 20)
    save(tmp_path / "test.npz", 10, seed=1, groups=np.full(10, 7))
    split = own_split(tmp_path, 0)
    assert sizes(split) == [80, 20, 10]


def test_arrays_that_are_not_used_are_told_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("monday", "tuesday"):
        save(
            tmp_path / f"{name}.npz", 30, images=np.zeros((30, 9, 9)), notes=np.array([{}, None]), subject=np.zeros(30)
        )
    (tmp_path / "._monday.npz").write_bytes(b"what macOS leaves")
    (tmp_path / ".hidden.npz").write_bytes(b"no spikes")
    assert sum(sizes(own_split(tmp_path, 0))) == 60
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == (
        f"motifc: {tmp_path} also holds 'images', 'notes', 'subject', which nothing here uses; did you mean 'groups' "
        "by 'subject'?\n"
    )


@pytest.mark.parametrize("packed", [False, True])
def test_memory_stays_below_twice_what_the_files_decode_to(tmp_path: Path, packed: bool) -> None:
    dense, labels = np.zeros((400, 200, 100), np.uint8), np.arange(400) % 2
    if packed:
        dense = np.zeros((400, 200, 800), np.uint8)
        save_rasters({"spikes": SpikeRaster.pack(dense, labels=labels)}, tmp_path / "mine.npz")
    else:
        np.savez(tmp_path / "mine.npz", spikes=dense, labels=labels)
    decoded = dense.nbytes // (8 if packed else 1)
    del dense
    tracemalloc.start()
    split = own_split(tmp_path / "mine.npz", 0)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert sum(sizes(split)) == 400
    assert most < 2.05 * decoded


def test_values_to_be_told_are_split_at_random(tmp_path: Path) -> None:
    targets = np.arange(30) / 7
    np.savez(tmp_path / "mine.npz", spikes=spikes(30), targets=targets)
    split = own_split(tmp_path / "mine.npz", 0)
    assert (split.by, split.classes) == ("value", 1)
    parts = [np.array(each.targets)[:, 0] for each in (split.train, split.valid, split.test)]
    assert [each.size for each in parts] == [18, 6, 6]
    assert sorted(np.concatenate(parts).tolist()) == targets.tolist()


@pytest.mark.parametrize(
    ("train", "test", "message"),
    [
        (
            {"targets": np.zeros(30)},
            {"labels": np.arange(30) % 2},
            "FOLDER has targets in train and none in test; all parts need them, or all need labels, so write the files "
            "alike.",
        ),
        (
            {"targets": np.zeros((30, 1))},
            {"targets": np.zeros((30, 2))},
            "the test part of a split have 2 targets per sample; readout 'readout' tells 1 values, so give as many or "
            "the data it was made for.",
        ),
        (
            {"targets": np.zeros(30, int)},
            {"targets": np.zeros(30)},
            "in FOLDER/train.npz, array 'spikes': targets are int64; classes are given as labels, and values to be "
            "told as floats, so rename the array or convert it.",
        ),
    ],
)
def test_parts_that_ask_different_things_are_refused(
    tmp_path: Path, train: dict[str, Any], test: dict[str, Any], message: str
) -> None:
    np.savez(tmp_path / "train.npz", spikes=spikes(30), **train)
    np.savez(tmp_path / "test.npz", spikes=spikes(30), **test)
    with pytest.raises(InputError) as raised:
        own_split(tmp_path, 0)
    assert str(raised.value).replace(str(tmp_path), "FOLDER") == message


def test_files_of_other_kind_cannot_be_joined(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", spikes=spikes(30), targets=np.zeros(30))
    np.savez(tmp_path / "b.npz", spikes=spikes(30), labels=np.arange(30) % 2)
    with pytest.raises(InputError, match="the files have 1 targets, labels per sample; all files of a folder need the"):
        own_split(tmp_path, 0)
