"""Programs as flat arrays."""

from typing import Literal

import numpy as np
import pytest

from targets.backends.numba.layout import is_narrow, senders, wires
from targets.contracts.synapses import Synapses
from tests.seeds import seeds
from tests.strategies import random_program
from tests.targets.backends.numba.loops import one_projection


def matrix(synapses: Synapses) -> np.ndarray:
    post, pre, weight = synapses.coordinates()
    dense = np.zeros(synapses.shape, np.int64)
    np.add.at(dense, (post, pre), weight)
    return dense


@pytest.mark.parametrize("by", ["source", "target"])
@pytest.mark.parametrize("seed", seeds(12, 3))
def test_wires_hold_the_synapses_of_every_projection(seed: int, by: Literal["source", "target"]) -> None:
    program, _ = random_program(np.random.default_rng(seed))
    flat, who = wires(program, by), senders(program)
    names = [source.name for source in program.inputs] + [population.name for population in program.populations]
    order = sorted(program.projections, key=lambda each: names.index(each.target))
    assert flat.target.tolist() == [names.index(each.target) for each in order]
    assert (np.diff(flat.target) >= 0).all()
    for number, projection in enumerate(order):
        expected = matrix(projection.synapses)
        found = np.zeros_like(expected)
        for row in range(expected.shape[by == "source"]):
            held = slice(*flat.ends[flat.row[number] + row : flat.row[number] + row + 2])
            other = flat.other[held] - (who.first[flat.target[number]] if by == "source" else 0)
            for at, weight in zip(other.tolist(), flat.weight[held].tolist(), strict=True):
                found[(at, row) if by == "source" else (row, at)] += weight
        np.testing.assert_array_equal(found, expected)


def test_senders_lie_in_a_row_of_bytes_and_slots() -> None:
    program, _ = random_program(np.random.default_rng(1))
    who, inputs = senders(program), len(program.inputs)
    sizes = [source.neurons for source in program.inputs] + [population.neurons for population in program.populations]
    assert who.size.tolist() == sizes
    assert who.first.tolist() == [-1] * inputs + np.cumsum([0, *sizes[inputs:]])[:-1].tolist()
    assert who.ring.tolist() == np.cumsum([0, *(who.size * who.slots)])[:-1].tolist()
    assert who.byte[0] == who.byte[inputs] == 0
    longest = dict.fromkeys([*(each.name for each in program.inputs), *(each.name for each in program.populations)], 1)
    for projection in program.projections:
        longest[projection.source] = max(longest[projection.source], projection.delay)
    assert who.slots.tolist() == [delay + 1 for delay in longest.values()]


@pytest.mark.parametrize(("most", "bits", "narrow"), [(256, 16, True), (257, 16, False), (40_000, 32, False)])
@pytest.mark.parametrize("sign", [1, -1])
def test_weights_take_the_bits_they_need(most: int, bits: int, narrow: bool, sign: int) -> None:
    program = one_projection(np.full((2, 3), sign * most), 0)
    assert wires(program, "source").weight.dtype.itemsize * 8 == bits
    assert is_narrow(program) is narrow
