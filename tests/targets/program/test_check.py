"""check: every way in which a program breaks the limits of its chip."""

from collections.abc import Callable
from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest

from targets.contracts.chip import Limit
from targets.contracts.errors import InputError
from targets.program.check import check, legal
from targets.program.program import Core, Program
from tests.targets.program.changed import LOIHI1, moved, program, weights, with_population, with_projection


def test_a_compiled_program_is_legal() -> None:
    whole = program()
    assert check(whole) == ()
    assert legal(whole) is whole


@pytest.mark.parametrize(
    ("broken", "rule", "sentence"),
    [
        (
            lambda: with_population(lambda p: replace(p, du=np.full(24, 4096))),
            "du",
            "population 'hidden' has du 4,096..4,096; loihi1 allows 0..4,095 (du), "
            "so bring it into that range in 24 neurons.",
        ),
        (
            lambda: with_population(lambda p: replace(p, dv=np.full(24, -1))),
            "dv",
            "population 'hidden' has dv -1..-1; loihi1 allows 0..4,095 (dv), "
            "so bring it into that range in 24 neurons.",
        ),
        (
            lambda: with_population(lambda p: replace(p, vth=np.full(24, 131_072))),
            "vth",
            "population 'hidden' has vth 131,072..131,072; loihi1 allows 0..131,071 (vth), "
            "so divide the thresholds, the biases and the weights into it by 1.001.",
        ),
        (
            lambda: with_population(lambda p: replace(p, bias=np.full(24, 4097))),
            "bias",
            "population 'hidden' has 24 biases (up to 4,097) that are no mantissa and exponent; "
            "loihi1 allows 12 bits times 2^0..2^7 (bias), so cut them down to multiples of 2 of at most 8,190.",
        ),
        (
            lambda: with_projection(lambda p: weights(p, 256)),
            "weights",
            "projection 'input' has weights -156..256; loihi1 allows -256..254 (weights), "
            "so divide them by 2 and add 1 to its exponent.",
        ),
        (
            lambda: with_projection(lambda p: weights(p, 3)),
            "weight step",
            "projection 'input' has 1 weights that are no multiple of 2; "
            "loihi1 stores mixed-sign weights in steps of 2 (weight step), so round them to multiples of 2.",
        ),
        (
            lambda: with_projection(lambda p: replace(p, exponent=8)),
            "exponent",
            "projection 'input' has exponent 8..8; loihi1 allows -8..7 (exponent), so subtract 1 from the exponents "
            "of all projections into 'hidden' and divide its thresholds and biases by 2.",
        ),
        (
            lambda: with_projection(lambda p: replace(p, exponent=-10)),
            "exponent",
            "projection 'input' has exponent -10..-10; loihi1 allows -8..7 (exponent), "
            "so add 2 to it and divide the weights by 4.",
        ),
        (
            lambda: with_projection(lambda p: replace(p, delay=63)),
            "delay",
            "projection 'input' has delay 63..63; loihi1 allows 1..62 (delay), so shorten it by 1.",
        ),
        (
            lambda: moved(0, 96),
            "cores per tile",
            "tile (0, 96) has 1 cores; no system of loihi1 has that tile (cores per tile), "
            "so place 1 of them elsewhere.",
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
    with pytest.raises(FrozenInstanceError):
        violations[0].rule = "none"  # type: ignore[misc]


def test_all_violations_are_told_not_only_the_first() -> None:
    chip = replace(
        LOIHI1,
        chips=Limit(0, "chips", "this test"),
        cores_per_tile=Limit(1, "cores", "this test"),
        neurons_per_core=Limit(20, "neurons", "this test"),
        synapse_bytes_per_core=Limit(100, "bytes", "this test"),
        axons_in_per_core=Limit(5, "axons", "this test"),
        axons_out_per_core=Limit(0, "axons", "this test"),
        decay_profiles_per_core=Limit(2, "pairs", "this test"),
        threshold_profiles_per_core=Limit(1, "thresholds", "this test"),
    )
    whole = program()
    (core,) = whole.cores
    both = replace(whole, cores=tuple(Core(0, 0, {name: core.members[name]}) for name in ("hidden", "answer")))
    assert {violation.rule for violation in check(both, chip)} == {
        "cores",
        "cores per tile",
        "neurons",
        "synapse bytes",
        "axons in",
        "axons out",
        "decay profiles",
        "threshold profiles",
    }
    assert check(both, chip)[0].remedy.endswith("or use a system of 1 chips")
    with pytest.raises(InputError, match=r"core 0 \('hidden'\) has 24 neurons; loihi1 allows 20 \(neurons\)"):
        legal(both, chip)


def test_a_core_with_neurons_that_are_not_there_is_a_violation() -> None:
    whole = program()
    (core,) = whole.cores
    for members, sentence in (
        (
            {**core.members, "hidden": np.arange(25, dtype=np.int32)},
            "core 0 has neurons 0..24 of 'hidden'; that population has 0..23 (core members), "
            "so compile the network again.",
        ),
        (
            {**core.members, "answer": np.arange(-1, 2, dtype=np.int32)},
            "core 0 has neurons -1..1 of 'answer'; that population has 0..2 (core members), "
            "so compile the network again.",
        ),
        (
            {**core.members, "question": np.arange(2, dtype=np.int32)},
            "core 0 has neurons of 'question'; the program has ['answer', 'hidden'] (core members), "
            "so compile the network again.",
        ),
    ):
        broken = replace(whole, cores=(Core(0, 0, members),))
        assert [violation.sentence for violation in check(broken)] == [sentence]
