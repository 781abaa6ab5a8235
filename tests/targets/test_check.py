"""check: every way in which a program breaks the limits of its chip."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from compiler.pipeline import compile_network
from targets.check import check, legal
from targets.chip import Limit, chip_named
from targets.errors import InputError
from targets.program import Core, IntPopulation, IntProjection, Program, Route
from targets.synapses import with_weights
from targets.usage import routes, usage
from tests.networks import random_network

LOIHI1 = chip_named("loihi1")


def program() -> Program:
    return compile_network(random_network(0), "loihi1")


def with_population(changed: Callable[[IntPopulation], IntPopulation]) -> Program:
    whole = program()
    return replace(whole, populations=(changed(whole.populations[0]), *whole.populations[1:]))


def with_projection(changed: Callable[[IntProjection], IntProjection]) -> Program:
    whole = program()
    return replace(whole, projections=(changed(whole.projections[0]), *whole.projections[1:]))


def test_a_compiled_program_is_legal() -> None:
    whole = program()
    assert check(whole) == ()
    assert legal(whole) is whole


def weights(projection: IntProjection, value: int) -> IntProjection:
    changed = projection.synapses.weights.copy()
    changed.flat[0] = value
    return replace(projection, synapses=with_weights(projection.synapses, changed))


@pytest.mark.parametrize(
    ("broken", "rule", "sentence"),
    [
        (
            lambda: with_population(lambda p: replace(p, du=np.full(24, 4096))),
            "du",
            "population 'hidden' has du 4,096..4,096; loihi1 allows 0..4,095 (du), so rescale the network.",
        ),
        (
            lambda: with_population(lambda p: replace(p, dv=np.full(24, -1))),
            "dv",
            "population 'hidden' has dv -1..-1; loihi1 allows 0..4,095 (dv), so rescale the network.",
        ),
        (
            lambda: with_population(lambda p: replace(p, vth=np.full(24, 131_072))),
            "vth",
            "population 'hidden' has vth 131,072..131,072; loihi1 allows 0..131,071 (vth), so rescale the network.",
        ),
        (
            lambda: with_population(lambda p: replace(p, bias=np.full(24, 4097))),
            "bias",
            "population 'hidden' has 24 biases (up to 4,097) that are no mantissa and exponent; "
            "loihi1 allows 12 bits times 2^0..2^7 (bias), so round or shrink them.",
        ),
        (
            lambda: with_projection(lambda p: weights(p, 256)),
            "weights",
            "projection 'input' has weights -74..256; loihi1 allows -256..254 (weights), so rescale the network.",
        ),
        (
            lambda: with_projection(lambda p: weights(p, 3)),
            "weight step",
            "projection 'input' has 1 weights that are no multiple of 2; "
            "loihi1 stores mixed-sign weights in steps of 2 (weight step), so round them.",
        ),
        (
            lambda: with_projection(lambda p: replace(p, exponent=8)),
            "exponent",
            "projection 'input' has exponent 8..8; loihi1 allows -8..7 (exponent), so rescale the network.",
        ),
        (
            lambda: with_projection(lambda p: replace(p, delay=63)),
            "delay",
            "projection 'input' has delay 63..63; loihi1 allows 1..62 (delay), so shorten the delay.",
        ),
        (
            lambda: replace(program(), routes=(Route(-1, 0, 12),)),
            "routes",
            "the program has 1 routes that do not follow from its synapses; "
            "each pair of connected cores needs one (routes), so compile the network again.",
        ),
        (
            lambda: replace(program(), cores=(Core(0, 0, {"hidden": np.arange(24, dtype=np.int32)}),)),
            "one core per neuron",
            "population 'answer' has 3 neurons on no core and 0 on several; "
            "each must be on exactly one (one core per neuron), so compile the network again.",
        ),
    ],
)
def test_one_broken_rule_gives_one_sentence(broken: Callable[[], Program], rule: str, sentence: str) -> None:
    violations = check(broken())
    assert [(violation.rule, violation.sentence) for violation in violations] == [(rule, sentence)]


def test_all_violations_are_told_not_only_the_first() -> None:
    chip = replace(
        LOIHI1,
        cores=Limit(0, "cores", "this test"),
        cores_per_tile=Limit(0, "cores", "this test"),
        neurons_per_core=Limit(20, "neurons", "this test"),
        synapse_bytes_per_core=Limit(100, "bytes", "this test"),
        axons_in_per_core=Limit(5, "axons", "this test"),
        axons_out_per_core=Limit(-1, "axons", "this test"),
        decay_profiles_per_core=Limit(2, "pairs", "this test"),
        threshold_profiles_per_core=Limit(1, "thresholds", "this test"),
    )
    assert {violation.rule for violation in check(program(), chip)} == {
        "cores",
        "cores per tile",
        "neurons",
        "synapse bytes",
        "axons in",
        "axons out",
        "decay profiles",
        "threshold profiles",
    }
    with pytest.raises(InputError, match=r"core 0 \('hidden', 'answer'\) has 27 neurons; loihi1 allows 20 \(neurons\)"):
        legal(program(), chip)


def test_usage_and_routes_counted_by_hand() -> None:
    chip = replace(LOIHI1, neurons_per_core=Limit(4, "neurons", "this test"))
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
