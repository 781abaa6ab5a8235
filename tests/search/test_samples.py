import numpy as np
import torch

from search.samples import Samples, torch_generator
from targets.raster import SpikeRaster

CPU = torch.device("cpu")


def samples() -> Samples:
    dense = np.random.default_rng(0).random((5, 3, 4)) < 0.5
    return Samples.of(SpikeRaster.pack(dense, lengths=[3, 2, 1, 3, 0], labels=[0, 1, 2, 3, 4]), CPU)


def test_a_batch_holds_the_samples_asked_for() -> None:
    dense = np.random.default_rng(0).random((5, 3, 4)) < 0.5
    batch = samples().batch(np.array([2, 0]))
    assert np.array_equal(batch.spikes.numpy(), dense[[2, 0]].transpose(1, 0, 2))
    assert batch.counted[:, :, 0].tolist() == [[1, 1], [0, 1], [0, 1]]
    assert batch.labels.tolist() == [2, 0]


def test_batches_in_order_hold_every_sample_once() -> None:
    assert [batch.labels.tolist() for batch in samples().in_order(2)] == [[0, 1], [2, 3], [4]]


def test_shuffled_batches_depend_on_their_seed_only() -> None:
    one, same, other = (samples().shuffled(2, 7, number) for number in (0, 0, 1))
    assert sorted(np.concatenate(one)) == [0, 1, 2, 3, 4]
    assert [list(part) for part in one] == [list(part) for part in same] != [list(part) for part in other]


def test_thinning_drops_the_asked_share_of_spikes_and_adds_none() -> None:
    whole = Samples.of(SpikeRaster.pack(np.ones((50, 20, 10)), labels=np.zeros(50)), CPU).batch(np.arange(50))
    thin = whole.thinned(0.3, torch_generator(CPU, 1, 2))
    assert abs(float(thin.spikes.mean()) - 0.7) < 0.02
    assert torch.equal(thin.spikes, whole.thinned(0.3, torch_generator(CPU, 1, 2)).spikes)
    assert not torch.equal(thin.spikes, whole.thinned(0.3, torch_generator(CPU, 1, 3)).spikes)
    assert whole.thinned(0.0, torch_generator(CPU, 1)) is whole
