"""Files of spikes: what is written comes back, and what is wrong with a file is told."""

import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from targets.contracts.errors import InputError
from targets.contracts.names import quoted
from targets.contracts.raster import SpikeRaster, load_rasters, load_spikes, save_rasters, unused_told

NAMES = ["spikes", "shape", "lengths", "labels", "file", "allow_pickle", "a.u", "a", "a.shape", "a.npy", "[0]", "%41"]


def test_file_of_one_raster(tmp_path: Path) -> None:
    raster = SpikeRaster.pack(np.random.default_rng(0).random((3, 4, 11)) < 0.5, lengths=[1, 2, 4], labels=[0, 1, 0])
    save_rasters({"spikes": raster}, tmp_path / "a.npz")
    with np.load(tmp_path / "a.npz") as file:
        assert sorted(file.files) == ["labels", "lengths", "shape", "spikes"]
    _assert_same(load_rasters(tmp_path / "a.npz"), {"spikes": raster})


def test_file_of_several_rasters(tmp_path: Path) -> None:
    """Names with dots and slashes too, as populations of a nested graph have."""
    rasters = {
        "spikes": SpikeRaster.pack(np.ones((1, 2, 3))),
        "lif1.lif": SpikeRaster.pack(np.zeros((1, 2, 9)), labels=[4]),
        "L2/motif": SpikeRaster.pack(np.ones((2, 2, 8)), lengths=[0, 2]),
    }
    save_rasters(rasters, tmp_path / "a.npz")
    _assert_same(load_rasters(tmp_path / "a.npz"), rasters)


@pytest.mark.slow
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.lists(st.text(max_size=8) | st.sampled_from(NAMES), min_size=1, max_size=5, unique=True))
def test_any_names_survive_the_file(tmp_path: Path, names: list[str]) -> None:
    rasters = {name: SpikeRaster.pack(np.eye(1, 4, n)[None] > 0, labels=[n]) for n, name in enumerate(names)}
    traces = {(name, "u"): np.full((1, 1, 4), n) for n, name in enumerate(names)}
    save_rasters(rasters, tmp_path / "a.npz", traces)
    _assert_same(load_rasters(tmp_path / "a.npz"), rasters)
    with np.load(tmp_path / "a.npz") as file:
        for number, name in enumerate(names):
            assert (file[f"{quoted(name)}.u"] == number).all()


def test_a_raster_named_as_a_trace_is_no_trace(tmp_path: Path) -> None:
    rasters = {name: SpikeRaster.pack(np.ones((1, 1, 1))) for name in ("hidden", "hidden.u")}
    save_rasters(rasters, tmp_path / "a.npz", {("hidden", "u"): np.zeros((1, 1, 1), np.int32)})
    _assert_same(load_rasters(tmp_path / "a.npz"), rasters)


def test_equal_rasters_make_equal_files(tmp_path: Path) -> None:
    for name in ("a.npz", "b.npz"):
        save_rasters({"x": SpikeRaster.pack(np.ones((1, 2, 3)))}, tmp_path / name)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_plain_array_is_accepted(tmp_path: Path) -> None:
    dense = np.random.default_rng(0).integers(0, 2, (2, 3, 9), dtype=np.uint8)
    np.savez(tmp_path / "a.npz", spikes=dense, labels=[1, 2])
    raster = load_rasters(tmp_path / "a.npz")["spikes"]
    assert raster.labels is not None
    assert np.array_equal(raster.dense(), dense)
    assert (raster.lengths.tolist(), raster.labels.tolist()) == ([3, 3], [1, 2])


def test_missing_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    with pytest.raises(InputError) as error:
        load_rasters(path)
    assert str(error.value) == f"{path} does not exist; a .npz file with spikes is needed, so check the path."


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04 but no more"])
def test_damaged_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.npz"
    path.write_bytes(content)
    with pytest.raises(InputError) as error:
        load_rasters(path)
    assert str(error.value).startswith(f"{path} is not a readable .npz of spikes (")
    assert str(error.value).endswith("); write it with numpy.savez or motifc run.")


def test_truncated_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    save_rasters({"spikes": SpikeRaster.pack(np.ones((9, 9, 9)))}, path)
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(InputError, match="is not a readable"):
        load_rasters(path)


def test_damaged_array_is_refused(tmp_path: Path) -> None:
    """The archive is whole but the bytes of an array are not."""
    path = tmp_path / "a.npz"
    save_rasters({"spikes": SpikeRaster.pack(np.random.default_rng(0).integers(0, 2, (9, 90, 90)))}, path)
    content = bytearray(path.read_bytes())
    content[200:300] = bytes(100)
    path.write_bytes(content)
    with pytest.raises(InputError, match="is not a readable"):
        load_rasters(path)


def test_array_of_objects_is_refused(tmp_path: Path) -> None:
    """Reading it would mean to run pickled code."""
    path = tmp_path / "a.npz"
    np.savez(path, spikes=np.array([{}], dtype=object))
    with pytest.raises(InputError) as error:
        load_rasters(path)
    assert str(error.value) == (
        f"{path} is not a readable .npz of spikes (array 'spikes' holds Python objects, which are never read); write "
        "it with numpy.savez or motifc run."
    )


def test_an_array_of_objects_beside_the_spikes_is_left_unread(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    np.savez(path, spikes=np.ones((1, 2, 3), np.uint8), notes=np.array([{}], dtype=object))
    assert load_spikes(path).others == ("notes",)


def test_single_array_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    with path.open("wb") as file:
        np.save(file, np.zeros(3))
    with pytest.raises(InputError) as error:
        load_rasters(path)
    assert str(error.value) == (
        f"{path} is not a readable .npz of spikes (no zip archive); write it with numpy.savez or motifc run."
    )


def test_file_without_spikes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    np.savez(path, labels=np.array([1], np.int64))
    with pytest.raises(InputError) as error:
        load_rasters(path)
    assert str(error.value) == f"{path} holds no array named 'spikes' (it has 'labels' of shape (1,)); add one."


@pytest.mark.parametrize("name", ["spike", "X", "data", "Spikes", "events"])
def test_near_misses_of_spikes_are_guessed(tmp_path: Path, name: str) -> None:
    path = tmp_path / "a.npz"
    np.savez(path, labels=np.array([1], np.int64), **{name: np.zeros((1, 5), np.uint8)})  # type: ignore[arg-type]
    with pytest.raises(InputError) as error:
        load_rasters(path)
    assert str(error.value) == (
        f"{path} holds no array named 'spikes' (it has 'labels' of shape (1,), {name!r} of shape (1, 5)); add one, or "
        f"rename {name!r} if that is meant."
    )


def test_other_arrays_are_no_rasters_and_are_listed(tmp_path: Path) -> None:
    path, dense = tmp_path / "a.npz", np.eye(12, dtype=np.uint8).reshape(2, 6, 12)
    others = {
        "y": np.array([0, 1]),
        "images": np.zeros((2, 28, 28)),
        "counts": np.full((2, 6, 3), 7),
        "rates": np.zeros((2, 6, 3), np.float32),
        "subject": np.array(["ann", "bob"]),
    }
    np.savez(path, spikes=dense, **others)  # type: ignore[arg-type]
    read = load_spikes(path)
    assert set(read.rasters) == {"spikes"}
    assert np.array_equal(read.rasters["spikes"].dense(), dense)
    assert read.rasters["spikes"].labels is None
    assert set(read.others) == set(others)
    assert unused_told("a.npz", [read]) == (
        "a.npz also holds 'y', 'images', 'counts', 'rates', 'subject', which nothing here uses; did you mean 'labels' "
        "by 'y' and 'groups' by 'subject'?"
    )


def test_plain_inputs_beside_each_other_are_rasters(tmp_path: Path) -> None:
    path, dense = tmp_path / "a.npz", np.eye(12, dtype=bool).reshape(2, 6, 12)
    np.savez(path, spikes=dense, context=dense[:, :, :5].astype(np.int64))
    read = load_spikes(path)
    assert {name: raster.neurons for name, raster in read.rasters.items()} == {"spikes": 12, "context": 5}
    assert (read.others, unused_told("a.npz", [read])) == ((), None)
    np.savez(path, left=dense, right=dense, labels=[0, 1])
    read = load_spikes(path)
    assert set(read.rasters) == {"left", "right"}
    assert unused_told("a.npz", [read]) == "a.npz also holds 'labels', which nothing here uses."


def test_what_is_there_is_not_guessed(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    np.savez(path, spikes=np.zeros((2, 6, 3), np.uint8), labels=[0, 1], y=[0, 1], target=[1, 0])
    assert unused_told("a.npz", [load_spikes(path)]) == "a.npz also holds 'y', 'target', which nothing here uses."


def test_groups_come_with_the_spikes(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    np.savez(path, spikes=np.zeros((3, 1, 2), np.uint8), groups=["a", "b", "a"])
    read = load_spikes(path)
    assert read.groups is not None
    assert read.groups.tolist() == ["a", "b", "a"]
    assert read.others == ()
    save_rasters({"groups": SpikeRaster.pack(np.ones((1, 1, 9)))}, path)
    assert (set(load_spikes(path).rasters), load_spikes(path).groups) == ({"groups"}, None)


@pytest.mark.parametrize("packed", [False, True])
def test_reading_holds_at_most_twice_what_the_file_decodes_to(tmp_path: Path, packed: bool) -> None:
    path, dense = tmp_path / "a.npz", np.zeros((200, 400, 400), np.uint8)
    if packed:
        save_rasters({"spikes": SpikeRaster.pack(dense)}, path)
    else:
        np.savez_compressed(path, spikes=dense)
    decoded = dense.nbytes // (8 if packed else 1)
    del dense
    tracemalloc.start()
    raster = load_rasters(path)["spikes"]
    half = raster.take(np.arange(raster.samples // 2))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert half.samples == raster.samples // 2
    assert most < 2 * decoded


@pytest.mark.parametrize("shape", [[2, 4, 8], [2, 3], 5, [[2, 3, 8]], [2.0, 3.0, 8.0], "two"])
def test_file_that_contradicts_itself_is_refused(tmp_path: Path, shape: object) -> None:
    path = tmp_path / "a.npz"
    np.savez(path, spikes=np.zeros((2, 3, 1), np.uint8), shape=np.array(shape))
    with pytest.raises(InputError) as error:
        load_rasters(path)
    assert str(error.value) == (
        f"{path} holds 'spikes' packed as (2, 3, 1) but says it has the shape {shape!r} [sample, time, neuron]; "
        "write the file again."
    )


def _assert_same(left: dict[str, SpikeRaster], right: dict[str, SpikeRaster]) -> None:
    assert left.keys() == right.keys()
    for name, mine in left.items():
        theirs = right[name]
        assert mine.neurons == theirs.neurons
        assert np.array_equal(mine.packed, theirs.packed)
        assert np.array_equal(mine.lengths, theirs.lengths)
        assert (mine.labels is None) == (theirs.labels is None)
        if mine.labels is not None and theirs.labels is not None:
            assert np.array_equal(mine.labels, theirs.labels)


def test_a_population_may_have_the_name_of_a_companion(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    spikes = SpikeRaster.pack(np.eye(6, dtype=bool).reshape(2, 3, 6))
    traces = {("labels", "u"): np.zeros((2, 3, 1), np.int32), ("labels", "neurons"): np.array([4])}
    save_rasters({"labels": spikes, "x.shape": spikes}, path, traces)
    read = load_rasters(path)
    assert set(read) == {"labels", "x.shape"}
    np.testing.assert_array_equal(read["labels"].packed, spikes.packed)


def test_other_arrays_beside_the_spikes_do_no_harm(tmp_path: Path) -> None:
    """Who spoke, what it was called: arrays of fewer axes and of objects are not spikes and are not read."""
    path = tmp_path / "a.npz"
    dense = np.ones((2, 3, 9), np.uint8)
    names = np.array(["a", None], dtype=object)
    np.savez(path, spikes=dense, labels=[1, 2], speakers=np.arange(2), rates=np.eye(2), names=names)
    (found,) = load_rasters(path).values()
    assert np.array_equal(found.dense(), dense)


@pytest.mark.parametrize(
    ("arrays", "sentence"),
    [
        (
            {"spikes": np.ones((2, 3))},
            "array 'spikes': spikes have shape (2, 3); three axes [sample, time, neuron] are needed, so reshape them.",
        ),
        (
            {"left": np.ones((2, 3, 4)), "images": np.full((2, 3, 4), 7)},
            "array 'images': spikes hold values other than 0 and 1; only binary spikes are allowed, so binarise them.",
        ),
        (
            {"spikes": np.ones((2, 3, 4)), "labels": np.array([1])},
            "array 'spikes': 1 labels were given for 2 samples; one each is needed, so match them.",
        ),
    ],
)
def test_the_array_that_is_wrong_is_named(tmp_path: Path, arrays: dict[str, np.ndarray], sentence: str) -> None:
    path = tmp_path / "a.npz"
    np.savez(path, **arrays)  # type: ignore[arg-type]  # its own options are keywords too
    with pytest.raises(InputError) as error:
        load_rasters(path)
    assert str(error.value) == f"in {path}, {sentence}"


def test_objects_among_the_spikes_are_told(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    np.savez(path, spikes=np.ones((1, 2, 3)), labels=np.array([None]))
    with pytest.raises(InputError) as error:
        load_rasters(path)
    assert str(error.value) == (
        f"{path} is not a readable .npz of spikes (array 'labels' holds Python objects, which are never read); write "
        "it with numpy.savez or motifc run."
    )
