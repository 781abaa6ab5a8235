"""What cores hold, counted by hand and from the weights."""

from dataclasses import replace

import numpy as np

from compiler.pipeline import compile_network
from targets.contracts.chip import Limit, chip_named
from targets.program.usage import CoreUsage, chips_used, usage
from tests.networks import random_network
from tests.targets.program.by_hand import SMALL, by_hand


def test_usage_by_hand() -> None:
    one = -(-3 * (13 + 32) // 8)  # three synapses of 13 bits behind three axons of 32 on either core
    assert usage(by_hand()) == (
        CoreUsage(2, 3, one, axons_in=3, axons_out=2, decay_profiles=2, threshold_profiles=1, input_slots=2),
        CoreUsage(2, 3, one, 3, 1, decay_profiles=2, threshold_profiles=1, delayed=2, input_slots=4),
    )


def test_neurons_on_no_core_are_counted_nowhere() -> None:
    program = by_hand()
    program = replace(program, cores=program.cores[:1])
    (only,) = usage(program)
    assert (only.neurons, only.synapses, only.axons_in) == (2, 3, 3)


def test_chips_are_counted_once() -> None:
    program = by_hand()
    assert chips_used(program) == 1
    width = SMALL.tiles_x.value
    apart = (program.cores[0], replace(program.cores[1], x=width))
    assert chips_used(replace(program, cores=apart)) == 2


def test_a_compiled_program_is_counted_as_its_weights_are() -> None:
    chip = replace(chip_named("loihi1"), neurons_per_core=Limit(4, "neurons", "this test"))
    whole = compile_network(random_network(0), chip)
    table = {name: np.zeros((24 if name == "hidden" else 3, 38), bool) for name in ("hidden", "answer")}
    start = {"touch": 0, "hidden": 11, "answer": 35}
    synapses, delayed = np.zeros(7, int), np.zeros(7, int)
    for projection in whole.projections:
        post, pre, _ = projection.synapses.coordinates()
        table[projection.target][post, start[projection.source] + pre] = True
        for neuron in post:
            core = 6 if projection.target == "answer" else neuron // 4
            synapses[core] += 1
            delayed[core] += projection.delay > 1
    listening = np.vstack([table["hidden"].reshape(6, 4, 38).any(axis=1), table["answer"].any(axis=0)])
    for core, used in enumerate(usage(whole, chip)):
        assert used.neurons == (3 if core == 6 else 4)
        assert used.synapses == synapses[core]
        assert used.axons_in == listening[core].sum()
        assert used.delayed == delayed[core]
        assert used.synapse_bytes == -(-(18 * synapses[core] + 6 * delayed[core] + 32 * listening[core].sum()) // 8)
    expected = {(-1, core, int(listening[core, :11].sum())) for core in range(7)}
    for source in range(6):
        heard = listening[:, 11 + 4 * source : 15 + 4 * source].sum(axis=1)
        expected |= {(source, core, int(n)) for core, n in enumerate(heard) if n and core != source}
    assert {(r.source, r.target, r.axons) for r in whole.routes if r.axons} == {e for e in expected if e[2]}
