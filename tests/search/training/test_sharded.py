"""sharded: the network on a batch in shards is the network on the batch, but for the order of sums."""

import pytest
import torch
from torch import Tensor

from search.data.loader import Batch, DataLoader
from search.ranks import ALONE
from search.training import answers as unsharded
from search.training.kernels.loop import Wire
from search.training.neuron import Cells, GradientRule, Surrogate
from search.training.sharded import answers, answers_of_copies
from search.training.tssl import TsslBp
from targets.contracts.ports import Readout
from tests.search.tiny import tiny_split


def cells(neurons: int, seed: int) -> Cells:
    generator = torch.Generator().manual_seed(seed)
    tau = 4 + torch.rand(neurons, generator=generator)
    return Cells(tau, 2 * tau, tau.clone(), torch.full((neurons,), 0.4), torch.zeros(neurons))


def drawn(shape: tuple[int, int], seed: int) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed)).requires_grad_()


def batch(shards: int, samples: int = 11) -> Batch:
    loader = DataLoader.of(torch.device("cpu"), tiny_split().train, ranks=ALONE.sharing(shards))
    return loader.batch(torch.arange(samples).numpy())


READOUTS = [Readout("b", 2), Readout("b", 2, window=3), Readout("b", 2, by="last")]
POPULATIONS = {"a": cells(6, 0), "b": cells(4, 1)}


@pytest.mark.parametrize("rule", [Surrogate(5.0), TsslBp()])
@pytest.mark.parametrize("readout", READOUTS)
@pytest.mark.parametrize(("shards", "samples"), [(4, 11), (3, 9), (8, 3), (2, 1)])
def test_it_is_the_network_on_the_whole_batch(rule: GradientRule, readout: Readout, shards: int, samples: int) -> None:
    common = [Wire("touch", "a", drawn((6, 8), 2)), Wire("a", "b", drawn((4, 6), 3), 2)]
    own = [[Wire("a", "a", drawn((6, 6), 4))], [Wire("a", "a", drawn((6, 6), 5))]]
    values = [wire.values for wire in (*common, *own[0], *own[1])]
    whole, cut = batch(1, samples), batch(shards, samples)
    assert torch.equal(whole.packed, cut.packed)
    told = []
    for each, run in ((whole, unsharded.answers_of_copies), (cut, answers_of_copies)):
        found = run(each, ["touch"], POPULATIONS, common, own, rule, readout, ["b"])
        assert [list(copy) for copy in found] == [["b"], ["b"]]
        loss = sum(
            ((k + 1) * copy["b"].voltages.square().sum() + copy["b"].counts.sum()) for k, copy in enumerate(found)
        )
        assert isinstance(loss, Tensor)
        told.append((found, torch.autograd.grad(loss, values)))
    for one, other in zip(told[0][0], told[1][0], strict=True):
        assert torch.equal(one["b"].counts, other["b"].counts)
        assert torch.equal(one["b"].voltages, other["b"].voltages)
    for slope, same in zip(told[0][1], told[1][1], strict=True):
        torch.testing.assert_close(slope, same, rtol=1e-4, atol=1e-5)


def test_a_batch_in_one_piece_is_run_as_it_is() -> None:
    wires = [Wire("touch", "a", drawn((6, 8), 2))]
    only = {"a": POPULATIONS["a"]}
    (told,) = answers(batch(1), ["touch"], only, wires, Surrogate(5.0), READOUTS[0]).values()
    (same,) = unsharded.answers_of_copies(batch(1), ["touch"], only, wires, [[]], Surrogate(5.0), READOUTS[0])[
        0
    ].values()
    assert told.counts.grad_fn is not None
    assert type(told.counts.grad_fn) is type(same.counts.grad_fn)


def test_without_gradients_nothing_is_kept() -> None:
    wires = [Wire("touch", "a", drawn((6, 8), 2))]
    with torch.no_grad():
        (told,) = answers(batch(4), ["touch"], {"a": POPULATIONS["a"]}, wires, Surrogate(5.0), READOUTS[0]).values()
    assert not told.counts.requires_grad
    fixed = [Wire("touch", "a", wires[0].values.detach())]
    (told,) = answers(batch(4), ["touch"], {"a": POPULATIONS["a"]}, fixed, Surrogate(5.0), READOUTS[0]).values()
    assert not told.counts.requires_grad


def test_shards_of_a_thinned_batch_hear_what_the_batch_hears() -> None:
    thinned = batch(3).thinned(0.5, torch.Generator().manual_seed(0))
    for number, shard in thinned.shards.items():
        assert torch.equal(shard.spikes, thinned.spikes[:, number::3])
    assert thinned.spikes.sum() < batch(3).spikes.sum()
