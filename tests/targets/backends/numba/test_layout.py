"""Programs as flat arrays."""

from dataclasses import replace
from typing import Literal

import numpy as np
import pytest

from targets.backends.numba.layout import is_narrow, senders, wires
from targets.contracts.synapses import Synapses
from targets.program.program import Program
from tests.seeds import seeds
from tests.strategies import random_program
from tests.targets.backends.numba.loops import one_projection


def matrix(synapses: Synapses) -> np.ndarray:
    post, pre, weight = synapses.coordinates()
    dense = np.zeros(synapses.shape, np.int64)
    np.add.at(dense, (post, pre), weight)
    return dense


def whole(program: Program, held: dict[tuple[object, ...], np.ndarray], key: tuple[object, ...]) -> np.ndarray:
    """Weights of all neurons from the widest sender, zero where `held` has none of that key yet."""
    widest = int(senders(program).size.max())
    return held.setdefault(key, np.zeros((program.neurons, widest), np.int64))


def sorted_by_target(program: Program, names: list[str]) -> list[tuple[int, int, int, int]]:
    keys = [
        (names.index(each.target), (names.index(each.source), each.delay, each.exponent, number))
        for number, each in enumerate(program.projections)
    ]
    return [key for _, key in sorted(keys, key=lambda pair: pair[0])]


@pytest.mark.parametrize("by", ["source", "target"])
@pytest.mark.parametrize("seed", seeds(12, 3))
def test_wires_hold_the_synapses_of_every_projection(seed: int, by: Literal["source", "target"]) -> None:
    program, _ = random_program(np.random.default_rng(seed))
    flat, who = wires(program, by), senders(program)
    names = [source.name for source in program.inputs] + [population.name for population in program.populations]
    assert (np.diff(flat.target) >= 0).all()
    expected: dict[tuple[object, ...], np.ndarray] = {}
    found: dict[tuple[object, ...], np.ndarray] = {}
    for number, each in enumerate(program.projections):
        key = (names.index(each.source), each.delay, each.exponent, number if each.exponent < 0 else 0)
        here = whole(program, expected, key)
        start = who.first[names.index(each.target)]
        here[start : start + each.synapses.shape[0], : each.synapses.shape[1]] += matrix(each.synapses)
    lowered = iter([key for key in sorted_by_target(program, names) if key[2] < 0])
    align = program.chip.arithmetic.align_bits
    for number in range(len(flat.source)):
        exponent = int(flat.shift[number] - align - flat.floor[number])
        merged = (int(flat.source[number]), int(flat.delay[number]), exponent, 0)
        here = whole(program, found, merged if exponent >= 0 else next(lowered))
        rows = who.size[flat.source[number] if by == "source" else flat.target[number]]
        for row in range(rows):
            held = slice(*flat.ends[flat.row[number] + row : flat.row[number] + row + 2])
            for at, weight in zip(flat.other[held].tolist(), flat.weight[held].tolist(), strict=True):
                post, pre = (at, row) if by == "source" else (who.first[flat.target[number]] + row, at)
                here[post, pre] += weight
    assert expected.keys() == found.keys()
    for kept, weights in expected.items():
        np.testing.assert_array_equal(weights, found[kept])


def test_projections_whose_sums_need_not_be_told_apart_are_one() -> None:
    program = one_projection(np.ones((3, 2), np.int32), 2)
    (each,) = program.projections
    twins = (each, replace(each, name="twin"))
    assert wires(replace(program, projections=twins), "target").source.size == 1
    for other in (replace(each, name="other", delay=2), replace(each, name="other", exponent=3)):
        assert wires(replace(program, projections=(each, other)), "source").source.size == 2
    lowered = tuple(replace(twin, exponent=-1) for twin in twins)
    assert wires(replace(program, projections=lowered), "source").source.size == 2


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
