"""estimate: energy and time per step, counted by hand from the published figures."""

import json
from dataclasses import replace

import numpy as np
import pytest

from compiler.analysis.estimate import SOURCE, assumed_estimate, estimate
from compiler.pipeline import compile_network
from targets.contracts.chip import chip_named
from targets.contracts.ports import Input
from targets.contracts.raster import SpikeRaster
from targets.contracts.synapses import Dense
from targets.program.program import Core, IntPopulation, IntProjection, Invented, Program
from targets.runtime.backend import run
from tests.networks import random_network, random_spikes
from tests.paddings import three_paddings


def three_cores() -> Program:
    """x -> a (2 neurons at (0, 0)) -> b (1 neuron at (2, 1)) and c (1 neuron, same tile as a)."""
    populations = tuple(
        IntPopulation(name, 1, *(np.ones(neurons, np.int32) for _ in range(4)))
        for name, neurons in (("a", 2), ("b", 1), ("c", 1))
    )
    projections = (
        IntProjection("in", "x", "a", Dense(np.array([[2], [2]])), 0, 1),
        IntProjection("far", "a", "b", Dense(np.array([[2, 2]])), 0, 1),
        IntProjection("near", "a", "c", Dense(np.array([[2, 0]])), 0, 1),
        IntProjection("self", "a", "a", Dense(np.array([[2, 0], [0, 0]])), 0, 1),
    )
    zero, both = np.zeros(1, np.int32), np.arange(2, dtype=np.int32)
    cores = (Core(0, 0, {"a": both}), Core(2, 1, {"b": zero}), Core(0, 0, {"c": zero}))
    return Program(chip_named("loihi1"), (Input("x", 1),), populations, projections, cores, (), None, 4)


def rasters(**spikes: list[list[int]]) -> dict[str, SpikeRaster]:
    """One sample each; rows are neurons, columns steps."""
    return {name: SpikeRaster.pack(np.array([rows], bool).transpose(0, 2, 1)) for name, rows in spikes.items()}


def test_events_energy_and_time_by_hand() -> None:
    # Per step: x spikes 1/2, a's neurons 1/4 and 1/2, b and c 1/4 and 0.
    given = rasters(x=[[1, 1, 0, 0]], a=[[1, 0, 0, 0], [1, 1, 0, 0]], b=[[0, 0, 0, 1]], c=[[0, 0, 0, 0]])
    found = estimate(three_cores(), given)
    assert found.synaptic_operations == pytest.approx(2 * 0.5 + 0.75 + 0.25 + 0.25)
    assert found.neuron_updates == 4
    assert found.active == pytest.approx(1.0)
    assert found.messages == pytest.approx(0.75 + 0.25)
    assert found.hops_east_west == pytest.approx(2 * 0.75)
    assert found.hops_north_south == pytest.approx(0.75)
    assert found.synapse_energy == pytest.approx(2.25 * 23.6e-3)
    assert found.neuron_energy == pytest.approx((1 * 81 + 3 * 52) / 1000)
    assert found.mesh_energy == pytest.approx((1.7 + 1.5 * 3.0 + 0.75 * 4.0) / 1000)
    assert found.slowest_core == 0
    assert found.compute_time == pytest.approx(1.25 * 3.5 + 0.75 * 8.4 + 1.25 * 5.3 + 1.0 * 2.1)
    assert found.barrier_time == pytest.approx(113 + (465 - 113) / 31)
    assert found.energy == pytest.approx(found.synapse_energy + found.neuron_energy + found.mesh_energy)
    assert found.time == pytest.approx(found.compute_time + found.barrier_time)


def test_it_says_that_it_is_an_estimate_and_names_its_source() -> None:
    program = compile_network(random_network(0), "loihi1")
    inputs = {"touch": random_spikes(0, 11)}
    found = estimate(program, {**inputs, **run(program, inputs["touch"]).spikes})
    assert found.sentence.startswith("Estimate, not measured: ")
    assert SOURCE in found.sentence
    assert "Davies et al., IEEE Micro 38(1), 2018, Table 2" in found.sentence
    stored = json.loads(json.dumps(found.as_dict()))
    assert stored["energy"] == pytest.approx(found.energy)
    assert stored["source"] == SOURCE


def test_silence_costs_updates_and_the_barrier_alone() -> None:
    silent = rasters(x=[[0] * 4], a=[[0] * 4] * 2, b=[[0] * 4], c=[[0] * 4])
    found = estimate(three_cores(), silent)
    assert (found.synapse_energy, found.mesh_energy, found.messages) == (0, 0, 0)
    assert found.energy == pytest.approx(4 * 0.052)
    assert found.compute_time == pytest.approx(2 * 5.3)


def test_without_spikes_all_are_taken_to_spike_in_three_of_a_hundred_steps() -> None:
    rows = [[1] * 3 + [0] * 97]
    given = rasters(x=rows, a=rows * 2, b=rows, c=rows)
    assert assumed_estimate(three_cores()).as_dict() == pytest.approx(estimate(three_cores(), given).as_dict())


def test_what_is_spread_over_chips_is_counted_in_tiles_and_said_so() -> None:
    """The tile (2, 1) of b lies on the first chip, (9, 1) on the second."""
    program = three_cores()
    apart = replace(program, cores=(program.cores[0], replace(program.cores[1], x=9), program.cores[2]))
    near, far = assumed_estimate(program), assumed_estimate(apart)
    assert (near.chips, far.chips) == (1, 2)
    assert far.hops_east_west == pytest.approx(9 / 2 * near.hops_east_west)
    assert "chips" not in near.sentence
    assert far.sentence.endswith(
        " The program is spread over 2 chips: the cost between chips is unpublished, and hops across chips are "
        "counted as hops between tiles."
    )


@pytest.mark.parametrize("padding", ["silence", "junk"])
def test_steps_that_do_not_count_cost_nothing(padding: str) -> None:
    program, found = compile_network(random_network(0), "loihi1"), three_paddings(0, 11)
    bare, other = (
        estimate(program, {"touch": raster, **run(program, raster).spikes})
        for raster in (found["none"], found[padding])
    )
    assert other.as_dict() == bare.as_dict()


def test_what_stands_for_biases_costs_though_nobody_reads_it() -> None:
    """ "c" in place of an input that spikes in every step, or once in four."""
    steady = rasters(x=[[1, 1, 0, 0]], a=[[1, 0, 0, 0], [1, 1, 0, 0]], b=[[0, 0, 0, 1]], c=[[1, 1, 1, 1]])
    once = steady | rasters(c=[[1, 0, 0, 0]])
    program = three_cores()
    invented: Invented
    for invented, told in (("every step", steady), ("first step", once)):
        source = replace(program.population("c"), invented=invented)
        marked = replace(program, populations=(*program.populations[:2], source))
        found = estimate(marked, {name: raster for name, raster in told.items() if name != "c"})
        assert found.as_dict() == estimate(program, told).as_dict()
        assert assumed_estimate(marked).active == pytest.approx(3 * 0.03 + (1 if invented == "every step" else 0.25))
