"""evaluate: accuracy in float with its interval, recall and confusion; ties are wrong."""

from dataclasses import replace

import numpy as np
import pytest

from compiler.analysis.interpret import interpret
from compiler.frontends.network import lower
from motifc.evaluation import SAMPLES, Evaluation, evaluate, float_spikes, judged
from search.data.task import labels_of
from targets.contracts.errors import InputError
from targets.contracts.ports import Readout
from targets.contracts.raster import SpikeRaster
from tests.networks import labelled_spikes, random_network, random_spikes


def votes(counts: list[list[int]], labels: list[int] | None) -> SpikeRaster:
    """A readout population whose neurons spike that often in seven steps that count; the eighth is junk."""
    steps = np.arange(8)[None, :, None]
    spikes = (steps < np.array(counts)[:, None, :]) | (steps == 7)
    return SpikeRaster.pack(spikes, np.full(len(counts), 7), labels)


def test_labels_are_rows_and_ties_have_a_column_of_their_own() -> None:
    readout = Readout("answer", 3)
    counted = votes([[3, 1, 0], [1, 3, 0], [2, 2, 0], [0, 0, 0], [0, 1, 2], [0, 1, 1]], [0, 0, 0, 1, 2, 2])
    found = judged(readout, counted)
    assert found.confusion.tolist() == [[1, 1, 0, 1], [0, 0, 0, 1], [0, 0, 1, 1]]
    assert (found.samples, found.right, found.accuracy) == (6, 2, 2 / 6)
    assert found.accuracy == readout.accuracy(counted.counts(), np.asarray(counted.labels))
    assert found.recall == (1 / 3, 0.0, 0.5)
    assert judged(readout, votes([[1, 0, 0]], [0])).recall == (1.0, None, None)


@pytest.mark.parametrize(
    ("right", "wrong", "low", "high"),
    # R. G. Newcombe, Statistics in Medicine 17:857 (1998), Table I, method 3
    [(81, 182, 0.2553, 0.3662), (15, 133, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 28, 0.0061, 0.1718)],
)
def test_the_interval_is_that_of_wilson(right: int, wrong: int, low: float, high: float) -> None:
    found = Evaluation(np.array([[right, wrong, 0], [0, 0, 0]]))
    assert found.interval == pytest.approx((low, high), abs=5e-5)


def test_what_is_told() -> None:
    found = Evaluation(np.array([[6, 2, 1], [0, 1, 0]]))
    assert found.sentence == "70.00% of 10 (95 % interval 39.68% to 89.22%)"
    assert found.as_dict() == {
        "accuracy": 0.7,
        "interval": list(found.interval),
        "samples": 10,
        "right": 7,
        "recall": [6 / 9, 1.0],
        "confusion": [[6, 2, 1], [0, 1, 0]],
    }


def test_a_network_is_judged_by_its_own_float_spikes_piece_by_piece() -> None:
    network, samples = random_network(0), SAMPLES + 3
    spikes = labelled_spikes(0, 11, samples, steps=12)
    whole = interpret(lower(network), {"touch": spikes})
    pieces = float_spikes(lower(network), {"touch": spikes})
    for name, raster in whole.items():
        assert np.array_equal(raster.packed, pieces[name].packed)
        assert np.array_equal(raster.lengths, pieces[name].lengths)
    found = evaluate(network, spikes)
    assert found.samples == samples
    assert network.readout is not None
    assert found.accuracy == network.readout.accuracy(whole["answer"].counts(), labels_of(spikes))


def test_what_cannot_be_judged_is_told() -> None:
    network, spikes = random_network(0), random_spikes(0, 11)
    with pytest.raises(InputError) as error:
        evaluate(replace(network, readout=None), spikes)
    assert str(error.value) == "the network has no readout, so that it tells no class; give one that has."
    with pytest.raises(InputError) as error:
        evaluate(network, spikes)
    assert str(error.value) == "the spikes have no labels to compare classes with; give one per sample."
    with pytest.raises(InputError) as error:
        evaluate(network, replace(spikes, labels=np.array([-1, 0, 1, 2])))
    assert str(error.value) == (
        "the samples have labels -1..2; the readout has 3 classes, so 0..2 are allowed: renumber them or take the data "
        "it was made for."
    )
