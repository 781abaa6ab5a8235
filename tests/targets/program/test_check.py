"""check: every way in which a program breaks the limits of its chip."""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from compiler.pipeline import compile_network
from targets.contracts.arrays import Ints
from targets.contracts.chip import ChipSpec, Limit, chip_named
from targets.contracts.errors import InputError
from targets.contracts.synapses import Dense, with_weights
from targets.program.check import check, legal
from targets.program.program import Core, IntPopulation, IntProjection, Program
from tests.networks import random_network

LOIHI1 = chip_named("loihi1")


@cache
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


def moved(x: int, y: int) -> Program:
    """The program with its one core on another tile."""
    whole = program()
    return replace(whole, cores=(replace(whole.cores[0], x=x, y=y),))


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


def only(broken: Program, rule: str, chip: ChipSpec = LOIHI1) -> str:
    """The remedy of the one violation of that rule, the only rule broken."""
    violations = check(broken, chip)
    assert {violation.rule for violation in violations} == {rule}
    return violations[0].remedy


def numbers(remedy: str) -> list[float]:
    return [float(number.replace(",", "")) for number in re.findall(r"\d[\d,]*(?:\.\d+)?", remedy)]


@pytest.mark.parametrize("value", [131_072, 140_000, 900_000])
def test_the_remedy_for_a_threshold_makes_it_fit(value: int) -> None:
    broken = with_population(lambda p: replace(p, vth=np.full(24, value, np.int32)))
    (factor,) = numbers(only(broken, "vth"))
    fixed = with_population(lambda p: replace(p, vth=np.full(24, int(value / factor), np.int32)))
    assert check(fixed) == ()


@pytest.mark.parametrize("value", [4097, -4097, 5001, 524_161, 4_000_001])
def test_the_remedy_for_a_bias_makes_it_fit(value: int) -> None:
    step, most = numbers(only(with_population(lambda p: replace(p, bias=np.full(24, value, np.int32))), "bias"))
    cut = int(np.sign(value) * min(abs(value) // step * step, most))
    assert check(with_population(lambda p: replace(p, bias=np.full(24, cut, np.int32)))) == ()


@pytest.mark.parametrize("value", [256, 1000, -258, -5000])
def test_the_remedy_for_a_weight_makes_it_fit(value: int) -> None:
    broken = with_projection(lambda p: weights(p, value))
    divisor, more = numbers(only(broken, "weights"))
    assert divisor == 2**more
    halved = broken.projections[0].synapses
    even = 2 * np.rint(halved.weights / divisor / 2).astype(np.int32)
    fixed = with_projection(lambda p: replace(p, synapses=with_weights(halved, even), exponent=p.exponent + int(more)))
    assert check(fixed) == ()


@pytest.mark.parametrize("value", [8, 11, -9, -12])
def test_the_remedy_for_an_exponent_makes_it_fit(value: int) -> None:
    amount = int(numbers(only(with_projection(lambda p: replace(p, exponent=value)), "exponent"))[0])
    fixed = value - amount if value > 0 else value + amount
    assert check(with_projection(lambda p: replace(p, exponent=fixed))) == ()


def test_the_remedy_for_a_delay_makes_it_fit() -> None:
    (amount,) = numbers(only(with_projection(lambda p: replace(p, delay=90)), "delay"))
    assert check(with_projection(lambda p: replace(p, delay=90 - int(amount)))) == ()


@pytest.mark.slow
def test_the_remedy_for_cores_makes_it_fit() -> None:
    """Six cores of one motif of 4 and one of 3 on a system of two chips of 3 cores: 3 neurons must go."""
    limits = {"neurons_per_core": 4, "cores": 3, "cores_per_tile": 1, "tiles_x": 3, "chips": 2}

    def system(**changed: int) -> ChipSpec:
        given: dict[str, Any] = {name: Limit(n, "units", "this test") for name, n in (limits | changed).items()}
        return replace(LOIHI1, **given)

    whole = compile_network(random_network(0), system(chips=3))
    (violation,) = check(whole, system())
    assert violation.sentence == (
        "the program has 7 cores for 27 neurons; the largest system of loihi1 has 2 chips of 3 cores (cores), "
        "so remove 3 neurons (those on the 1 emptiest cores), or use a system of 3 chips."
    )
    assert check(whole, system(chips=3)) == ()
    assert {violation.rule for violation in check(whole, system(chips=3, cores=2))} >= {"cores"}
    (excess, *_) = check(whole, system(chips=1, cores=5, tiles_x=5))
    assert excess.remedy == ("remove 7 neurons (those on the 2 emptiest cores), or use a system of 2 chips")
    exactly = replace(whole, cores=tuple(replace(core, x=x, y=0) for x, core in enumerate(whole.cores)))
    assert check(exactly, system(chips=1, cores=7, tiles_x=7)) == ()
    smaller = compile_network(random_network(0, motifs=5), system(neurons_per_core=5))
    assert smaller.neurons <= whole.neurons - 3


@pytest.mark.slow
def test_the_remedy_for_a_crowded_tile_makes_it_fit() -> None:
    whole = compile_network(random_network(0), replace(LOIHI1, neurons_per_core=Limit(4, "neurons", "this test")))
    crowded = replace(whole, cores=tuple(replace(core, x=0, y=0) for core in whole.cores))
    (elsewhere,) = (int(number) for number in numbers(only(crowded, "cores per tile")))
    apart = tuple(replace(core, x=1) for core in crowded.cores[:elsewhere])
    assert check(replace(crowded, cores=(*apart, *crowded.cores[elsewhere:]))) == ()


def test_the_last_tile_of_a_chip_may_have_fewer_cores() -> None:
    """Chips of 5 cores: four on the first tile, one on the second."""
    chip = replace(LOIHI1, cores=Limit(5, "cores", "this test"))
    whole = compile_network(random_network(0), replace(LOIHI1, neurons_per_core=Limit(4, "neurons", "this test")))
    (violation,) = check(whole, chip)
    assert violation.sentence == (
        "tile (1, 0) has 3 cores; loihi1 has 1 there (cores per tile), so place 2 of them elsewhere."
    )
    second = (replace(core, x=core.x + 7) if core.x else core for core in whole.cores)
    assert len(check(replace(whole, cores=tuple(second)), chip)) == 0


def test_a_program_without_cores_crowds_no_tile() -> None:
    one: dict[str, Any] = dict.fromkeys(("chips", "cores", "cores_per_tile", "tiles_x"), Limit(1, "units", "this test"))
    chip = replace(LOIHI1, **one)
    violations = check(replace(program(), cores=()), chip)
    assert [violation.sentence.partition(";")[0] for violation in violations] == [
        "population 'hidden' has 24 neurons on no core and 0 on several",
        "population 'answer' has 3 neurons on no core and 0 on several",
    ]


def test_neurons_on_several_cores_are_counted() -> None:
    whole = program()
    (core,) = whole.cores
    (violation,) = check(replace(whole, cores=(core, Core(0, 0, {"hidden": np.arange(5, dtype=np.int32)}))))
    assert violation.got == "0 neurons on no core and 5 on several"


@pytest.mark.parametrize(
    ("limit", "most", "remedy"),
    [
        ("neurons_per_core", 20, "move 7 of its neurons to another core, in motifs of at most 20"),
        ("axons_in_per_core", 30, "let its neurons listen to 5 fewer sources, or move some of them to another core"),
        ("decay_profiles_per_core", 2, "use 23 fewer (du, dv) pairs on it, 2 in all"),
        ("threshold_profiles_per_core", 1, "use 4 fewer thresholds on it, 1 in all"),
    ],
)
def test_what_relieves_a_core(limit: str, most: int, remedy: str) -> None:
    changed: dict[str, Any] = {limit: Limit(most, "units", "this test")}
    chip = replace(LOIHI1, **changed)
    assert [violation.remedy for violation in check(program(), chip)] == [remedy]


def test_what_relieves_a_core_of_synapses_and_axons() -> None:
    chip = replace(LOIHI1, synapse_bytes_per_core=Limit(1000, "bytes", "this test"))
    (found,) = check(program(), chip)
    excess = int(found.got.split()[0].replace(",", "")) - 1000
    assert found.remedy == (
        f"remove {-(-8 * excess // LOIHI1.synapse_bits.value):,} of its synapses, "
        "or move neurons that hold as many to another core"
    )
    chip = replace(LOIHI1, axons_out_per_core=Limit(2, "axons", "this test"))
    found = next(each for each in check(on_two_cores(program(), 4), chip) if each.place == "core 1 ('hidden')")
    less = int(found.got.split()[0]) - 2
    assert found.remedy == (
        f"let its neurons reach other cores {less} times less, or move some of them to another core"
    )


def on_two_cores(whole: Program, moved: int) -> Program:
    """The program with the last `moved` neurons of the hidden population on a core of their own."""
    hidden, answer = np.arange(24, dtype=np.int32), np.arange(3, dtype=np.int32)
    cores = (
        Core(0, 0, {"hidden": hidden[: 24 - moved], "answer": answer}),
        Core(0, 0, {"hidden": hidden[24 - moved :]}),
    )
    return replace(whole, cores=cores)


def test_the_remedy_for_neurons_makes_it_fit() -> None:
    chip = replace(LOIHI1, neurons_per_core=Limit(20, "neurons", "this test"))
    moved, _ = numbers(only(program(), "neurons", chip))
    assert check(on_two_cores(program(), int(moved)), chip) == ()
    assert check(on_two_cores(program(), int(moved) - 1), chip) != ()


@pytest.mark.parametrize("limit", [1000, 500])
def test_the_remedy_for_synapse_bytes_makes_it_fit(limit: int) -> None:
    chip = replace(LOIHI1, synapse_bytes_per_core=Limit(limit, "bytes", "this test"))
    left = int(numbers(only(program(), "synapse bytes", chip))[0])
    projections = []
    for projection in program().projections:
        kept = projection.synapses.weights.copy()
        alive = np.flatnonzero(kept)[:left]
        kept.flat[alive] = 0
        left -= alive.size
        projections.append(replace(projection, synapses=with_weights(projection.synapses, kept)))
    fixed = replace(program(), projections=tuple(projections))
    assert check(fixed, chip) == ()


def test_the_remedy_for_axons_in_makes_it_fit() -> None:
    chip = replace(LOIHI1, axons_in_per_core=Limit(30, "axons", "this test"))
    fewer = int(numbers(only(program(), "axons in", chip))[0])
    first = program().projections[0]
    deaf = first.synapses.weights.copy()
    deaf[:, :fewer] = 0
    fixed = with_projection(lambda p: replace(p, synapses=with_weights(p.synapses, deaf)))
    assert check(fixed, chip) == ()


@pytest.mark.parametrize("limit", [2, 0])
def test_the_remedy_for_axons_out_makes_it_fit(limit: int) -> None:
    """Neurons 20..23 sit on a core of their own; what the other core hears of them is cut, neuron by neuron."""
    whole = on_two_cores(program(), 4)
    chip = replace(LOIHI1, axons_out_per_core=Limit(limit, "axons", "this test"))
    place, less = next(
        (v.place, int(numbers(v.remedy)[0])) for v in check(whole, chip) if v.place == "core 1 ('hidden')"
    )
    silenced = np.arange(20, 24)[:less]
    projections = []
    for projection in whole.projections:
        post, pre, weight = projection.synapses.coordinates()
        across = np.isin(pre, silenced) & ((post < 20) | (projection.target == "answer"))
        if projection.source == "hidden":
            dense = np.zeros(projection.synapses.shape, np.int32)
            np.add.at(dense, (post[~across], pre[~across]), weight[~across])
            projection = replace(projection, synapses=Dense(dense))
        projections.append(projection)
    fixed = replace(whole, projections=tuple(projections))
    left = check(fixed, chip)
    assert place not in {violation.place for violation in left}


@pytest.mark.parametrize("key", ["dv", "vth"])
def test_the_remedy_for_profiles_makes_it_fit(key: str) -> None:
    """24 neurons with a value each, and 3 of the readout with the first of them."""
    rule = {"dv": "decay profiles", "vth": "threshold profiles"}[key]

    def having(values: Ints) -> Program:
        populations = []
        for population in program().populations:
            own: dict[str, Any] = {name: np.full(population.neurons, 10, np.int32) for name in ("du", "dv", "vth")}
            own[key] = values if population.name == "hidden" else np.full(population.neurons, values[0], np.int32)
            populations.append(replace(population, **own))
        return replace(program(), populations=tuple(populations))

    limits: dict[str, Any] = {f"{rule.replace(' ', '_')}_per_core": Limit(5, "profiles", "this test")}
    chip = replace(LOIHI1, **limits)
    values = np.arange(100, 124, dtype=np.int32)
    fewer, most = (int(number) for number in numbers(only(having(values), rule, chip)))
    assert (fewer, most) == (19, 5)
    assert check(having(np.maximum(values, values[fewer])), chip) == ()
    assert check(having(np.maximum(values, values[fewer - 1])), chip) != ()


def test_a_chip_without_negative_weights_is_told_as_such() -> None:
    chip = replace(LOIHI1, weight_min=Limit(0, "weight units", "this test"))
    found = [violation.sentence for violation in check(program(), chip) if violation.rule == "weights"]
    assert found
    assert all(sentence.endswith("so keep to weights from 0 to 254.") for sentence in found)
