"""Figures of NeuroBench: by hand, and equal to its harness where that is installed."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from motifc.evaluation import assess
from motifc.neurobench import neurobench_figures
from motifc.regression import Regression
from search.data.load import load_split
from search.network import Connection, Layer, Network
from targets.contracts.arrays import Array, Floats
from targets.contracts.errors import InputError
from targets.contracts.ports import Input, Readout
from targets.contracts.raster import SpikeRaster
from targets.contracts.synapses import Dense, with_weights
from tests.networks import labelled_spikes, random_network


def single() -> Network:
    """One neuron of each class behind two inputs: what it weighs is what it sees, without memory."""
    return Network(
        inputs=(Input("touch", 2),),
        layers=(Layer.of("answer", 2, tau_s=1, tau_m=1, threshold=1),),
        connections=(Connection("in", "touch", "answer", Dense(np.array([[2.0, 0.0], [2.0, 0.5]])), delay=2),),
        readout=Readout("answer", 2),
        steps=4,
    )


def float32(network: Network) -> Network:
    """The network with numbers that float32 holds, as training leaves them."""
    layers = [
        replace(
            each,
            tau_s=_rounded(each.tau_s),
            tau_m=_rounded(each.tau_m),
            resistance=_rounded(each.resistance),
            threshold=_rounded(each.threshold),
            bias=_rounded(each.bias),
        )
        for each in network.layers
    ]
    connections = [
        replace(each, synapses=with_weights(each.synapses, _rounded(each.synapses.weights)))
        for each in network.connections
    ]
    return replace(network, layers=tuple(layers), connections=tuple(connections))


def _rounded(values: Array) -> Floats:
    return values.astype(np.float32).astype(np.float64)


def series_network() -> Network:
    """A network for our series that nobody has trained: it tells 0.5 to 1.5."""
    plain = random_network(4, inputs=32, classes=4)
    answer = Layer.of("answer", 4, tau_s=3, tau_m=8, bias=0.125, answers="voltage")
    readout = Readout("answer", 1, by="value")
    return float32(replace(plain, layers=(*plain.layers[:-1], answer), readout=readout))


def test_every_figure_by_hand() -> None:
    dense = np.zeros((2, 4, 2))
    dense[0, [0, 1, 3], [0, 1, 0]] = 1  # the last spike arrives after the end
    spikes = SpikeRaster.pack(dense, lengths=[4, 3], labels=[0, 1])
    assert neurobench_figures(single(), spikes) == {
        "Footprint": 4 * (4 + 5 * 2),
        "ParameterCount": 4,
        "ConnectionSparsity": 0.25,
        "ActivationSparsity": (6 / 8 + 1) / 2,  # both neurons spike once, in step 2 of the first sample
        "SynapticOperations": {"Effective_MACs": 0.0, "Effective_ACs": (2 + 1) / 2, "Dense": 4 * 7 / 2},
        "MembraneUpdates": (2 + 1 + 2) / 2,  # the first step of both; neuron 1 hears 0.5 in step 3
        "ClassificationAccuracy": 0.5,  # both tie: the lowest class is taken
    }


def test_no_samples_are_refused() -> None:
    with pytest.raises(InputError, match="there are no samples, of which nothing can be measured"):
        neurobench_figures(single(), labelled_spikes(0, 2, 0))


def test_a_network_without_readout_is_refused() -> None:
    with pytest.raises(InputError, match="the network has no readout"):
        neurobench_figures(replace(single(), readout=None), labelled_spikes(0, 2, 3))


def test_labels_of_no_class_are_refused() -> None:
    with pytest.raises(InputError, match="lie outside 0 to 1"):
        neurobench_figures(single(), labelled_spikes(0, 2, 3))


@pytest.mark.slow
@pytest.mark.parametrize("batch", [1, 8])
def test_a_classifier_is_measured_as_by_the_harness(batch: int) -> None:
    harness = _harness()
    network, spikes = float32(random_network(2)), labelled_spikes(1, 11, 24)
    if batch == 1:
        lengths = np.random.default_rng(0).integers(1, spikes.steps, spikes.samples, np.int32)
        spikes = replace(spikes, lengths=lengths)
    _same(neurobench_figures(network, spikes), harness(network, spikes, batch))


@pytest.mark.slow
def test_a_regression_on_our_series_is_measured_as_by_the_harness() -> None:
    harness, test = _harness(), load_split("mackey-glass").test
    network, spikes = series_network(), SpikeRaster(test.packed, test.neurons, test.lengths, None, test.targets)
    network = replace(network, inputs=(Input("touch", 32),))
    ours, theirs = neurobench_figures(network, spikes), harness(network, spikes, 750)
    _same(ours, theirs)
    found = assess(network, spikes)
    assert isinstance(found, Regression)
    assert 1 < found.smape < 199
    assert abs(found.smape - theirs["SMAPE"]) < 1e-6


def _harness() -> Callable[[Network, SpikeRaster, int], dict[str, Any]]:
    """The harness, where it is installed; not in the environment of `make setup`, which stays free of tonic."""
    pytest.importorskip("neurobench", reason="neurobench is not installed: pip install --no-deps neurobench snntorch")
    pytest.importorskip("snntorch", reason="snntorch is not installed: pip install --no-deps neurobench snntorch")
    from benchmarks.neurobench import harness_figures

    return harness_figures


def _same(ours: dict[str, object], theirs: dict[str, object]) -> None:
    """Equal key by key: whole numbers and shares of them to the last bit but rounding, errors to 1e-9."""
    assert list(ours) == list(theirs)
    for key, value in ours.items():
        assert theirs[key] == pytest.approx(value, rel=1e-9, abs=0), key
