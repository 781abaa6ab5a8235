"""Values that are told: their errors, and which network and samples go together."""

from dataclasses import replace

import numpy as np
import pytest

from compiler.pipeline import compile_network
from motifc.evaluation import assess, assessed, evaluate, program_answers
from motifc.regression import Regression
from search.data.task import Split
from search.network import Layer, Network
from search.settings import Settings, TrainingSettings
from search.training.train import train
from targets.contracts.errors import InputError
from targets.contracts.ports import Readout
from targets.contracts.raster import SpikeRaster
from targets.runtime.backend import bound_inputs, load
from targets.runtime.voltages import Voltages
from tests.networks import random_network, random_spikes


def telling(values: int = 1) -> Network:
    """A network whose three neurons of the readout tell one value, or one each."""
    network = random_network(0)
    answer = Layer.of("answer", 3, tau_s=3, tau_m=10, answers="voltage")
    return replace(network, layers=(*network.layers[:-1], answer), readout=Readout("answer", values, by="value"))


def asked(samples: int, values: int = 1) -> SpikeRaster:
    targets = np.random.default_rng(3).normal(1, 0.5, (samples, values))
    return replace(random_spikes(5, 11, samples, 20), targets=targets)


def test_what_is_told_is_the_mean_of_the_last_voltages() -> None:
    last = np.array([[1.0, 2.0, 3.0, 5.0]])
    found = assessed(Readout("answer", 2, by="value"), Voltages(last, 9 * last, targets=np.array([[1.5, 5.0]])))
    assert isinstance(found, Regression)
    assert found.told.tolist() == [[1.5, 4.0]]
    assert found.figures == {"smape": pytest.approx(200 * (0 + 1 / 9) / 2), "mse": 0.5}
    assert found.sentence == "11.11 % (mean squared error 0.5) of 1"
    assert found.as_dict() == {**found.figures, "samples": 1, "values": 2}


def test_network_and_program_tell_nearly_the_same() -> None:
    network, spikes = telling(), asked(40)
    floats = assess(network, spikes)
    program = compile_network(network, "loihi2")
    with load(program, "numpy") as machine:
        answers = program_answers(machine, bound_inputs(program.inputs, spikes))
    integers = assessed(network.readout or Readout("", 1), answers["answer"])
    assert isinstance(floats, Regression)
    assert isinstance(integers, Regression)
    assert np.abs(floats.told).max() > 0.1
    assert np.corrcoef(floats.told[:, 0], integers.told[:, 0])[0, 1] > 0.9


@pytest.mark.parametrize(
    ("spikes", "told"),
    [
        (
            random_spikes(5, 11, 4, 20),
            "the spikes have no targets; readout 'answer' tells values, so give an array `targets` of 1 per sample to "
            "compare them with.",
        ),
        (
            asked(4, 2),
            "the spikes have 2 targets per sample; readout 'answer' tells 1 values, so give as many or the data it was "
            "made for.",
        ),
    ],
)
def test_samples_without_fitting_targets_are_refused(spikes: SpikeRaster, told: str) -> None:
    with pytest.raises(InputError) as raised:
        assess(telling(), spikes)
    assert str(raised.value) == told


def test_classes_are_not_asked_of_a_network_that_tells_values() -> None:
    with pytest.raises(InputError, match="tells values and no class"):
        evaluate(telling(), asked(4))


def test_values_of_other_shape_than_the_truth_are_refused() -> None:
    with pytest.raises(InputError, match=r"values \(2, 1\) \[sample, value\] were told and \(2, 2\) are true"):
        Regression(np.zeros((2, 1)), np.zeros((2, 2)))


@pytest.mark.slow
def test_training_brings_the_errors_down_and_wrong_pairs_are_refused() -> None:
    split = Split(asked(40), asked(8), asked(8), classes=1, input="touch", by="value")
    settings = replace(Settings(), training=TrainingSettings(epochs=8, batch=16, drop=0.0, rate=0.01))
    before, trained = telling(), train(telling(), split, settings, 0)
    old, new = assess(before, split.train), assess(trained, split.train)
    assert isinstance(old, Regression)
    assert isinstance(new, Regression)
    assert new.mse < old.mse / 2
    entries = trained.settings["training"]
    assert [set(entry) for entry in entries] == [{"loss", "smape"}] * 8
    classes = replace(random_network(0), readout=Readout("answer", 1))
    with pytest.raises(InputError, match=r"a readout of 1 classes; the data have 1 values"):
        train(classes, split, settings, 0)


def test_a_split_of_values_needs_targets_in_every_part() -> None:
    with pytest.raises(InputError, match="the valid part of a split have no targets"):
        Split(asked(4), random_spikes(5, 11, 4, 20), asked(4), classes=1, by="value")
