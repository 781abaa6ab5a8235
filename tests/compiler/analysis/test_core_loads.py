"""core_loads: counts are those of `usage`, events those of `estimate`."""

from dataclasses import replace

import numpy as np
import pytest

from compiler.analysis.core_loads import core_loads
from compiler.analysis.estimate import assumed_estimate, estimate
from compiler.pipeline import compile_network
from targets.contracts.chip import Limit, chip_named
from targets.program.usage import usage
from targets.runtime.backend import run
from tests.networks import random_network, random_spikes


@pytest.mark.parametrize("ran", [True, False])
def test_sums_over_cores_are_those_of_the_estimate(ran: bool) -> None:
    few = replace(chip_named("loihi2"), neurons_per_core=Limit(8, "neurons", "this test"))
    program = compile_network(random_network(0), few)
    inputs = {"touch": random_spikes(0, 11)}
    spikes = {**inputs, **run(program, inputs).spikes} if ran else None
    loads = core_loads(program, spikes)
    cost = assumed_estimate(program) if spikes is None else estimate(program, spikes)
    assert loads.operations.sum() == pytest.approx(cost.synaptic_operations)
    assert loads.between.sum() == pytest.approx(cost.messages)
    assert loads.traffic.sum() == pytest.approx(2 * cost.messages)
    assert (np.diag(loads.between) == 0).all()
    assert loads.neurons.tolist() == [core.neurons for core in usage(program)]
    assert loads.axons_in.tolist() == [core.axons_in for core in usage(program)]
    assert 0 < loads.memory.max() < 1


def test_a_route_without_spikes_carries_none_and_every_route_is_one_of_the_program() -> None:
    few = replace(chip_named("loihi2"), neurons_per_core=Limit(8, "neurons", "this test"))
    program = compile_network(random_network(0), few)
    found = {(int(source), int(target)) for source, target in np.argwhere(core_loads(program).between > 0)}
    assert found == {(route.source, route.target) for route in program.routes if route.source >= 0}
