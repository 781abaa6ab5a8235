"""Spikes summed step after step: scipy and compiled code add in the same order, and as `accumulate`."""

import numpy as np
import pytest

from targets.contracts import summing as module
from targets.contracts.chip import chip_named
from targets.contracts.summing import summing
from targets.contracts.synapses import Sparse
from tests.strategies import random_synapses


@pytest.mark.parametrize("many", [0, 1 << 20])
@pytest.mark.parametrize("kind", range(4))
def test_sums_of_integers_are_those_of_accumulate(kind: int, many: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MANY", many)
    rng = np.random.default_rng(kind)
    synapses = random_synapses(6, 8, kind, rng, chip_named("loihi2"))
    summed = summing(synapses)
    for spikes in rng.random((4, 5, 8)) < 0.4:
        exact = synapses.accumulate(spikes.astype(np.float64))
        assert all(np.array_equal(summed(spikes.astype(kind)), exact) for kind in (bool, np.uint8, np.float64))


def test_floats_are_added_in_one_order_whatever_the_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    indices = rng.permuted(np.tile(np.arange(300), (50, 1)), axis=1)[:, :200]  # sources in no order
    synapses = Sparse(rng.normal(size=indices.size), indices.ravel(), np.arange(51) * 200, 300)
    spikes = rng.random((7, 300)) < 0.3
    plain = summing(synapses)(spikes)
    monkeypatch.setattr(module, "_MANY", 0)
    compiled = summing(synapses)
    assert np.array_equal(compiled(spikes), plain)
    assert np.array_equal(compiled(spikes[:, ::-1][:1]), summing(synapses)(spikes[:1, ::-1]))
    assert np.array_equal(np.concatenate([compiled(each[None]) for each in spikes]), plain)
    assert np.allclose(plain, synapses.accumulate(spikes.astype(np.float64)), rtol=1e-12)


@pytest.mark.parametrize("many", [0, 1 << 20])
def test_rows_without_synapses_and_batches_without_samples(many: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MANY", many)
    summed = summing(Sparse(np.array([2.0, 3.0]), np.array([1, 1]), np.array([0, 0, 2, 2]), 4))
    assert summed(np.ones((1, 4), bool)).tolist() == [[0, 5, 0]]
    assert summed(np.zeros((0, 4), bool)).shape == (0, 3)
    nothing = Sparse(np.zeros(0), np.zeros(0, int), np.array([0, 0]), 3)
    assert summing(nothing)(np.ones((2, 3), bool)).tolist() == [[0], [0]]
