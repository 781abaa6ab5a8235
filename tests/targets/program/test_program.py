"""Program: its file, its digest, and the faults it refuses on construction."""

from dataclasses import FrozenInstanceError, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from targets.contracts.artefact import Artefact, save, stored_digest
from targets.contracts.chip import Limit, chip_named
from targets.contracts.errors import InputError
from targets.contracts.ports import Input, Readout
from targets.contracts.serial import pack
from targets.contracts.synapses import Dense
from targets.program.check import check
from targets.program.listeners import Route
from targets.program.program import Core, IntPopulation, IntProjection, Program, Proof
from tests.provenances import PROVENANCE
from tests.strategies import random_program

LOIHI2 = chip_named("loihi2")


def _population(name: str = "p", neurons: int = 2, **changes: Any) -> IntPopulation:
    parts: dict[str, Any] = {"name": name, "motif_size": 1}
    parts |= {key: np.full(neurons, value) for key, value in (("du", 9), ("dv", 8), ("vth", 7), ("bias", 6))}
    return IntPopulation(**parts | changes)


def _program(**changes: Any) -> Program:
    parts: dict[str, Any] = {
        "chip": LOIHI2,
        "inputs": (Input("x", 3),),
        "populations": (_population(),),
        "projections": (IntProjection("x-p", "x", "p", Dense(np.ones((2, 3), int)), 1, 2),),
        "cores": (Core(1, 2, {"p": np.array([1, 0])}),),
        "outputs": ("p",),
        "readout": Readout("p", 2),
        "steps": 5,
        "origin": "abc",
        "settings": {"seed": 0, "list": [1, 2]},
    }
    return Program(**parts | changes)


@pytest.mark.parametrize("seed", range(10))
def test_random_programs_are_legal_and_survive_their_file(tmp_path: Path, seed: int) -> None:
    program, _ = random_program(np.random.default_rng(seed))
    assert check(program) == ()
    digest = program.save(tmp_path / "a.program")
    again = Program.load(tmp_path / "a.program")
    assert digest == program.digest == again.digest


def test_every_field_survives_its_file(tmp_path: Path) -> None:
    program = _program()
    program.save(tmp_path / "a.program")
    again = Program.load(tmp_path / "a.program")
    assert again.inputs == program.inputs
    assert again.routes == program.routes == (Route(-1, 0, 3),)
    assert again.readout == program.readout
    assert (again.chip, again.outputs, again.steps, again.origin) == (LOIHI2, ("p",), 5, "abc")
    assert dict(again.settings) == {"seed": 0, "list": [1, 2]}
    core, population, projection = again.cores[0], again.population("p"), again.projections[0]
    assert (core.x, core.y, core.members["p"].tolist(), core.neurons) == (1, 2, [1, 0], 2)
    registers = [getattr(population, key).tolist() for key in ("du", "dv", "vth", "bias")]
    assert registers == [[9, 9], [8, 8], [7, 7], [6, 6]]
    assert (projection.source, projection.target, projection.exponent, projection.delay) == ("x", "p", 1, 2)
    assert projection.synapses.weights.tolist() == [[1, 1, 1], [1, 1, 1]]


@pytest.mark.parametrize(
    "changes",
    [
        {"chip": chip_named("loihi1")},
        {"chip": replace(LOIHI2, delay_max=Limit(62, "steps", "this test"))},
        {"inputs": (Input("x", 3), Input("y", 1))},
        {"populations": (_population(vth=[7, 8]),)},
        {"projections": ()},
        {"cores": ()},
        {"outputs": ()},
        {"readout": None},
        {"steps": 6},
    ],
)
def test_digest_tells_everything_that_computes_apart(changes: dict[str, Any]) -> None:
    assert _program().digest == _program().digest
    assert _program(**changes).digest != _program().digest


@pytest.mark.parametrize(
    "changes",
    [
        {"origin": "abd"},
        {"settings": {}},
        {"proofs": (Proof("p", (0, 9), (0, 90), (0, 99), np.array([1], np.int32), np.array([], np.int32)),)},
        {"provenance": PROVENANCE},
    ],
)
def test_what_only_tells_of_a_program_is_in_the_digest_of_its_file_alone(
    changes: dict[str, Any], tmp_path: Path
) -> None:
    assert _program(**changes).save(tmp_path / "told.program") == _program().save(tmp_path / "bare.program")
    assert Program.load(tmp_path / "told.program").digest == _program().digest
    told, bare = (stored_digest(tmp_path / f"{name}.program", "program") for name in ("told", "bare"))
    assert told != bare


def test_provenance_survives_its_file(tmp_path: Path) -> None:
    _program(provenance=PROVENANCE).save(tmp_path / "a.program")
    again = Program.load(tmp_path / "a.program").provenance
    assert (again.made, again.rows()) == (PROVENANCE.made, PROVENANCE.rows())


def test_proofs_survive_their_file(tmp_path: Path) -> None:
    proofs = (Proof("p", (-1, 9), (-3, 1 << 40), (0, 1 << 62), np.array([1], np.int32), np.array([0, 1], np.int32)),)
    digest = _program(proofs=proofs).save(tmp_path / "a.program")
    (again,) = Program.load(tmp_path / "a.program").proofs
    assert (again.population, again.a, again.u, again.v) == ("p", (-1, 9), (-3, 1 << 40), (0, 1 << 62))
    assert (again.wraps.tolist(), again.saturates.tolist()) == ([1], [0, 1])
    assert Program.load(tmp_path / "a.program").digest == digest


@pytest.mark.parametrize(
    ("name", "neurons", "sentence"),
    [
        ("q", [0], "a proof speaks of population 'q'; the program has ['p'], so compile the network again."),
        (
            "p",
            [0, 2],
            "a proof of population 'p' names neurons 0..2; there are 2 (0..1), so compile the network again.",
        ),
    ],
)
def test_a_proof_of_what_is_not_there_is_refused(name: str, neurons: list[int], sentence: str) -> None:
    nobody = np.array([], np.int32)
    with pytest.raises(InputError) as error:
        _program(proofs=(Proof(name, (0, 0), (0, 0), (0, 0), nobody, np.array(neurons, np.int32)),))
    assert str(error.value) == sentence


def test_a_program_holds_its_chip_by_value(tmp_path: Path) -> None:
    """A chip of one's own survives the file, and two chips of one name are told apart."""
    own = replace(LOIHI2, name="mine", neurons_per_core=Limit(1, "neurons", "this test"))
    _program(chip=own).save(tmp_path / "own.program")
    again = Program.load(tmp_path / "own.program")
    assert again.chip == own
    assert "neurons" in {violation.rule for violation in check(again)}
    same_name = replace(own, neurons_per_core=LOIHI2.neurons_per_core)
    assert _program(chip=same_name).digest != again.digest
    assert "neurons" not in {violation.rule for violation in check(_program(chip=same_name))}


@pytest.mark.slow
@settings(deadline=None)
@given(st.lists(st.text(min_size=1, max_size=6), min_size=4, max_size=4, unique=True))
def test_any_names_survive_the_file(tmp_path_factory: pytest.TempPathFactory, names: list[str]) -> None:
    source, first, second, edge = names
    populations = (_population(first, vth=[1, 2]), _population(second, vth=[3, 4]))
    projection = IntProjection(edge, source, second, Dense(np.ones((2, 3), int)), 1, 2)
    cores = (Core(0, 0, {first: np.array([0, 1]), second: np.array([1, 0])}),)
    whole = _program(
        inputs=(Input(source, 3),),
        populations=populations,
        projections=(projection,),
        cores=cores,
        outputs=(first,),
        readout=Readout(second, 2),
    )
    path = tmp_path_factory.mktemp("names") / "a.program"
    whole.save(path)
    again = Program.load(path)
    assert again.digest == whole.digest
    assert [p.name for p in again.populations] == [first, second]
    assert [p.vth.tolist() for p in again.populations] == [[1, 2], [3, 4]]
    assert {name: held.tolist() for name, held in again.cores[0].members.items()} == {first: [0, 1], second: [1, 0]}


def test_programs_cannot_be_written_to() -> None:
    program = _program()
    with pytest.raises(FrozenInstanceError):
        program.steps = 3  # type: ignore[misc]
    with pytest.raises(ValueError, match="read-only"):
        program.population("p").du[0] = 1
    with pytest.raises(TypeError):
        program.settings["seed"] = 1  # type: ignore[index]


def test_a_network_is_no_program(tmp_path: Path) -> None:
    path = tmp_path / "a.program"
    save(Artefact("network", {}, {}), path)
    with pytest.raises(InputError) as error:
        Program.load(path)
    assert str(error.value) == f"{path} is a network; a program is needed here, so give a .program file."


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"populations": (_population(), _population())},
            "two inputs or populations of the program have the same name; rename one.",
        ),
        (
            {"populations": (_population("x"),), "outputs": (), "readout": None, "projections": ()},
            "two inputs or populations of the program have the same name; rename one.",
        ),
        (
            {"projections": (IntProjection("a", "z", "p", Dense(np.ones((2, 3), int)), 0, 1),)},
            "projection 'a' goes from 'z' to 'p'; the program has ['p', 'x'], so correct the name.",
        ),
        (
            {"projections": (IntProjection("a", "p", "x", Dense(np.ones((3, 2), int)), 0, 1),)},
            "projection 'a' goes from 'p' to 'x'; the program has ['p', 'x'], so correct the name.",
        ),
        (
            {"projections": (IntProjection("a", "x", "p", Dense(np.ones((3, 2), int)), 0, 1),)},
            "projection 'a' has weights (3, 2) [post, pre]; its ends need (2, 3), so match them.",
        ),
        (
            {"projections": 2 * (IntProjection("a", "x", "p", Dense(np.ones((2, 3), int)), 0, 1),)},
            "two projections of the program have the same name; rename one.",
        ),
        ({"outputs": ("x",)}, "output 'x' is no population of the program, which has ['p']; correct the name."),
        (
            {"readout": Readout("q", 1)},
            "output 'q' is no population of the program, which has ['p']; correct the name.",
        ),
        (
            {"readout": Readout("p", 3)},
            "readout 'p' has 2 neurons for 3 classes; every class needs the same number of neurons, "
            "so change one of the two.",
        ),
        ({"inputs": ()}, "the program has 0 inputs and 1 populations; it needs one of each."),
    ],
)
def test_faults_of_the_whole_are_refused(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InputError) as error:
        _program(**changes)
    assert str(error.value) == sentence


def test_populations_need_one_value_per_neuron() -> None:
    with pytest.raises(InputError) as error:
        _population(bias=[1, 2, 3])
    assert str(error.value) == (
        "population 'p' has 2 values of du but 3 of bias; one per neuron is needed, so match them."
    )


@pytest.mark.parametrize("motif_size", [0, 2, 4])
def test_motifs_fill_their_population(motif_size: int) -> None:
    with pytest.raises(InputError) as error:
        _population(neurons=3, motif_size=motif_size)
    assert str(error.value) == (
        f"population 'p' has 3 neurons in motifs of {motif_size}; motifs must fill it exactly, "
        "so change one of the two."
    )


def test_registers_are_integers_of_32_bits() -> None:
    with pytest.raises(InputError) as error:
        _population(vth=[1.5, 2])
    assert str(error.value) == ("vth of population 'p' holds numbers that do not fit int32; round or scale them first.")


def test_float_weights_are_refused() -> None:
    with pytest.raises(InputError) as error:
        IntProjection("a", "x", "p", Dense(np.ones((2, 3))), 0, 1)
    assert str(error.value) == (
        "projection 'a' has float64 weights; a program holds integers, so quantise the network first."
    )


def test_delay_zero_is_refused() -> None:
    with pytest.raises(InputError) as error:
        replace(_program().projections[0], delay=0)
    assert str(error.value) == (
        "projection 'x-p' has delay 0; in a program a spike takes at least 1 step, so retime the network."
    )


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"steps": 0}, "the number of steps of a program is 0; 1 to 1,000,000,000 are allowed, so change it."),
        ({"steps": -5}, "the number of steps of a program is -5; 1 to 1,000,000,000 are allowed, so change it."),
        ({"steps": "abc"}, "the number of steps of a program is 'abc'; a whole number is needed, so give one."),
        ({"steps": None}, "the number of steps of a program is None; a whole number is needed, so give one."),
        (
            {"steps": 10**30},
            f"the number of steps of a program is {10**30}; 1 to 1,000,000,000 are allowed, so change it.",
        ),
    ],
)
def test_steps_are_a_number_that_can_be_run(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InputError) as error:
        _program(**changes)
    assert str(error.value) == sentence


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("delay", 1.5, "delay of projection 'x-p' is 1.5; a whole number is needed"),
        ("delay", 1 << 21, "delay of projection 'x-p' is 2097152; -1,048,576 to 1,048,576 are allowed"),
        ("exponent", True, "exponent of projection 'x-p' is True; a whole number is needed"),
        ("exponent", 10**12, "exponent of projection 'x-p' is 1000000000000; -31 to 31 are allowed"),
        ("name", 3, "the name of a projection is 3; a text is needed"),
    ],
)
def test_numbers_of_a_projection_are_whole_and_bounded(key: str, value: object, told: str) -> None:
    with pytest.raises(InputError) as error:
        replace(_program().projections[0], **{key: value})  # type: ignore[arg-type]
    assert str(error.value).startswith(told)


def test_numpy_integers_will_do() -> None:
    projection = replace(_program().projections[0], **dict(zip(("delay", "exponent"), np.array([3, 2]), strict=True)))
    assert (type(projection.delay), type(projection.exponent)) == (int, int)


@pytest.mark.parametrize(
    ("ends", "told"),
    [
        ((float("nan"), 1), "an end of u in a proof of population 'p' is nan; a whole number is needed"),
        ((5, 4), "a proof of population 'p' says that u reaches (5, 4); the least and the most are needed"),
        ((0, 10**40), f"an end of u in a proof of population 'p' is {10**40}"),
        ((0,), "a proof of population 'p' says that u reaches (0,)"),
    ],
)
def test_proofs_speak_of_ranges(ends: tuple[Any, ...], told: str) -> None:
    with pytest.raises(InputError) as error:
        Proof("p", (0, 1), ends, (0, 1), np.zeros(0, np.int32), np.zeros(0, np.int32))
    assert str(error.value).startswith(told)


def test_one_proof_of_a_population_is_enough() -> None:
    proof = Proof("p", (0, 1), (0, 1), (0, 1), np.zeros(0, np.int32), np.zeros(0, np.int32))
    with pytest.raises(InputError, match="population 'p' has two proofs; compile the network again"):
        _program(proofs=(proof, proof))


@pytest.mark.parametrize("key", ["x", "y"])
def test_a_tile_is_a_pair_of_numbers(key: str) -> None:
    with pytest.raises(InputError, match=f"^{key} of a core's tile is 1.5; a whole number is needed"):
        replace(Core(1, 2, {}), **{key: 1.5})  # type: ignore[arg-type]


def test_a_file_with_a_wrong_field_is_named(tmp_path: Path) -> None:
    """A digest that fits does not make a header true."""
    header, arrays = pack(_program())
    save(Artefact("program", {**header, "steps": -5}, arrays), tmp_path / "a.program")
    with pytest.raises(InputError, match=r"^in .*a\.program, the number of steps of a program is -5"):
        Program.load(tmp_path / "a.program")
    save(Artefact("program", header, arrays, version=1), tmp_path / "a.program")
    with pytest.raises(InputError, match=r"^in .*a\.program, its header is none of version 1"):
        Program.load(tmp_path / "a.program")
