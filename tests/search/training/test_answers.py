"""What a readout is judged by: windows and voltages, of kernels and of the plain loop alike."""

from dataclasses import replace
from typing import Literal

import numpy as np
import pytest
import torch

from search.data.loader import Batch, DataLoader
from search.nas.derive import motif_network
from search.nas.methods import search_by
from search.nas.space import random_architecture
from search.training.kernels.loop import run
from search.training.kernels.network import Summary
from search.training.loss import calibrated_loss, loss_of, readout_loss, right_answers
from search.training.neuron import Surrogate
from search.training.sharded import answers
from search.training.torch_network import TorchNetwork
from search.training.tssl import TsslBp
from targets.contracts.errors import InputError
from targets.contracts.ports import Readout
from targets.contracts.raster import SpikeRaster, counting
from tests.search.tiny import TINY, tiny_split

CPU = torch.device("cpu")
RULE = Surrogate(5.0)


def ragged() -> Batch:
    """Eight samples of different length."""
    raster = tiny_split().train
    short = SpikeRaster(raster.packed[:8], raster.neurons, np.array([12, 3, 12, 7, 1, 12, 9, 5]), raster.labels[:8])  # type: ignore[index]
    return DataLoader.of(CPU, short).batch(np.arange(8))


def test_steps_are_counted_from_the_end_of_each_sample() -> None:
    looked = counting(np.array([5, 2, 0]), 6, 3)
    assert looked.astype(int).tolist() == [[0, 0, 1, 1, 1, 0], [1, 1, 0, 0, 0, 0], [0] * 6]
    assert counting(np.array([5, 0]), 6).sum(1).tolist() == [5, 0]


@pytest.mark.parametrize("rule", [RULE, TsslBp()], ids=["surrogate", "tssl"])
@pytest.mark.parametrize(("by", "window"), [("spikes", 3), ("last", 0), ("peak", 0), ("peak", 4)])
def test_kernels_and_loop_agree_in_answers_and_gradients(
    by: Literal["spikes", "last", "peak"], window: int, rule: Surrogate | TsslBp
) -> None:
    split, batch = tiny_split(), ragged()
    start = {"hidden": np.full(16, TINY.model.tau_m)}
    drawn = motif_network(random_architecture(TINY.model, 8, 0, 1).motifs, start, start, split, TINY.model)
    model = TorchNetwork.of(drawn, CPU)
    generator = torch.Generator().manual_seed(0)
    cells = dict(model.cells)
    readout = Readout("readout", 2, by=by, window=window)
    if by != "spikes":
        cells["readout"] = type(cells["readout"])(
            **{**vars(cells["readout"]), "threshold": torch.full_like(cells["readout"].threshold, 1e15)}
        )
    found = []
    for fast in (True, False):
        generator.manual_seed(0)
        weights = {
            c.name: (0.7 * torch.randn(c.synapses.weights.shape, generator=generator)).requires_grad_()
            for c in drawn.connections
        }
        wires = model.wires(weights)
        if fast:
            told = answers(batch, [split.input], cells, wires, rule, readout)["readout"]
        else:
            trace = run({split.input: batch.spikes}, cells, wires, rule)["readout"]
            looked = torch.from_numpy(counting(batch.lengths.numpy(), 12, window)).T[:, :, None]
            ends = torch.arange(12)[:, None] == batch.lengths - 1
            voltages = {
                "last": (trace.voltages * ends[:, :, None]).sum(0),
                "peak": trace.voltages.masked_fill(~looked, -torch.inf).amax(0),
                "spikes": (trace.voltages * looked).sum(0) / looked.sum(0),
            }[by]
            told = Summary((trace.spikes * looked).sum(0), voltages)
        loss = readout_loss(told, batch, 2, loss_of(readout, "both"), window)
        gradients = torch.autograd.grad(loss, list(weights.values()))
        found.append((told, loss, gradients, right_answers(told, batch, readout)))
    (one, loss, slopes, right), (other, same, others, as_right) = found
    assert torch.equal(one.counts, other.counts)
    torch.testing.assert_close(one.voltages, other.voltages)
    torch.testing.assert_close(loss, same)
    assert right == as_right
    assert any(slope.abs().max() > 0 for slope in slopes)
    for slope, reference in zip(slopes, others, strict=True):
        torch.testing.assert_close(slope, reference, rtol=1e-4, atol=1e-6)
    if by != "spikes":
        assert one.counts.sum() == 0


def test_counts_of_a_window_are_shares_of_its_steps() -> None:
    batch = ragged()
    one = torch.zeros(8, 2)
    one[:, 0] = batch.lengths.clamp(max=4)
    told = Summary(one, torch.zeros(8, 2))
    first = batch.labels == 0
    each = torch.where(first, np.log1p(np.exp(-10.0)), np.log1p(np.exp(10.0))).mean()
    assert float(readout_loss(told, batch, 2, "count", 4)) == pytest.approx(float(each), rel=1e-5)
    assert float(calibrated_loss(told, batch, 2, "count", 4)) <= float(each)


@pytest.mark.parametrize(("readout", "window"), [("last", 0), ("peak", 5), ("spikes", 4)])
def test_a_search_keeps_to_the_readout_of_its_settings(readout: str, window: int) -> None:
    settings = replace(TINY, model=replace(TINY.model, readout=readout, window=window))
    network = search_by("hrmas", tiny_split(), settings, 0, "cpu")
    assert network.readout is not None
    assert (network.readout.by, network.readout.window) == (readout, window)
    assert network.layer("readout").answers == ("spikes" if readout == "spikes" else "voltage")
    assert network.settings["training"][-1]["loss"] < 3
    assert all(np.isfinite(c.synapses.weights).all() for c in network.connections)


def test_a_window_of_no_whole_steps_is_refused() -> None:
    with pytest.raises(InputError, match="window of readout 'out' in steps is -1"):
        Readout("out", 2, window=-1)
