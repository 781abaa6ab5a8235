"""Samples side by side or one by one, in pieces of any number."""

import numpy as np
import pytest

from targets.contracts.errors import InputError
from targets.runtime.backend import load, run
from targets.runtime.recording import Probe
from tests.seeds import seeds
from tests.strategies import random_program
from tests.targets.backends.numba.loops import assert_same, many


@pytest.mark.parametrize("samples", [1, 15, 16, 64, 64 + 17, 64 + 3])
def test_any_number_of_samples_is_run_as_by_the_oracle(samples: int) -> None:
    program, inputs = random_program(np.random.default_rng(samples))
    given = many(inputs, samples, samples)
    last = program.populations[-1]
    probes = (Probe(last.name, np.arange(last.neurons, dtype=np.int32)),)
    assert_same(run(program, given, "numpy", probes), run(program, given, "numba", probes))
    assert_same(run(program, given), run(program, given, "numba"))


@pytest.mark.parametrize("seed", seeds(20, 4))
def test_events_and_lanes_agree(seed: int) -> None:
    program, inputs = random_program(np.random.default_rng(seed))
    given = many(inputs, 20, seed)
    expected = run(program, given)
    for device in ("events", "lanes"):
        with load(program, f"numba:{device}") as loaded:
            assert_same(expected, loaded.run(given))
            assert_same(expected, loaded.run(given))


def test_another_device_is_refused() -> None:
    program, _ = random_program(np.random.default_rng(0))
    with pytest.raises(InputError, match=r"device 'gpu' is unknown to numba; choose auto, events, lanes\."):
        load(program, "numba:gpu")
