"""integer_bias and programmable: what both passes that round have in common; more in tests of quantize."""

from dataclasses import replace

import numpy as np
import pytest

from compiler.analysis.integers import integer_bias, programmable
from compiler.frontends.network import lower
from compiler.ir.graph import FloatPopulation
from targets.contracts.chip import chip_named
from targets.contracts.errors import InputError
from tests.networks import random_network

LOIHI2 = chip_named("loihi2")


def test_a_bias_is_in_units_of_the_voltage() -> None:
    one = np.ones(3)
    own = FloatPopulation("n", 1, 2 * one, 4 * one, np.array([1.0, 1, 2]), np.array([0.5, -0.25, 0.5]))
    assert integer_bias(own, np.full(3, 1024), np.full(3, 100), True, LOIHI2).tolist() == [3200, -1600, 1600]


def test_what_no_program_holds_is_refused() -> None:
    graph = lower(random_network(0))
    programmable(graph)
    first, *others = graph.projections
    for wrong in (replace(first, delay=0), replace(first, bias=np.zeros(first.synapses.shape[0]))):
        with pytest.raises(InputError, match=r"^projection 'input' (has delay 0; on a chip|adds a bias)"):
            programmable(replace(graph, projections=(wrong, *others)))
