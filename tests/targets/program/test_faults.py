"""Faults beside a program: what they do, their file, and what is refused."""

import json
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from compiler.pipeline import compile_network
from targets.contracts.chip import chip_named
from targets.contracts.damage import STRENGTHS, Damage
from targets.contracts.errors import InputError
from targets.program.check import check
from targets.program.damage import program_faults
from targets.program.faults import Faults, NeuronFaults, SynapseFaults, faulty, machine_of
from targets.program.program import Program
from targets.runtime.backend import run
from tests.networks import random_network, random_spikes


@pytest.fixture(scope="module")
def program() -> Program:
    return compile_network(random_network(0), "loihi2")


SPIKES = {"touch": random_spikes(3, 11)}


@pytest.mark.parametrize("kind", sorted(set(STRENGTHS) - {"cores"}))
@pytest.mark.parametrize("backend", ["numba", "torch", "onnx"])
def test_every_backend_runs_programmed_and_overlay(program: Program, kind: str, backend: str) -> None:
    faults = program_faults(program, Damage(kind, STRENGTHS[kind], 1))
    effective = faulty(program, faults)
    assert check(program) == ()
    assert effective.digest != program.digest
    expected, found = (run(effective, SPIKES, name).spikes for name in ("numpy", backend))
    assert all(np.array_equal(expected[name].packed, found[name].packed) for name in expected)
    healthy = run(program, SPIKES).spikes["hidden"]
    assert not np.array_equal(expected["hidden"].packed, healthy.packed)


def test_the_dead_never_spike(program: Program) -> None:
    faults = program_faults(program, Damage("dead", 0.5, 1))
    dead = list(faults.neurons[0].dead)
    assert len(dead) == 12
    assert not run(faulty(program, faults), SPIKES).spikes["hidden"].counts()[:, dead].any()
    assert run(program, SPIKES).spikes["hidden"].counts()[:, dead].any()


def test_dead_cores_take_all_their_neurons() -> None:
    small = chip_named("small")
    chip = replace(small, neurons_per_core=replace(small.neurons_per_core, value=8))
    program = compile_network(random_network(0), chip)
    assert len(program.cores) > 2
    faults = program_faults(program, Damage("cores", 0.34, 0))
    lost = {each.population: set(each.dead) for each in faults.neurons}
    whole = [
        core
        for core in program.cores
        if all(set(members.tolist()) <= lost.get(name, set()) for name, members in core.members.items())
    ]
    assert sum(core.neurons for core in whole) == sum(map(len, lost.values())) > 0
    with pytest.raises(InputError, match="the program is on one core, which is all that could die"):
        program_faults(compile_network(random_network(0), "loihi2"), Damage("cores", 0.5, 0))


def test_thresholds_follow_what_is_programmed(program: Program) -> None:
    faults = program_faults(program, Damage("thresholds", 0.3, 1))
    hidden = program.population("hidden")
    other = replace(program, populations=(replace(hidden, vth=hidden.vth * 2), *program.populations[1:]))
    assert machine_of(other) == machine_of(program) == faults.machine
    factors = np.array(faults.neurons[0].thresholds)
    assert faulty(other, faults).population("hidden").vth.tolist() == np.rint(hidden.vth * 2 * factors).tolist()


def test_faults_that_change_nothing_leave_every_integer(program: Program) -> None:
    assert faulty(program, None) is program
    assert faulty(program, Faults(machine_of(program))).digest == program.digest


def test_the_file_gives_back_what_was_written(program: Program, tmp_path: Path) -> None:
    for kind in set(STRENGTHS) - {"cores"}:
        faults = program_faults(program, Damage(kind, STRENGTHS[kind], 1))
        faults.save(tmp_path / "faults.json")
        read = Faults.load(tmp_path / "faults.json")
        assert (read.digest, dict(read.settings)) == (faults.digest, dict(faults.settings))
        assert faulty(program, read).digest == faulty(program, faults).digest


def test_faults_of_another_machine_are_refused(program: Program) -> None:
    faults = program_faults(compile_network(random_network(1), "loihi2"), Damage("dead", 0.5, 1))
    with pytest.raises(InputError, match=r"give faults that were made for this program\."):
        faulty(program, faults)


@pytest.mark.parametrize(
    ("neurons", "synapses", "told"),
    [
        ([NeuronFaults("hiden", (1,))], [], "the faults name population 'hiden'; the program has "),
        ([NeuronFaults("hidden", (24,))], [], "the faults name neuron 24 of population 'hidden', which has 0..23; "),
        ([NeuronFaults("hidden", (), (1.0,))], [], "the faults give 1 factors for the 24 thresholds of population"),
        ([], [SynapseFaults("input", (0,), (3,))], "have the weight 3; the memory of loihi2 holds multiples of 2 "),
        ([], [SynapseFaults("input", (0,), (1000,))], "have the weight 1,000; "),
        ([], [SynapseFaults("input", (100_000,), (2,))], "the faults name weight 100,000 of projection 'input', "),
    ],
)  # fmt: skip
def test_faults_that_do_not_fit_are_refused(
    program: Program, neurons: list[NeuronFaults], synapses: list[SynapseFaults], told: str
) -> None:
    with pytest.raises(InputError) as error:
        faulty(program, Faults(machine_of(program), tuple(neurons), tuple(synapses)))
    assert told in str(error.value)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda _: "[]", "does not hold faults; give a file that motifc damage has written."),
        (lambda _: "{", "is not readable JSON"),
        (lambda _: "", "is not readable JSON"),
        (lambda _: "[" * 100_000, "is not readable JSON"),
        (lambda each: json.dumps(each | {"version": 9}), "has version 9 of faults; this motifc reads 1"),
        (lambda each: json.dumps(each | {"more": 1}), "field /more of the header is unknown"),
        (lambda each: json.dumps({k: each[k] for k in ("format", "version")}), "/machine of the header is missing"),
        (lambda each: json.dumps(each | {"neurons": [{"population": "hidden", "dead": [2, 1]}]}), "in rising order"),
        (lambda each: json.dumps(each | {"neurons": [{"population": "hidden", "dead": [-1]}]}), "0 to "),
        (lambda each: json.dumps(each | {"neurons": [{"population": "hidden", "dead": [True]}]}), "a whole number"),
        (lambda each: json.dumps(each | {"neurons": [{"population": "a"}, {"population": "a"}]}), "are listed twice"),
        (lambda each: json.dumps(each | {"synapses": [{"projection": "a", "at": [1], "weights": []}]}), "one each"),
        (lambda each: json.dumps(each | {"neurons": [{"population": "a", "thresholds": [-1.0]}]}), "0.001 to 1000"),
    ],
)  # fmt: skip
def test_files_that_hold_no_faults_are_refused(program: Program, tmp_path: Path, change: object, told: str) -> None:
    path = tmp_path / "faults.json"
    program_faults(program, Damage("dead", 0.5, 1)).save(path)
    path.write_text(change(json.loads(path.read_text())))  # type: ignore[operator]
    with pytest.raises(InputError) as error:
        Faults.load(path)
    assert told in str(error.value)
    assert str(path) in str(error.value)


def test_the_schema_names_the_fields_that_are_written() -> None:
    schema = json.loads((Path(__file__).parents[3] / "docs" / "faults.schema.json").read_text())
    of_parts = {name: schema["properties"][name]["items"]["properties"] for name in ("neurons", "synapses")}
    assert set(schema["properties"]) == {"format", "version", *(each.name for each in fields(Faults))}
    assert set(of_parts["neurons"]) == {each.name for each in fields(NeuronFaults)}
    assert set(of_parts["synapses"]) == {each.name for each in fields(SynapseFaults)}


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(InputError, match=r"nowhere\.json does not exist; a JSON file of faults is needed"):
        Faults.load("nowhere.json")
