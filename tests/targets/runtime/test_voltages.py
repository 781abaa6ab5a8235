"""Voltages: LI, CubaLI and I, neurons that answer in voltage, from a NIR graph to every backend."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from compiler.analysis.interpret import interpret
from compiler.frontends.nir.read import read_nir
from compiler.ir.graph import FloatGraph
from compiler.pipeline import compile_graph
from targets.conformance.verification import side, verify
from targets.contracts.errors import InputError
from targets.contracts.ports import Readout
from targets.contracts.raster import SpikeRaster
from targets.program.program import Program
from targets.runtime.backend import load, ready_backends, run
from targets.runtime.voltages import Voltages, probes_of_voltages, voltages_of
from tests.compiler.frontends.nir.graphs import chain, graph, nir

DT, STEPS, INPUTS, CLASSES = 1e-3, 50, 6, 3
Values = np.ndarray[Any, np.dtype[np.float64]]
KINDS = ("LI", "CubaLI", "I")


def drawn(kind: str) -> Any:
    """A readout of that kind behind one map: what it hears is known without any neuron."""
    rng = np.random.default_rng(4)
    tau, r = rng.uniform(3, 20, CLASSES) * DT, rng.uniform(3, 9, CLASSES)
    leak = rng.uniform(-0.2, 0.2, CLASSES)
    readout = {
        "LI": lambda: nir.LI(tau, r, leak),
        "CubaLI": lambda: nir.CubaLI(tau / 2, tau, r, leak, rng.uniform(1, 3, CLASSES)),
        "I": lambda: nir.I(rng.uniform(0.5, 2, CLASSES) / DT),
    }[kind]()
    fc = nir.Affine(rng.normal(0, 1, (CLASSES, INPUTS)), rng.normal(0, 0.2, CLASSES))
    found = graph(chain("input", "fc", "out", "output"), fc=fc, out=readout)
    found.nodes["input"] = nir.Input({"input": np.array([INPUTS])})
    found.nodes["output"] = nir.Output({"output": np.array([CLASSES])})
    return found


def equations(given: Any, x: Values) -> Values:
    """The voltage of every step, [time, neuron], by forward Euler."""
    out, fc, kind = given.nodes["out"], given.nodes["fc"], type(given.nodes["out"]).__name__
    u, v, found = np.zeros(CLASSES), np.zeros(CLASSES), []
    for step in x:
        drive = fc.weight @ step + fc.bias
        if kind == "I":
            v = v + DT * out.r * drive
        elif kind == "LI":
            v = v + DT / out.tau * (out.v_leak - v + out.r * drive)
        else:
            u = u + DT / out.tau_syn * (out.w_in * drive - u)
            v = v + DT / out.tau_mem * (out.v_leak - v + out.r * u)
        found.append(v)
    return np.array(found)


def spikes(samples: int = 4) -> SpikeRaster:
    dense = np.random.default_rng(9).random((samples, STEPS, INPUTS)) < 0.3
    lengths = np.array([STEPS, 30, 1, 0][:samples], np.int32)
    return SpikeRaster.pack(dense, lengths, np.arange(samples, dtype=np.int32) % CLASSES)


def read(kind: str, readout: str = "peak") -> FloatGraph:
    found = read_nir(drawn(kind), DT, STEPS, tell=lambda told: None)
    by: Any = readout
    return replace(found, readout=Readout("out", CLASSES, by=by))


@pytest.fixture(params=KINDS)
def compiled(request: pytest.FixtureRequest) -> tuple[str, Program]:
    return request.param, compile_graph(read(request.param))


@pytest.mark.parametrize("kind", KINDS)
def test_the_float_reading_has_the_voltages_of_the_equations(kind: str) -> None:
    x, seen = spikes(1), []
    found = interpret(read(kind), {"input": x}, observe=lambda name, t, u, v: seen.append(v[0]))
    assert not found["out"].counts().any()
    np.testing.assert_allclose(np.array(seen), equations(drawn(kind), x.dense()[0].astype(float)), rtol=1e-9)


def test_the_program_has_them_within_its_grid_and_never_spikes(compiled: tuple[str, Program]) -> None:
    kind, program = compiled
    given, x = drawn(kind), spikes()
    found = run(program, x, probes=probes_of_voltages(program))
    assert not found.spikes["out"].counts().any()
    got = found.traces["out"].v * program.population("out").unit
    exact = np.stack([equations(given, sample) for sample in x.counted().dense().astype(float)])
    assert np.abs(got - exact).max() < 0.02 * np.abs(exact).max()
    told = voltages_of(program, found)["out"]
    for sample, length in enumerate(x.lengths):
        of_sample = got[sample, :length] if length else np.zeros((1, CLASSES))
        np.testing.assert_array_equal(told.last[sample], of_sample[-1])
        np.testing.assert_array_equal(told.peak[sample], of_sample.max(axis=0))


@pytest.mark.slow
def test_every_backend_has_the_same_voltages_in_every_step(compiled: tuple[str, Program]) -> None:
    _, program = compiled
    names = [about.name for about in ready_backends() if about.pace == "quick"]
    with load(program) as oracle:
        for name in names:
            with load(program, name) as other:
                (verdict,) = verify(side(oracle), [side(other)], spikes())
                assert verdict.equal, name


def test_a_voltage_that_differs_in_one_step_is_found(compiled: tuple[str, Program]) -> None:
    _, program = compiled
    with load(program) as oracle:

        def other(inputs: Any, probes: Any) -> Any:
            found = oracle.raw(inputs, probes)
            found.traces["out"].v[1, 3, 2] += 1
            return found

        (verdict,) = verify(side(oracle), [replace(side(oracle), name="other", run=other)], spikes())
    assert not verdict.equal
    assert str(verdict.state).startswith(
        "numpy and other differ in 1 of 612 v of population 'out', first in sample 1, "
    )


def test_a_leaking_voltage_is_proved_to_stay_below_its_threshold() -> None:
    for kind in KINDS:
        program = compile_graph(read(kind))
        loud = [told for told in program.settings["losses"] if "could reach its threshold" in told]
        assert bool(loud) == (kind == "I")
        assert not any("can never spike" in told for told in program.settings["losses"])
        assert not program.proofs[0].saturates.size or kind == "I"


def test_the_highest_or_the_last_voltage_decides(compiled: tuple[str, Program]) -> None:
    _, program = compiled
    assert program.readout is not None
    found = voltages_of(program, run(program, spikes(), probes=probes_of_voltages(program)))["out"]
    assert program.readout.classify(found.by("peak")).tolist() == found.peak.argmax(axis=1).tolist()
    assert not np.array_equal(found.peak, found.last)
    assert found.labels is not None
    right = np.mean(found.peak.argmax(axis=1) == found.labels)
    # Nothing counts in the last sample: a tie, which is wrong.
    assert program.readout.accuracy(found.peak, found.labels) == right - (0.25 if found.labels[3] == 0 else 0)


def test_a_readout_goes_by_what_its_neurons_answer_in() -> None:
    with pytest.raises(InputError) as error:
        replace(read("LI"), readout=Readout("out", CLASSES))
    assert str(error.value) == (
        "readout 'out' goes by 'spikes' of neurons that answer in voltage; 'last', 'peak' or 'value' of the voltage is "
        "needed, so change it."
    )


def test_a_program_keeps_its_units(compiled: tuple[str, Program], tmp_path: Any) -> None:
    _, program = compiled
    program.save(tmp_path / "out.program")
    again = Program.load(tmp_path / "out.program")
    assert again.digest == program.digest
    assert again.readout == program.readout
    np.testing.assert_array_equal(again.population("out").unit, program.population("out").unit)
    wrong = replace(program.population("out"), unit=None)
    with pytest.raises(InputError):
        replace(program, populations=(*program.populations[1:], wrong))
    with pytest.raises(InputError):
        replace(program.population("out"), unit=np.zeros(CLASSES))


def test_voltages_of_nothing_are_zero() -> None:
    found = Voltages.of(np.full((1, 4, 2), -3), np.ones(2), SpikeRaster.pack(np.zeros((1, 4, 2)), [0]))
    assert not found.last.any()
    assert not found.peak.any()
