"""check: what it says to do makes the program fit."""

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from compiler.pipeline import compile_network
from targets.contracts.arrays import Ints
from targets.contracts.chip import ChipSpec, Limit
from targets.contracts.synapses import Dense, with_weights
from targets.program.check import check
from targets.program.program import Core, Program
from tests.networks import random_network
from tests.targets.program.changed import LOIHI1, program, weights, with_population, with_projection


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


@pytest.mark.parametrize("value", [90, 124])
def test_the_remedy_for_a_delay_makes_it_fit(value: int) -> None:
    (amount,) = numbers(only(with_projection(lambda p: replace(p, delay=value)), "delay"))
    assert check(with_projection(lambda p: replace(p, delay=value - int(amount)))) == ()


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


@pytest.mark.parametrize(
    ("slots", "remedy"),
    [
        (107, "move 1 of its neurons to another core, or shorten the delays of what it hears to 2"),
        (54, "move 14 of its neurons to another core, or shorten the delays of what it hears to 2"),
        (53, "move 14 of its neurons to another core, or shorten the delays of what it hears to 1"),
        (26, "move 21 of its neurons to another core"),
        (4, "move 26 of its neurons to another core"),
        (3, "move some of its neurons to another core and shorten the delays of what it hears"),
    ],
)
def test_what_relieves_a_core_of_input_slots(slots: int, remedy: str) -> None:
    """27 neurons that each need 4 slots for a delay of 3."""
    assert only(program(), "input slots", with_slots(slots)) == remedy


@pytest.mark.parametrize(
    ("slots", "remedy"),
    [
        (863, "move 1 of its neurons to another core, or shorten the delays of what it hears to 16"),
        (243, "move 20 of its neurons to another core, or shorten the delays of what it hears to 8"),
    ],
)
def test_what_relieves_a_core_of_many_input_slots(slots: int, remedy: str) -> None:
    """27 neurons that each need 32 slots for a delay of 20."""
    assert only(with_projection(lambda p: replace(p, delay=20)), "input slots", with_slots(slots)) == remedy


@pytest.mark.parametrize(("slots", "steps"), [(3, 2), (2, 2), (1, 1)])
def test_one_neuron_cannot_be_spread(slots: int, steps: int) -> None:
    alone = check(on_two_cores(program(), 1), with_slots(slots))[1]
    assert (alone.place, alone.remedy) == ("core 1 ('hidden')", f"shorten the delays of what it hears to {steps}")


@pytest.mark.parametrize("slots", [107, 100, 60])
def test_the_remedy_for_input_slots_makes_it_fit(slots: int) -> None:
    chip = with_slots(slots)
    moved, _ = numbers(only(program(), "input slots", chip))
    assert check(on_two_cores(program(), int(moved)), chip) == ()
    assert check(on_two_cores(program(), int(moved) - 1), chip) != ()


def with_slots(most: int) -> ChipSpec:
    return replace(LOIHI1, input_slots_per_core=Limit(most, "input slots", "this test"))


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
