"""SpikeRaster and its files."""

import tracemalloc
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from targets.contracts import raster as raster_module
from targets.contracts.arrays import Array
from targets.contracts.errors import InputError
from targets.contracts.names import quoted
from targets.contracts.raster import SpikeRaster, load_rasters, load_spikes, save_rasters, unused_told
from tests.paddings import three_paddings


@pytest.mark.parametrize("neurons", [1, 7, 8, 9, 16, 17])
def test_pack_and_unpack(neurons: int) -> None:
    dense = np.random.default_rng(neurons).random((3, 5, neurons)) < 0.5
    raster = SpikeRaster.pack(dense)
    assert raster.packed.shape == (3, 5, -(-neurons // 8))
    assert np.array_equal(raster.dense(), dense)
    assert (raster.samples, raster.steps, raster.neurons, raster.bins) == (3, 5, neurons, 15 * neurons)


NAMES = ["spikes", "shape", "lengths", "labels", "file", "allow_pickle", "a.u", "a", "a.shape", "a.npy", "[0]", "%41"]


def test_bits_are_those_of_packbits() -> None:
    assert SpikeRaster.pack([[[1, 0, 0, 0, 0, 0, 0, 1, 1]]]).packed.tolist() == [[[0b1000_0001, 0b1000_0000]]]


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.int64, np.float32])
def test_zeros_and_ones_of_any_type(dtype: npt.DTypeLike) -> None:
    dense = np.array([[[0, 1], [1, 1]]])
    assert np.array_equal(SpikeRaster.pack(dense.astype(dtype)).dense(), dense)


def test_counts_leave_padding_out() -> None:
    raster = SpikeRaster.pack(np.ones((3, 4, 2)), lengths=[4, 1, 0])
    assert raster.counts().tolist() == [[4, 4], [1, 1], [0, 0]]
    assert raster.counts().dtype == np.int32


def test_rates_are_per_step_that_counts() -> None:
    raster = SpikeRaster.pack(np.ones((3, 4, 2)), lengths=[4, 1, 0])
    assert raster.counted_steps == 5
    assert raster.rates().tolist() == [1.0, 1.0]
    assert SpikeRaster.pack(np.ones((3, 4, 2)), lengths=[0, 0, 0]).rates().tolist() == [0.0, 0.0]
    assert SpikeRaster.pack(np.ones((0, 4, 2))).rates().tolist() == [0.0, 0.0]


@pytest.mark.parametrize("padding", ["none", "silence", "junk"])
def test_what_counts_is_the_same_in_every_padding(padding: str) -> None:
    bare, other = (three_paddings(0, 11)[name] for name in ("none", padding))
    assert np.array_equal(other.counts(), bare.counts())
    assert other.rates().tolist() == bare.rates().tolist()
    assert np.array_equal(other.counted().until(bare.steps).packed, bare.packed)
    assert not other.counted().dense()[:, bare.steps :].any()


def test_padding_and_cutting_keep_the_lengths() -> None:
    raster = SpikeRaster.pack(np.eye(4)[None], lengths=[3], labels=[5])
    longer = raster.padded(2)
    assert (longer.steps, longer.lengths.tolist(), longer.labels.tolist()) == (6, [3], [5])  # type: ignore[union-attr]
    assert np.array_equal(longer.dense()[:, :4], raster.dense())
    assert not longer.dense()[:, 4:].any()
    assert raster.padded(0) is raster
    middle = longer.between(1, 5)
    assert (middle.steps, middle.lengths.tolist()) == (4, [3])
    assert np.array_equal(middle.dense(), longer.dense()[:, 1:5])
    assert (longer.between(5, 9).steps, longer.between(5, 9).lengths.tolist()) == (1, [1])
    assert longer.between(4, 2).steps == 0
    assert longer.whole().lengths.tolist() == [6]


def test_counts_beyond_a_byte() -> None:
    assert SpikeRaster.pack(np.ones((1, 1000, 1), bool)).counts().tolist() == [[1000]]


def test_take_keeps_lengths_and_labels_together() -> None:
    raster = SpikeRaster.pack(np.eye(3)[:, None], lengths=[1, 0, 1], labels=[7, 8, 9])
    for chosen in (slice(1, 3), [1, 2], [False, True, True]):
        part = raster.take(chosen)
        assert part.labels is not None
        assert part.dense().tolist() == [[[0, 1, 0]], [[0, 0, 1]]]
        assert (part.lengths.tolist(), part.labels.tolist()) == ([0, 1], [8, 9])
    assert SpikeRaster.pack(np.ones((2, 1, 1))).take([0]).labels is None


def test_arrays_are_read_only() -> None:
    raster = SpikeRaster.pack(np.ones((1, 1, 1)), labels=[0])
    assert raster.labels is not None
    assert not any(array.flags.writeable for array in (raster.packed, raster.lengths, raster.labels))


def test_wrong_axes_are_refused() -> None:
    with pytest.raises(InputError) as error:
        SpikeRaster.pack(np.zeros((2, 3)))
    assert str(error.value) == (
        "spikes have shape (2, 3); three axes [sample, time, neuron] are needed, so reshape them."
    )


@pytest.mark.parametrize("value", [2, -1, 0.5, np.nan])
def test_graded_spikes_are_refused(value: float) -> None:
    with pytest.raises(InputError) as error:
        SpikeRaster.pack([[[0, value]]])
    assert str(error.value) == (
        "spikes hold values other than 0 and 1; only binary spikes are allowed, so binarise them."
    )


def test_wrong_width_is_refused() -> None:
    with pytest.raises(InputError) as error:
        SpikeRaster(np.zeros((1, 1, 2), np.uint8), 8, np.array([1]))
    assert str(error.value) == (
        "packed spikes have 2 bytes per step; 8 neurons need 1, so check the number of neurons."
    )


@pytest.mark.parametrize("length", [-1, 3])
def test_lengths_out_of_range_are_refused(length: int) -> None:
    with pytest.raises(InputError) as error:
        SpikeRaster.pack(np.zeros((1, 2, 1)), lengths=[length])
    assert str(error.value) == (
        f"sample lengths run from {length} to {length} steps; the raster has 2, so give lengths from 0 to that."
    )


def test_wrong_number_of_labels_is_refused() -> None:
    with pytest.raises(InputError) as error:
        SpikeRaster.pack(np.zeros((2, 1, 1)), labels=[1])
    assert str(error.value) == "1 labels were given for 2 samples; one each is needed, so match them."


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


LINE = "labels = np.unique(labels, return_inverse=True)[1]"


@pytest.mark.parametrize(
    ("labels", "found", "mend"),
    [
        (np.array(["yes", "no"]), "<U3 of shape (2,)", f"number them: {LINE}"),
        (
            np.eye(2, dtype=int),
            "int64 of shape (2, 2)",
            "take the class of each one-hot row: labels = labels.argmax(axis=1)",
        ),
        (np.array([[1], [0]]), "int64 of shape (2, 1)", "flatten them: labels = labels.ravel()"),
        (np.ones((2, 3)), "float64 of shape (2, 3)", "convert them"),
    ],
)
def test_labels_of_another_form_are_told_with_the_line_that_mends_them(labels: Array, found: str, mend: str) -> None:
    with pytest.raises(InputError) as error:
        SpikeRaster.pack(np.zeros((2, 1, 1)), labels=labels)
    assert str(error.value) == f"labels are {found}; one whole number per sample is needed, so {mend}."
    line = mend.partition("labels = ")[2]
    if line:
        mended = eval(line, {"np": np, "labels": labels})
        assert SpikeRaster.pack(np.zeros((2, 1, 1)), labels=mended).labels is not None


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.int64, np.float32])
@pytest.mark.parametrize("shape", [(200, 100, 100), (1, 20_000, 100)])
def test_packing_holds_little_beside_the_dense_spikes(dtype: npt.DTypeLike, shape: tuple[int, int, int]) -> None:
    dense = np.zeros(shape, dtype)
    tracemalloc.start()
    raster = SpikeRaster.pack(dense)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < raster.packed.nbytes + 6_000_000  # what is held of one piece at a time, at most 8 bytes a bin


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


def test_until_keeps_the_first_steps() -> None:
    dense = np.random.default_rng(0).random((3, 6, 5)) < 0.5
    raster = SpikeRaster.pack(dense, lengths=[6, 4, 2], labels=[7, 8, 9]).until(4)
    assert np.array_equal(raster.dense(), dense[:, :4])
    assert raster.lengths.tolist() == [4, 4, 2]
    assert raster.labels is not None
    assert raster.labels.tolist() == [7, 8, 9]
    assert raster.until(9).packed.tolist() == raster.packed.tolist()


def test_a_population_may_have_the_name_of_a_companion(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    spikes = SpikeRaster.pack(np.eye(6, dtype=bool).reshape(2, 3, 6))
    traces = {("labels", "u"): np.zeros((2, 3, 1), np.int32), ("labels", "neurons"): np.array([4])}
    save_rasters({"labels": spikes, "x.shape": spikes}, path, traces)
    read = load_rasters(path)
    assert set(read) == {"labels", "x.shape"}
    np.testing.assert_array_equal(read["labels"].packed, spikes.packed)


@pytest.mark.parametrize("neurons", [1, 7, 9, 15])
def test_bits_beyond_the_last_neuron_are_refused(neurons: int) -> None:
    """They are spikes of nobody, and would count as differences of packed bytes."""
    packed = np.full((2, 3, -(-neurons // 8)), 0xFF, np.uint8)
    with pytest.raises(InputError) as error:
        SpikeRaster(packed, neurons, np.array([3, 3]))
    assert str(error.value) == (
        f"packed spikes have bits set beyond neuron {neurons - 1}, the last; they must be 0 as in numpy.packbits, so "
        "check the number of neurons."
    )
    assert SpikeRaster(packed[:, :, :-1], neurons // 8 * 8, np.array([3, 3])).counts().min(initial=3) == 3


def test_many_samples_are_packed_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(raster_module, "_PIECE", 50)
    dense = np.random.default_rng(0).integers(0, 2, (7, 3, 9))
    assert np.array_equal(SpikeRaster.pack(dense).dense(), dense)
    dense[6, 2, 8] = 2
    with pytest.raises(InputError, match="values other than 0 and 1"):
        SpikeRaster.pack(dense)


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
