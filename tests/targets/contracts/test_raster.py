"""SpikeRaster and its files."""

import tracemalloc

import numpy as np
import numpy.typing as npt
import pytest

from targets.contracts import raster as raster_module
from targets.contracts.arrays import Array
from targets.contracts.errors import InputError
from targets.contracts.raster import SpikeRaster
from tests.paddings import three_paddings

LINE = "labels = np.unique(labels, return_inverse=True)[1]"


@pytest.mark.parametrize("neurons", [1, 7, 8, 9, 16, 17])
def test_pack_and_unpack(neurons: int) -> None:
    dense = np.random.default_rng(neurons).random((3, 5, neurons)) < 0.5
    raster = SpikeRaster.pack(dense)
    assert raster.packed.shape == (3, 5, -(-neurons // 8))
    assert np.array_equal(raster.dense(), dense)
    assert (raster.samples, raster.steps, raster.neurons, raster.bins) == (3, 5, neurons, 15 * neurons)


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


def test_until_keeps_the_first_steps() -> None:
    dense = np.random.default_rng(0).random((3, 6, 5)) < 0.5
    raster = SpikeRaster.pack(dense, lengths=[6, 4, 2], labels=[7, 8, 9]).until(4)
    assert np.array_equal(raster.dense(), dense[:, :4])
    assert raster.lengths.tolist() == [4, 4, 2]
    assert raster.labels is not None
    assert raster.labels.tolist() == [7, 8, 9]
    assert raster.until(9).packed.tolist() == raster.packed.tolist()


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
