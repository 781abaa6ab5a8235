"""Readings of NIR neurons against their equations, written once more, neuron by neuron and nothing folded."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from compiler.analysis.interpret import interpret
from compiler.frontends.nir.read import read_nir
from compiler.frontends.nir.readings import PLAIN, PRESETS, VALUES, Reading, all_readings, reading_of
from targets.contracts.errors import InputError
from targets.contracts.raster import SpikeRaster
from targets.contracts.semantics import Semantics
from tests.compiler.frontends.nir.graphs import graph, nir

DT, SIZE, STEPS = 1e-3, 6, 60
Values = np.ndarray[Any, np.dtype[np.float64]]


def drawn(rng: np.random.Generator, kind: str) -> Any:
    """A recurrent layer of that kind, and its weights and biases."""
    uniform = rng.uniform
    r, leak, threshold = uniform(3, 9, SIZE), uniform(0, 0.2, SIZE), uniform(0.5, 1, SIZE)
    if kind == "LIF":
        lif = nir.LIF(uniform(2, 9, SIZE) * DT, r, leak, threshold)
    elif kind == "IF":
        lif = nir.IF(uniform(0.2, 1, SIZE) / DT, threshold)
    else:
        w_in = uniform(1, 4, SIZE)
        lif = nir.CubaLIF(uniform(2, 5, SIZE) * DT, uniform(2, 9, SIZE) * DT, r, leak, threshold, w_in=w_in)
    fc = nir.Affine(rng.normal(0.2, 1, (SIZE, 4)), rng.normal(0, 0.1, SIZE))
    back = nir.Affine(rng.normal(0, 1, (SIZE, SIZE)), rng.normal(0, 0.1, SIZE))
    edges = [("input", "fc"), ("fc", "lif"), ("lif", "back"), ("back", "lif"), ("lif", "output")]
    found = graph(edges, fc=fc, lif=lif, back=back)
    found.nodes["input"], found.nodes["output"] = (
        nir.Input({"input": np.array([4])}),
        nir.Output({"output": np.array([SIZE])}),
    )
    return found


def recorded(given: Any, x: Values, reading: Reading) -> Values:
    """What the layer does with x [time, input]: spikes [time, neuron]."""
    lif, fc, back = given.nodes["lif"], given.nodes["fc"], given.nodes["back"]
    way, kind = reading.semantics, type(lif).__name__
    syn, mem = (lif.tau_syn, lif.tau_mem) if kind == "CubaLIF" else (None, None if kind == "IF" else lif.tau)
    leak = getattr(lif, "v_leak", np.zeros(SIZE))

    def keeps(tau: Values | None, none: float) -> Values:
        if tau is None:
            return np.full(SIZE, none)
        return np.exp(-DT / tau) if reading.decay == "exponential" else 1 - DT / tau

    keep_u, keep_v = keeps(syn, 0.0), keeps(mem, 1.0)
    gain = {
        "file": (DT if mem is None else DT / mem) * lif.r * (1 if syn is None else DT / syn * lif.w_in),
        "no w_in": (DT if mem is None else DT / mem) * lif.r,
        "1 - decay": (DT if mem is None else 1 - keep_v) * lif.r * (1 if syn is None else (1 - keep_u) * lif.w_in),
        "1": np.ones(SIZE),
    }[reading.gain]
    first = {"present": True, "missing": False}[way.first_bias]
    u, v, s, out = np.zeros(SIZE), np.zeros(SIZE), np.zeros(SIZE), []
    for t in range(STEPS):
        drive = fc.weight @ x[t] + fc.bias
        if way.recurrence == "next step":
            drive = drive + back.weight @ s + (back.bias if first or t else 0)
        elif t:
            u = u + gain * (back.weight @ s + back.bias)
        before, bias = v, (1 - keep_v) * leak * (1 if first or t else 0)
        if reading.order == "add first" and kind == "CubaLIF":
            u = keep_u * (u + gain * drive)
            v = keep_v * v + u + bias
        elif reading.order == "add first":
            u = keep_u * u + gain * drive
            v = keep_v * (v + u) + bias
        else:
            u = keep_u * u + gain * drive
            v = keep_v * v + u + bias
        above = {">": np.greater, ">=": np.greater_equal}[way.threshold]
        th = lif.v_threshold
        if way.guard == "on":
            r = above(before, th).astype(float)
            v = v - r * th
            s = above(v, th).astype(float)
            v = v - (s - r) * th
        else:
            if way.reset_time == "next step":
                v = np.where(s > 0, 0 if way.reset == "zero" else v - th, v)
            s = above(v, th).astype(float)
            if way.reset_time == "same step":
                v = np.where(s > 0, 0 if way.reset == "zero" else v - th, v)
        out.append(s)
    late = [np.zeros(SIZE), *out[:-1]] if way.output == "next step" else out
    return np.array(late)


@pytest.mark.parametrize("kind", ["CubaLIF", "LIF", "IF"])
def test_every_reading_gives_the_spikes_of_its_equations(kind: str) -> None:
    rng = np.random.default_rng(3)
    readings = all_readings(tuple(VALUES))
    chosen = [reading for reading in readings if rng.random() < 0.04]
    different = set()
    for number, reading in enumerate(chosen):
        given, x = drawn(rng, kind), rng.random((STEPS, 4)) < 0.4
        found = interpret(
            read_nir(given, DT, tell=lambda told: None, readings=reading), {"input": SpikeRaster.pack(x[None])}
        )
        spikes = found["lif"].dense()[0]
        np.testing.assert_array_equal(spikes, recorded(given, x.astype(float), reading), f"{number}: {reading}")
        assert spikes.any()
        different.add(spikes.tobytes())
    assert len(chosen) > 30
    assert len(different) > 0.8 * len(chosen)


def test_readings_differ_in_the_switches_that_are_asked_for() -> None:
    found = all_readings(("reset", "reset_time", "guard"))
    assert [each.changes for each in found] == [
        {},
        {"reset_time": "next step"},
        {"reset_time": "never"},
        {"reset": "subtract"},
        {"reset": "subtract", "guard": "on"},
        {"reset": "subtract", "reset_time": "next step"},
    ]
    whole = all_readings(tuple(VALUES))
    assert len(set(whole)) == len(whole) == 2 * 4 * 6 * 8 * (2 * 2 - 1)
    assert whole[0] == PLAIN


def test_a_reading_is_written_as_it_is_read() -> None:
    for reading in all_readings(tuple(VALUES)):
        assert reading == PLAIN or reading_of(reading.switches, "LIF") == reading
    assert reading_of("norse", "CubaLIF") == Reading(gain="no w_in")
    assert reading_of("norse", "LIF") == PLAIN
    late = reading_of("spyx, output = same step", "CubaLIF")
    assert late == replace(Reading(gain="1"), semantics=Semantics(reset="subtract"))
    assert all(preset.readings and preset.release and preset.about for preset in PRESETS.values())


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "brian",
            "reading 'brian' is unknown; known are snntorch, snntorch-zero, snntorch-guard, norse, spikingjelly, "
            "sinabs, sinabs-subtract, spyx, rockpool, and switches such as 'reset = subtract, gain = 1', so choose one "
            "of them.",
        ),
        (
            "gain = 2",
            "switch 'gain = 2' of a reading is unknown; gain is one of file, no w_in, 1 - decay, 1, so correct it.",
        ),
        (
            "norse, leak = 1",
            "switch 'leak = 1' of a reading is unknown; switches are decay, gain, order, reset, reset_time, guard, "
            "threshold, output, recurrence, first_bias, so correct it.",
        ),
        (
            "guard = on",
            "reading 'guard = on' has a guard without reset = subtract; add that or leave guard out.",
        ),
    ],
)
def test_an_unknown_reading_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(InputError) as error:
        reading_of(text, "LIF")
    assert str(error.value) == sentence
