"""Semantics as data; and the oracle under every switch against an independent loop over neurons."""

from itertools import combinations

import numpy as np
import pytest

from targets.backends.numpy import NumpyMachine
from targets.conformance.equivalence import compare
from targets.contracts.semantics import FLOAT_SWITCHES, LAVA, SWITCHES, Semantics, variants
from targets.runtime.backend import run
from tests.strategies import random_program
from tests.targets.mutants import mutant


def test_names_of_the_switches() -> None:
    assert SWITCHES == (
        "threshold", "reset", "reset_time", "output", "recurrence", "first_bias", "decay", "du_offset", "shift",
        "overflow",
    )  # fmt: skip
    assert SWITCHES[:6] == FLOAT_SWITCHES


def test_switched_throws_the_named_switches_only() -> None:
    assert LAVA.switched(()) == LAVA
    assert LAVA.switched(("reset", "du_offset")) == Semantics(reset="subtract", du_offset=0)


@pytest.mark.parametrize("switch", SWITCHES)
def test_a_switch_thrown_twice_is_back(switch: str) -> None:
    thrown = LAVA.switched((switch,))
    assert thrown != LAVA
    assert thrown.switched((switch,)) == LAVA


def test_difference_gives_mine_and_theirs() -> None:
    assert LAVA.difference(LAVA) == {}
    assert LAVA.difference(Semantics(threshold=">=", overflow="saturate")) == {
        "threshold": (">", ">="),
        "overflow": ("wrap", "saturate"),
    }


def test_variants_are_every_set_of_that_size() -> None:
    assert list(variants(SWITCHES, 0)) == [((), LAVA)]
    pairs = dict(variants(SWITCHES, 2))
    assert list(pairs) == list(combinations(SWITCHES, 2))
    assert all(set(LAVA.difference(semantics)) == set(names) for names, semantics in pairs.items())
    assert sum(len(list(variants(SWITCHES, size))) for size in range(11)) == 1024


def test_variants_start_anywhere() -> None:
    start = Semantics(reset="subtract")
    assert list(variants(("reset", "decay"), 1, start)) == [
        (("reset",), LAVA),
        (("decay",), Semantics(reset="subtract", decay="down")),
    ]


@pytest.mark.slow
@pytest.mark.parametrize("switches", [(), *((switch,) for switch in SWITCHES), ("reset", "reset_time"), SWITCHES])
def test_oracle_is_the_loop_over_neurons(switches: tuple[str, ...]) -> None:
    """Spikes and final u, v on twelve random programs; no switch may be without effect on all of them."""
    changed = False
    for seed in range(12):
        program, inputs = random_program(np.random.default_rng(seed))
        loop, defined = mutant(*switches).run(program, inputs), run(program, inputs)
        switched = NumpyMachine(program, LAVA.switched(switches)).run(inputs)
        report = compare(loop.spikes, switched.spikes, ("loop", "oracle"))
        assert report.equal, f"seed {seed}: {report.sentence()}"
        for name in loop.u:
            assert np.array_equal(loop.u[name], switched.u[name]), f"seed {seed}"
            assert np.array_equal(loop.v[name], switched.v[name]), f"seed {seed}"
            changed |= not np.array_equal(switched.v[name], defined.v[name])
        changed |= not compare(defined.spikes, switched.spikes).equal
    assert changed or not switches
