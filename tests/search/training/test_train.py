import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
import torch

from compiler.analysis.quantization import quantization_report
from compiler.frontends.network import lower
from compiler.passes.fold import fold
from compiler.passes.quantize import quantize
from search.data.loader import DataLoader
from search.data.task import Split, labels_of
from search.network import Connection, Layer, Network
from search.settings import Settings, TrainingSettings, as_dict, in_shards
from search.training.checkpoint import Stage
from search.training.kernels.loop import run
from search.training.loss import right_answers
from search.training.neuron import Surrogate
from search.training.own_rates import measured_rates
from search.training.progress import Progress
from search.training.torch_network import TorchNetwork, tensor
from search.training.train import fit, learning_rate, train
from targets.contracts.arrays import Array
from targets.contracts.chip import Limit, chip_named
from targets.contracts.errors import InputError
from targets.contracts.ports import Input, Readout
from targets.contracts.raster import SpikeRaster
from targets.contracts.synapses import Dense, Sparse
from tests.networks import random_network
from tests.paddings import three_paddings
from tests.search.tiny import TINY, tiny_split

COARSE = dataclasses.replace(
    chip_named("loihi2"), weight_step=Limit(32, "units", "test"), weight_max=Limit(224, "units", "test")
)


def of_all_kinds(seed: int) -> Network:
    """Random motif network for the tiny task, with a sparse connection beside block, band and dense."""
    network = random_network(seed, motifs=4, size=4, inputs=8, classes=2)
    generator = np.random.default_rng(seed)
    sparse = Sparse(generator.standard_normal(3), np.array([0, 5, 2]), np.array([0, 2, 2, 3] + [3] * 13), 8)
    hidden = network.layers[0].name
    return dataclasses.replace(
        network,
        inputs=(Input("touch", 8),),
        connections=(*network.connections, Connection("extra", "touch", hidden, sparse, delay=2)),
        settings={"kept": 1},
    )


def accuracy(network: Network, raster: SpikeRaster) -> float:
    cpu = torch.device("cpu")
    model = TorchNetwork.of(network, cpu)
    weights = {c.name: tensor(c.synapses.weights, cpu) for c in network.connections}
    batch = DataLoader.of(cpu, raster).batch(np.arange(raster.samples))
    assert network.readout is not None
    trace = run({"touch": batch.spikes}, model.cells, model.wires(weights), Surrogate(5.0))[network.readout.population]
    return right_answers(trace, batch, network.readout) / raster.samples


def weights_of(network: Network) -> dict[str, Array]:
    return {c.name: c.synapses.weights for c in network.connections}


def test_training_learns_and_keeps_wiring_and_signs() -> None:
    network, split = of_all_kinds(1), tiny_split()
    settings = dataclasses.replace(TINY, training=dataclasses.replace(TINY.training, epochs=12))
    heard: list[Progress] = []
    trained = train(network, split, settings, 0, "cpu", heard.append)
    assert accuracy(trained, split.test) > 0.9 > accuracy(network, split.test)
    assert heard[-1].loss < 0.5 * heard[0].loss
    assert [(p.phase, p.epoch, p.epochs) for p in heard] == [("train", epoch, 12) for epoch in range(1, 13)]
    for old, new in zip(network.connections, trained.connections, strict=True):
        assert old.synapses.kind == new.synapses.kind
        assert (old.synapses.weights != new.synapses.weights).any()
    # Signs of typed links were checked by Network itself on construction; a link of weight 0 stays one.
    for layer, other in zip(network.layers, trained.layers, strict=True):
        assert np.array_equal(layer.tau_m, other.tau_m)
    assert trained.origin == split.digest
    assert trained.settings["kept"] == 1
    assert trained.settings["hyperparameters"] == {"training": as_dict(in_shards(settings, 1))["training"]}
    assert {p.on for p in heard} == {"thinned training samples"}
    assert trained.provenance.seen(split.train) == split.train.samples
    assert [step.step for step in trained.provenance.made] == ["train"]
    assert [entry["loss"] for entry in trained.settings["training"]] == [p.loss for p in heard]
    assert json.loads(json.dumps(dict(trained.settings))) == dict(trained.settings)


def test_typed_links_keep_their_sign_where_the_gradient_would_turn_it() -> None:
    network, split = of_all_kinds(2), tiny_split()
    rough = dataclasses.replace(TINY, training=TrainingSettings(epochs=3, batch=16, rate=0.3, warm_up=0, drop=0.0))
    trained = train(network, split, rough, 0, "cpu")
    for before, after in zip(weights_of(network).items(), weights_of(trained).items(), strict=True):
        turned = (before[1] * after[1] < 0).any()
        assert turned == (before[0] in ("input", "output", "extra")), before[0]


@pytest.mark.slow
def test_the_test_part_is_not_looked_at_and_the_seed_decides() -> None:
    network, split = of_all_kinds(3), tiny_split()
    other = Split(split.train, split.valid, split.test.take(slice(0, 4)), 2, "touch")
    one = weights_of(train(network, split, TINY, 0, "cpu"))
    same, different = (weights_of(train(network, data, TINY, seed, "cpu")) for data, seed in ((other, 0), (split, 1)))
    assert all(np.array_equal(one[name], same[name]) for name in one)
    assert not all(np.array_equal(one[name], different[name]) for name in one)


def test_steps_beyond_the_length_of_a_sample_do_not_count() -> None:
    split = tiny_split()
    longer = []
    for part in (split.train, split.valid):
        noise = np.concatenate([part.dense(), np.ones((part.samples, 3, 8), np.uint8)], axis=1)
        longer.append(SpikeRaster.pack(noise, part.lengths, labels_of(part)))
    padded = Split(longer[0], longer[1], split.test, 2, "touch")
    network = of_all_kinds(4)
    settings = dataclasses.replace(TINY, training=dataclasses.replace(TINY.training, drop=0.0))
    one, other = (train(network, data, settings, 0, "cpu") for data in (split, padded))
    for name, weights in weights_of(one).items():
        np.testing.assert_allclose(weights, weights_of(other)[name], atol=1e-5)


@pytest.mark.slow
def test_training_on_the_grid_of_a_chip_ends_on_it() -> None:
    network, split = of_all_kinds(1), tiny_split()
    settings = dataclasses.replace(TINY, training=dataclasses.replace(TINY.training, epochs=8))
    trained = train(network, split, settings, 0, "cpu", chip=COARSE)
    assert accuracy(trained, split.test) > 0.9 > accuracy(network, split.test)
    assert trained.settings["grid"] == "loihi2"
    report = quantization_report(fold(lower(trained)), quantize(fold(lower(trained)), COARSE), COARSE)
    assert all(each.snr is None or each.snr > 250 for each in report.projections)  # float64 itself has about 300 dB
    assert [each.tau_m_error for each in report.populations] == pytest.approx([0, 0], abs=1e-12)


@pytest.mark.slow
def test_training_on_a_grid_continues_as_if_it_had_never_stopped() -> None:
    network, split, training = of_all_kinds(1), tiny_split(), TINY.training
    kept: list[Stage] = []
    cpu = torch.device("cpu")
    whole, history = fit(network, split, training, 0, cpu, keep=kept.append, chip=COARSE)
    assert len(kept) == training.epochs == 4
    for stage in (kept[0], kept[3]):
        again, told = fit(network, split, training, 0, cpu, begun=stage, chip=COARSE)
        assert again.digest == whole.digest
        assert told == history


def test_a_price_on_spikes_makes_hidden_neurons_spike_less() -> None:
    split, network = tiny_split(), of_all_kinds(0)
    rates = []
    for price in (0.0, 20.0):
        settings = dataclasses.replace(TINY, training=dataclasses.replace(TINY.training, spike_price=price))
        told = measured_rates(train(network, split, settings, 0, "cpu"), split.train, torch.device("cpu"))
        rates.append(np.mean([told[layer.name].mean() for layer in network.hidden]))
    assert rates[1] < 0.9 * rates[0]


def test_the_learning_rate_warms_up_and_ends_at_zero() -> None:
    settings = TrainingSettings(rate=1.0, warm_up=4)
    rates = [learning_rate(step, 100, settings) for step in range(101)]
    assert rates[0] == 0.25
    assert rates[3] == pytest.approx(1.0, abs=0.01)
    assert rates[50] == pytest.approx(0.5)
    assert rates[100] == pytest.approx(0.0)


def test_a_network_that_does_not_fit_is_refused() -> None:
    split = tiny_split()
    layer = Layer.of("out", 4)
    wide = Network((Input("touch", 9),), (layer,), (Connection("c", "touch", "out", Dense(np.ones((4, 9)))),))
    with pytest.raises(InputError) as raised:
        train(wide, split, Settings(), 0, "cpu")
    assert str(raised.value) == (
        "the network has inputs {'touch': 9}; the data are 8 neurons wide and belong to the input 'touch', "
        "so take data and network that fit."
    )
    mute = Network((Input("touch", 8),), (layer,), (Connection("c", "touch", "out", Dense(np.ones((4, 8)))),))
    with pytest.raises(InputError) as raised:
        train(mute, split, Settings(), 0, "cpu")
    assert str(raised.value) == ("the network has no readout; the data have 2 classes, so give it one that fits.")
    with pytest.raises(InputError) as raised:
        train(dataclasses.replace(mute, readout=Readout("out", 4)), split, Settings(), 0, "cpu")
    assert str(raised.value) == (
        "the network has a readout of 4 classes; the data have 2 classes, so give it one that fits."
    )
    with pytest.raises(InputError) as raised:
        train(mute, split, Settings(), 0, "tpu")
    assert str(raised.value) == "unknown device 'tpu'; allowed are auto, cpu and cuda, so choose one of them."


def test_what_was_trained_on_before_is_remembered_and_other_settings_stay() -> None:
    brief = dataclasses.replace(TINY, training=dataclasses.replace(TINY.training, epochs=1, drop=0.0))
    model = {"model": {"neurons": [5]}}
    network, first, second = of_all_kinds(0).with_settings(hyperparameters=model), tiny_split(), tiny_split(1)
    heard: list[Progress] = []
    once = train(network, first, brief, 0, "cpu", heard.append)
    twice = train(once, second, brief, 0, "cpu")
    assert {p.on for p in heard} == {"training samples"}
    assert [origin.split for origin in twice.provenance.trained_on] == [first.digest, second.digest]
    assert twice.origin == second.digest
    for split in (first, second):
        assert twice.provenance.seen(split.train) == split.train.samples
    assert twice.settings["hyperparameters"] == {**model, "training": as_dict(in_shards(brief, 1))["training"]}


def padded_splits() -> dict[str, Split]:
    """One split of 16 train, 8 valid and 8 test samples in three paddings."""
    train, valid, test = (three_paddings(seed, 8, samples) for seed, samples in enumerate((16, 8, 8)))
    return {name: Split(train[name], valid[name], test[name], 2, "touch") for name in train}


def short_split(steps: int) -> Split:
    """The tiny split, of whose samples few steps count."""
    split = tiny_split()
    train, valid, test = (
        SpikeRaster(raster.packed, raster.neurons, np.full(raster.samples, steps, np.int32), raster.labels)
        for raster in (split.train, split.valid, split.test)
    )
    return Split(train, valid, test, 2, "touch")


@pytest.mark.parametrize("gradient", ["surrogate", "tssl-bp"])
def test_training_is_the_same_in_every_padding(gradient: str) -> None:
    network, splits = of_all_kinds(0), padded_splits()
    settings = dataclasses.replace(TINY, training=dataclasses.replace(TINY.training, gradient=gradient, epochs=2))
    bare = train(network, splits["none"], settings, 0, "cpu")
    assert not np.array_equal(bare.connections[0].synapses.weights, network.connections[0].synapses.weights)
    for name in ("silence", "junk"):
        other = train(network, splits[name], settings, 0, "cpu")
        assert other.settings["training"] == bare.settings["training"]
        for mine, theirs in zip(bare.connections, other.connections, strict=True):
            assert np.array_equal(mine.synapses.weights, theirs.synapses.weights)


@pytest.mark.parametrize("steps", [1, 2])
def test_samples_that_end_before_the_readout_hears_them_are_refused(steps: int) -> None:
    with pytest.raises(InputError) as error:
        train(of_all_kinds(0), short_split(steps), TINY, 0, "cpu")
    assert str(error.value) == (
        f"the samples last at most {steps} steps; a spike of the input reaches the readout 2 steps later, so that none "
        "would ever matter: give samples of at least 3 steps or fewer layers."
    )


@pytest.mark.parametrize("gradient", ["surrogate", "tssl-bp"])
def test_samples_just_long_enough_are_trained_on(gradient: str) -> None:
    settings = dataclasses.replace(TINY, training=dataclasses.replace(TINY.training, gradient=gradient, epochs=1))
    trained = train(of_all_kinds(0), short_split(3), settings, 0, "cpu")
    assert np.isfinite(trained.settings["training"][0]["loss"])


@pytest.mark.slow
@pytest.mark.parametrize("chip", [None, "loihi2"])
def test_a_training_that_was_stopped_goes_on_from_its_checkpoint(tmp_path: Path, chip: str | None) -> None:
    network, split, path = of_all_kinds(3), tiny_split(), tmp_path / "a.checkpoint"
    spec = None if chip is None else chip_named(chip)
    seen = list[int]()

    def stopping(told: Progress) -> None:
        seen.append(told.epoch)
        if told.epoch == 3:
            raise KeyboardInterrupt

    whole = train(network, split, TINY, 0, "cpu", chip=spec)
    with pytest.raises(KeyboardInterrupt):
        train(network, split, TINY, 0, "cpu", stopping, spec, path)
    resumed = train(network, split, TINY, 0, "cpu", lambda told: seen.append(told.epoch), spec, path)
    assert seen == [1, 2, 3, 4]
    assert (resumed.digest, resumed.settings) == (whole.digest, whole.settings)
    with pytest.raises(InputError, match="was written with another network"):
        train(of_all_kinds(4), split, TINY, 0, "cpu", chip=spec, checkpoint=path)
    with pytest.raises(InputError, match="was written with another seed"):
        train(network, split, TINY, 1, "cpu", chip=spec, checkpoint=path)
