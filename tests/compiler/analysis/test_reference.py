"""refer: float spikes and voltages in the time of the retimed graph."""

from dataclasses import replace

import numpy as np
import pytest

from compiler.analysis.interpret import interpret
from compiler.analysis.reference import refer
from compiler.frontends.network import lower
from compiler.ir.graph import FloatGraph
from compiler.passes.fold import fold
from compiler.passes.retime import retime
from tests.networks import random_network, random_spikes


@pytest.fixture
def late() -> FloatGraph:
    """The answer is a step late."""
    graph = lower(random_network(0))
    instant = tuple(replace(each, delay=0) if each.name == "output" else each for each in graph.projections)
    return fold(retime(replace(graph, projections=instant)))


def test_spikes_are_those_of_the_interpreter_as_late_as_the_populations_are(late: FloatGraph) -> None:
    spikes = replace(random_spikes(1, 11, samples=3), lengths=np.array([30, 7, 0], np.int32))
    found = refer(late, {"touch": spikes})
    assert found.samples == 3
    exact = interpret(late, {"touch": spikes.padded(1)})
    for name, shift in (("hidden", 0), ("answer", 1)):
        assert found.spikes[name].shape[1] == 31
        np.testing.assert_array_equal(found.spikes[name], exact[name].dense() > 0)
        assert found.counted[name].sum(axis=1).tolist() == [30, 7, 0]
        assert found.counted[name][0, :shift].sum() == 0
        np.testing.assert_array_equal(found.v[name] > 1, found.spikes[name])
    assert found.fired("hidden") == exact["hidden"].dense()[found.counted["hidden"]].sum() > 10


def test_bins_differ_only_where_they_count(late: FloatGraph) -> None:
    spikes = replace(random_spikes(1, 11, samples=2), lengths=np.array([30, 7], np.int32))
    found = refer(late, {"touch": spikes})
    other = found.spikes["answer"].copy()
    assert found.differing("answer", other) == 0
    other[0, 5, 1] ^= True
    other[0, 0, 1] ^= True  # before the answer begins
    other[1, 8, 1] ^= True  # after the end of the sample
    assert found.differing("answer", other) == 1


def test_crossings_grow_with_the_error_near_the_threshold(late: FloatGraph) -> None:
    found = refer(late, {"touch": random_spikes(1, 11, samples=8)})
    exact = found.v["hidden"]
    assert found.crossings("hidden", exact) == 0
    small, larger = (found.crossings("hidden", exact + off) for off in (0.001, 0.01))
    assert small > 0
    assert larger == pytest.approx(10 * small, rel=1e-3)
    near = np.abs(exact - 1) < 0.1
    further = np.where(near, exact, np.where(exact > 1, exact + 3, exact - 3))
    assert found.crossings("hidden", further) == 0
    across = ~near & (exact != 0) & found.counted["hidden"][:, :, None]
    other_side = np.where(near, exact, 2 - exact)
    assert found.crossings("hidden", other_side) == np.count_nonzero(across) > 0


def test_of_many_samples_some_are_taken_evenly(late: FloatGraph) -> None:
    spikes = random_spikes(1, 11, samples=9)
    found = refer(late, {"touch": spikes}, most=3)
    assert np.array_equal(found.inputs["touch"].packed, spikes.take([0, 4, 8]).packed)


def test_nobody_can_write_to_it(late: FloatGraph) -> None:
    found = refer(late, {"touch": random_spikes(1, 11)})
    for array in (found.spikes["hidden"], found.v["hidden"], found.counted["hidden"]):
        with pytest.raises(ValueError, match="read-only"):
            array[0, 0] = 1
