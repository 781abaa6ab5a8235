import threading

import numpy as np
import pytest
import torch
from torch import Tensor

from search.data.loader import Batch, DataLoader, torch_generator, unpacked
from targets.contracts.arrays import Array
from targets.contracts.raster import SpikeRaster
from tests.paddings import three_paddings

CPU = torch.device("cpu")


def samples() -> DataLoader:
    dense = np.random.default_rng(0).random((5, 3, 4)) < 0.5
    return DataLoader.of(CPU, SpikeRaster.pack(dense, lengths=[3, 2, 1, 3, 0], labels=[0, 1, 2, 3, 4]))


def test_a_batch_holds_the_samples_asked_for() -> None:
    dense = np.random.default_rng(0).random((5, 3, 4)) < 0.5
    batch = samples().batch(np.array([2, 0]))
    dense[2, 1:] = 0  # steps that do not count
    assert np.array_equal(batch.spikes.numpy(), dense[[2, 0]].transpose(1, 0, 2))
    assert batch.mask[:, :, 0].tolist() == [[1, 1], [0, 1], [0, 1]]
    assert batch.labels.tolist() == [2, 0]


def test_batches_are_the_same_in_every_padding() -> None:
    first, *others = (DataLoader.of(CPU, raster).batch(np.arange(6)) for raster in three_paddings(0, 11).values())
    for other in others:
        assert torch.equal(other.spikes, first.spikes)
        assert torch.equal(other.mask, first.mask)


def test_samples_of_which_nothing_counts_are_one_silent_step() -> None:
    batch = DataLoader.of(CPU, SpikeRaster.pack(np.ones((2, 3, 4)), lengths=[0, 0], labels=[0, 1])).batch(np.arange(2))
    assert batch.spikes.shape == (1, 2, 4)
    assert not batch.spikes.any()
    assert not batch.mask.any()


def test_batches_in_order_hold_every_sample_once() -> None:
    assert [batch.labels.tolist() for batch in samples().in_order(2)] == [[0, 1], [2, 3], [4]]
    assert list(DataLoader.of(CPU, SpikeRaster.pack(np.zeros((0, 3, 4)), labels=[])).in_order(2)) == []


def test_shuffled_batches_depend_on_their_seed_only() -> None:
    one, same, other = (samples().shuffled(2, 7, number) for number in (0, 0, 1))
    assert sorted(np.concatenate(one)) == [0, 1, 2, 3, 4]
    assert [list(part) for part in one] == [list(part) for part in same] != [list(part) for part in other]


def test_thinning_drops_the_asked_share_of_spikes_and_adds_none() -> None:
    whole = DataLoader.of(CPU, SpikeRaster.pack(np.ones((50, 20, 10)), labels=np.zeros(50))).batch(np.arange(50))
    thin = whole.thinned(0.3, torch_generator(CPU, 1, 2))
    assert abs(float(thin.spikes.mean()) - 0.7) < 0.02
    assert torch.equal(thin.spikes, whole.thinned(0.3, torch_generator(CPU, 1, 2)).spikes)
    assert not torch.equal(thin.spikes, whole.thinned(0.3, torch_generator(CPU, 1, 3)).spikes)
    assert whole.thinned(0.0, torch_generator(CPU, 1)) is whole


def test_stretched_samples_keep_what_is_where_in_them() -> None:
    """Channel k spikes in the kth quarter of its sample alone; the last sample has no step that counts."""
    quarters = np.repeat(np.eye(4), 10, axis=0)
    spikes = np.zeros((60, 80, 4))
    lengths = np.array([40, 80] * 29 + [4, 0])
    for each, length in zip(spikes, lengths, strict=True):
        each[:length] = quarters[np.arange(length) * 40 // max(length, 1)]
    whole = DataLoader.of(CPU, SpikeRaster.pack(spikes, lengths, labels=np.arange(60))).batch(np.arange(60))
    other = whole.stretched(1.5, torch_generator(CPU, 1, 2))
    assert torch.equal(other.labels, whole.labels)
    factors = other.lengths[:58] / whole.lengths[:58]
    assert float(factors.min()) < 0.75 < 1.33 < float(factors.max())
    assert 0.66 < float(factors.min()) < float(factors.max()) < 1.51
    assert abs(float(factors.log().mean())) < 0.1
    assert int(other.lengths[59]) == 0
    found = other.spikes.sum(0)
    assert torch.all((found - other.lengths[:, None] / 4).abs() <= 1.01)
    assert torch.equal(found.sum(1), other.lengths.float())  # a spike in every step that counts, none behind
    first = other.spikes[:, :58].argmax(0)
    assert torch.all(first.diff(dim=1) > 0)


def test_stretching_depends_on_its_seed_only() -> None:
    whole = samples().batch(np.arange(5))
    one, same, other = (whole.stretched(3.0, torch_generator(CPU, 1, number)) for number in (2, 2, 3))
    assert torch.equal(one.lengths, same.lengths)
    assert torch.equal(one.spikes, same.spikes)
    assert not torch.equal(one.lengths, other.lengths)
    assert whole.stretched(1.0, torch_generator(CPU, 1)) is whole


def test_spikes_stay_packed_where_they_are() -> None:
    raster = SpikeRaster.pack(np.ones((3, 2, 17)), labels=np.zeros(3))
    assert DataLoader.of(CPU, raster).parts[0].packed is raster.packed


@pytest.mark.parametrize("neurons", [1, 7, 8, 9, 16, 2312])
def test_unpacking_on_a_device_equals_that_of_the_raster(neurons: int) -> None:
    raster = SpikeRaster.pack(np.random.default_rng(neurons).random((4, 3, neurons)) < 0.5)
    spikes = unpacked(torch.from_numpy(raster.packed.copy()), neurons)
    assert spikes.dtype == torch.float32
    assert np.array_equal(spikes.numpy(), raster.dense())


def test_rasters_follow_each_other_and_the_shorter_is_padded_with_silence() -> None:
    generator = np.random.default_rng(0)
    one, other = generator.random((2, 3, 5)) < 0.5, generator.random((3, 6, 5)) < 0.5
    both = DataLoader.of(CPU, SpikeRaster.pack(one, labels=[0, 1]), SpikeRaster.pack(other, labels=[2, 3, 4]))
    assert len(both) == 5
    batch = both.batch(np.array([4, 0, 2, 1]))
    assert batch.labels.tolist() == [4, 0, 2, 1]
    assert batch.mask[:, :, 0].sum(0).tolist() == [6, 3, 6, 3]
    spikes = batch.spikes.numpy().transpose(1, 0, 2)
    assert np.array_equal(spikes[[0, 2]], other[[2, 0]])
    assert np.array_equal(spikes[[1, 3], :3], one)
    assert not spikes[[1, 3], 3:].any()


def test_batches_come_in_the_order_asked_for() -> None:
    indices = [np.array([4, 1]), np.array([0]), np.array([2, 3])]
    assert [batch.labels.tolist() for batch in samples().batches(indices)] == [[4, 1], [0], [2, 3]]
    assert list(samples().batches([])) == []


class Elsewhere:
    """Samples on torch's meta device, which like a GPU is not the CPU; notes which thread fetches what."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.samples = DataLoader.of(torch.device("meta"), SpikeRaster.pack(np.ones((5, 3, 4)), labels=np.zeros(5)))
        self.fetched: list[tuple[bool, list[int]]] = []
        self.ahead = threading.Semaphore(0)
        fetch = DataLoader._fetched

        def noted(samples: DataLoader, indices: Array) -> tuple[Tensor, Tensor]:
            self.fetched.append((threading.current_thread() is threading.main_thread(), list(indices)))
            self.ahead.release()
            return fetch(samples, indices)

        monkeypatch.setattr(DataLoader, "_fetched", noted)


@pytest.mark.slow
def test_on_another_device_the_next_batch_is_fetched_by_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = Elsewhere(monkeypatch)
    batches = elsewhere.samples.in_order(2)
    sizes = []
    for number, batch in enumerate(batches, 1):
        for _ in range(1 if number > 1 else 2):  # the batch at hand and one more, before anybody asks for it
            assert number == 3 or elsewhere.ahead.acquire(timeout=10)
        assert len(elsewhere.fetched) == min(number + 1, 3)
        sizes.append(batch.spikes.shape[1])
    assert sizes == [2, 2, 1]
    assert elsewhere.fetched == [(False, [0, 1]), (False, [2, 3]), (False, [4])]
    assert list(elsewhere.samples.batches([])) == []


def test_no_tensor_of_a_batch_is_left_on_the_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = Elsewhere(monkeypatch)
    for batch in (elsewhere.samples.batch(np.array([1, 0])), *elsewhere.samples.in_order(3)):
        assert {tensor.device.type for tensor in (batch.spikes, batch.mask, batch.labels)} == {"meta"}
        assert batch.spikes.shape == (3, len(batch.labels), 4)


def test_batches_that_nobody_wants_any_more_end_their_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    before = threading.active_count()
    batches = Elsewhere(monkeypatch).samples.in_order(1)
    assert isinstance(next(batches), Batch)
    assert threading.active_count() == before + 1
    batches.close()
    assert threading.active_count() == before


def test_what_goes_wrong_in_the_thread_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(samples: DataLoader, indices: Array) -> tuple[Tensor, Tensor]:
        raise OSError("the disk is gone")

    elsewhere = Elsewhere(monkeypatch)
    monkeypatch.setattr(DataLoader, "_fetched", fail)
    with pytest.raises(OSError, match="the disk is gone"):
        next(elsewhere.samples.in_order(2))


def of_lengths(lengths: list[int]) -> DataLoader:
    count = len(lengths)
    return DataLoader.of(CPU, SpikeRaster.pack(np.zeros((count, max(lengths), 1)), lengths, np.arange(count)))


def test_batches_are_of_like_length_and_end_with_their_longest_sample() -> None:
    lengths = np.random.default_rng(0).integers(1, 200, 640).tolist()
    loader = of_lengths(lengths)
    batches = loader.shuffled(16, 3)
    assert sorted(np.concatenate(batches)) == list(range(640))
    spread = [np.ptp(np.array(lengths)[batch]) for batch in batches]
    assert max(spread) < 100  # as they come, nearly 200 each
    steps = [batch.spikes.shape[0] for batch in loader.batches(batches)]
    assert steps == [np.array(lengths)[batch].max() for batch in batches]
    assert sum(steps) < 0.7 * 40 * 200
    assert [len(batch.labels) for batch in loader.by_length(600)] == [600, 40]
    assert [int(n) for batch in loader.by_length(600) for n in batch.lengths] == sorted(lengths)


def test_every_sample_is_equally_likely_in_every_batch_of_an_epoch() -> None:
    """Long and short ones alike, also in the last batch of an odd size; 21 samples in batches of 4."""
    loader, epochs = of_lengths(list(range(1, 22))), 4000
    at = np.zeros((21, 6))  # how often each sample was in each batch of the epoch
    alone = np.zeros(21)  # and in the batch of one
    for seed in range(epochs):
        for place, batch in enumerate(loader.shuffled(4, seed)):
            at[batch, place] += 1
            alone[batch] += len(batch) == 1
    for found, share in ((at, 1 / 6), (alone, 1 / 21)):
        assert abs(found / epochs - share).max() < 5 * np.sqrt(share * (1 - share) / epochs)
