"""What cores hold and the routes between them, counted by hand and from the weights."""

from dataclasses import replace

import numpy as np

from compiler.pipeline import compile_network
from targets.contracts.chip import Limit, chip_named
from targets.contracts.ports import Input
from targets.contracts.synapses import Dense
from targets.program.program import Core, IntPopulation, IntProjection, Program, Route
from targets.program.usage import CoreUsage, chips_used, core_of_neurons, heard, routes, usage
from tests.networks import random_network

SMALL = chip_named("small")


def by_hand() -> Program:
    """Four neurons on two cores, a zero among the weights of each projection; x, y number the inputs.

    Core 0 holds p0, p2; core 1 holds p1, q0. p0 hears both inputs, p1 the second; q0 hears p0 and p2, p2 hears p1.
    """
    zeros = np.zeros(3, np.int32)
    p = IntPopulation("p", 1, zeros + 10, np.array([5, 5, 6], np.int32), zeros + 64, zeros)
    q = IntPopulation("q", 1, zeros[:1], zeros[:1], zeros[:1] + 64, zeros[:1])
    return Program(
        chip="small",
        inputs=(Input("touch", 2),),
        populations=(p, q),
        projections=(
            IntProjection("in", "touch", "p", Dense(np.array([[2, 2], [0, 4], [0, 0]], np.int32)), 0, 1),
            IntProjection("inside", "p", "p", Dense(np.array([[0, 0, 0], [0, 0, 0], [0, -2, 0]], np.int32)), 0, 1),
            IntProjection("out", "p", "q", Dense(np.array([[2, 0, 2]], np.int32)), 0, 2),
        ),
        cores=(
            Core(0, 0, {"p": np.array([0, 2])}),
            Core(1, 0, {"p": np.array([1]), "q": np.array([0])}),
        ),
        routes=(),
        outputs=("q",),
        readout=None,
        steps=5,
        origin="",
        settings={},
    )


def test_cores_of_neurons_by_global_number() -> None:
    assert core_of_neurons(by_hand()).tolist() == [-1, -1, 0, 1, 0, 1]


def test_heard_counts_synapses_and_pairs_once() -> None:
    found = heard(by_hand())
    assert found.synapses.tolist() == [3, 3]
    assert list(zip(found.sources.tolist(), found.cores.tolist(), strict=True)) == [
        (0, 0),  # x on core 0
        (1, 0),
        (1, 1),  # y on both
        (2, 1),  # p0 for q0
        (3, 0),  # p1 for p2
        (4, 1),  # p2 for q0
    ]


def test_routes_are_axons_between_different_cores() -> None:
    assert routes(by_hand()) == (Route(-1, 0, 2), Route(-1, 1, 1), Route(0, 1, 2), Route(1, 0, 1))


def test_usage_by_hand() -> None:
    one = -(-3 * (13 + 32) // 8)  # three synapses of 13 bits behind three axons of 32 on either core
    assert usage(by_hand(), SMALL) == (
        CoreUsage(2, 3, one, axons_in=3, axons_out=2, decay_profiles=2, threshold_profiles=1),
        CoreUsage(2, 3, one, axons_in=3, axons_out=1, decay_profiles=2, threshold_profiles=1),
    )


def test_neurons_on_no_core_are_counted_nowhere() -> None:
    program = by_hand()
    program = replace(program, cores=program.cores[:1])
    assert core_of_neurons(program).tolist() == [-1, -1, 0, -1, 0, -1]
    (only,) = usage(program, SMALL)
    assert (only.neurons, only.synapses, only.axons_in) == (2, 3, 3)


def test_chips_are_counted_once() -> None:
    program = by_hand()
    assert chips_used(program, SMALL) == 1
    width = SMALL.tiles_x.value
    apart = (program.cores[0], replace(program.cores[1], x=width))
    assert chips_used(replace(program, cores=apart), SMALL) == 2


def test_a_compiled_program_is_counted_as_its_weights_are() -> None:
    chip = replace(chip_named("loihi1"), neurons_per_core=Limit(4, "neurons", "this test"))
    whole = compile_network(random_network(0), chip)
    table = {name: np.zeros((24 if name == "hidden" else 3, 38), bool) for name in ("hidden", "answer")}
    start = {"touch": 0, "hidden": 11, "answer": 35}
    synapses = np.zeros(7, int)
    for projection in whole.projections:
        post, pre, _ = projection.synapses.coordinates()
        table[projection.target][post, start[projection.source] + pre] = True
        for neuron in post:
            synapses[6 if projection.target == "answer" else neuron // 4] += 1
    listening = np.vstack([table["hidden"].reshape(6, 4, 38).any(axis=1), table["answer"].any(axis=0)])
    for core, used in enumerate(usage(whole, chip)):
        assert used.neurons == (3 if core == 6 else 4)
        assert used.synapses == synapses[core]
        assert used.axons_in == listening[core].sum()
        assert used.synapse_bytes == -(-(18 * synapses[core] + 32 * listening[core].sum()) // 8)
    expected = {(-1, core, int(listening[core, :11].sum())) for core in range(7)}
    for source in range(6):
        heard = listening[:, 11 + 4 * source : 15 + 4 * source].sum(axis=1)
        expected |= {(source, core, int(n)) for core, n in enumerate(heard) if n and core != source}
    assert {(r.source, r.target, r.axons) for r in routes(whole) if r.axons} == {e for e in expected if e[2]}
    assert whole.routes == routes(whole)
