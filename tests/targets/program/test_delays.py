"""What delays cost on a chip: bits of every delayed synapse, and input slots by the longest delay of a core."""

from dataclasses import replace

import numpy as np
import pytest

from compiler.feasibility import feasible
from compiler.frontends.network import lower
from compiler.mapping.loads import loads
from compiler.mapping.refusal import refuse
from compiler.mapping.state import on_one_core
from compiler.passes.coarsen import coarsen
from compiler.passes.fold import fold
from compiler.passes.quantize import quantize
from compiler.pipeline import compile_network
from compiler.text import text
from search.network import Network
from search.settings import ModelSettings, SearchSettings, Settings
from targets.contracts.chip import ChipSpec, Limit, chip_named, input_slots
from targets.contracts.errors import InputError
from targets.program.check import check
from targets.program.usage import usage
from tests.compiler.mapped import assembled, partitioned, small
from tests.networks import random_network
from tests.targets.program.by_hand import SMALL, by_hand

LOIHI1 = chip_named("loihi1")


def slow(delay: int, name: str = "input") -> Network:
    """The random network whose connection of that name takes so many steps."""
    network = random_network(0)
    connections = (replace(each, delay=delay if each.name == name else each.delay) for each in network.connections)
    return replace(network, connections=tuple(connections))


def charging(delay_bits: int, slots: int) -> ChipSpec:
    return replace(
        SMALL,
        delay_bits=Limit(delay_bits, "bits", "this test"),
        input_slots_per_core=Limit(slots, "input slots", "this test"),
    )


@pytest.mark.parametrize(
    ("delay", "slots"), [(1, 1), (2, 2), (3, 4), (4, 4), (5, 8), (8, 8), (9, 16), (25, 32), (62, 64)]
)
def test_a_ring_is_a_power_of_two_that_holds_the_delay(delay: int, slots: int) -> None:
    assert input_slots(delay) == slots


def test_loihi1_holds_1024_neurons_up_to_8_steps_and_128_at_its_longest_delay() -> None:
    assert [LOIHI1.neurons_at(delay) for delay in (1, 8, 9, 16, 25, 62)] == [1024, 1024, 512, 512, 256, 128]
    assert LOIHI1.delay_bits.value == (LOIHI1.delay_max.value - 1).bit_length()


def test_costs_by_hand() -> None:
    """Core 0 hears all after one step; core 1 holds q0, which hears p0 and p2 after two."""
    first, second = usage(by_hand(), charging(5, 64))
    assert (first.delayed, first.input_slots) == (0, 2)
    assert (second.delayed, second.input_slots) == (2, 4)
    assert first.synapse_bytes == -(-3 * (13 + 32) // 8)
    assert second.synapse_bytes == -(-(3 * (13 + 32) + 2 * 5) // 8)


def test_too_few_slots_are_told_with_what_to_do() -> None:
    (found,) = check(by_hand(), charging(5, 3))
    assert found.sentence == (
        "core 1 ('p', 'q') has 4 input slots; small allows 3 (input slots), so move 1 of its neurons to another core, "
        "or shorten the delays of what it hears to 1."
    )
    alone = charging(5, 1)
    assert [each.remedy for each in check(by_hand(), alone)] == [
        "move 1 of its neurons to another core",
        "move some of its neurons to another core and shorten the delays of what it hears",
    ]
    assert check(by_hand(), charging(5, 4)) == ()


def test_loads_of_a_mapping_are_those_of_its_program() -> None:
    chip = small(neurons_per_core=8)
    integers = quantize(fold(lower(slow(20))), chip)
    hypergraph = coarsen(integers, chip)
    assert hypergraph.longest == 20
    mapping = partitioned(integers, chip)
    used = usage(assembled(integers, mapping, chip), chip)
    counted = loads(hypergraph, mapping.core_of, chip)
    bytes_of = np.array([each.synapse_bytes for each in used])
    np.testing.assert_allclose(counted.use[1] * chip.synapse_bytes_per_core.value, bytes_of)
    assert hypergraph.delayed is not None
    assert hypergraph.delayed.sum() == sum(each.delayed for each in used) > 0


def test_without_delays_a_hypergraph_tells_none() -> None:
    integers = quantize(fold(lower(random_network(0))), LOIHI1)
    plain = replace(integers, projections=tuple(replace(each, delay=1) for each in integers.projections))
    hypergraph = coarsen(plain, LOIHI1)
    assert (hypergraph.delayed, hypergraph.longest) == (None, 1)


@pytest.mark.parametrize(("delay", "cores"), [(8, 1), (16, 1), (17, 2), (33, 4)])
def test_long_delays_take_more_cores(delay: int, cores: int) -> None:
    """24 motif neurons and 3 of the readout, where a core has 16 slots for each of 32 neurons."""
    chip = replace(LOIHI1, input_slots_per_core=Limit(512, "input slots", "this test"))
    program = compile_network(slow(delay), chip)
    assert check(program) == ()
    assert len(program.cores) == cores
    assert max(each.input_slots for each in usage(program)) <= 512


def test_one_core_is_filled_to_the_last_slot() -> None:
    chip = replace(LOIHI1, input_slots_per_core=Limit(27 * 32, "input slots", "this test"))
    integers = quantize(fold(lower(slow(32))), chip)
    assert on_one_core(coarsen(integers, chip), chip).loads.use[0].tolist() == [1.0]


def test_a_delay_beyond_the_chip_is_refused_in_one_sentence_before_anything_is_mapped() -> None:
    told = "projection 'input' has a delay of 70 steps; loihi1 allows 1 to 62 (delay), so shorten it by 8."
    with pytest.raises(InputError) as error:
        compile_network(slow(70), "loihi1")
    assert str(error.value) == told
    assert told in feasible(lower(slow(70)), LOIHI1).faults
    compile_network(slow(62), "loihi1")


def test_a_delay_that_fills_a_whole_core_for_one_neuron_is_refused() -> None:
    graph = fold(lower(slow(20)))
    with pytest.raises(InputError) as error:
        refuse(graph, charging(5, 24))
    assert str(error.value) == (
        "projection 'input' has a delay of 20 steps, for which a neuron takes 32 input slots; a core of small has 24 "
        "(input slots), so shorten it to 16."
    )
    refuse(graph, charging(5, 32))


def test_show_and_check_tell_what_delays_take() -> None:
    program = compile_network(slow(20), "loihi1")
    (used,) = usage(program)
    delayed = sum(each.synapses.coordinates()[0].size for each in program.projections if each.delay > 1)
    assert used.delayed == delayed
    assert f"  {delayed:,} of the synapses delayed, {27 * 32:,} input slots of 8,192\n" in text(program)
    told = feasible(lower(slow(20)), LOIHI1)
    assert told.sentences[-1] == (
        f"Spikes take up to 20 steps: {told.delayed:,} synapses store a delay, and a core that hears the slowest has "
        "input slots for 256 neurons."
    )


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"delays": (1, 63)}, "model.delays offers 63 steps; loihi1 allows up to 62"),
        ({"input_delays": (0, 62)}, "model.input_delays offers 62 steps; loihi1 allows up to 61"),
    ],
)
def test_a_search_for_a_chip_refuses_delays_that_it_has_not(changed: dict[str, tuple[int, ...]], told: str) -> None:
    model = ModelSettings(**changed)  # type: ignore[arg-type]
    Settings(model=model)
    with pytest.raises(InputError, match=told):
        Settings(model=model, search=SearchSettings(chip="loihi1"))
