"""Finding backends and binding spikes to the inputs of a program."""

import numpy as np
import pytest

from targets.backends.numpy import NumpyMachine
from targets.contracts.chip import chip_named
from targets.contracts.errors import InputError
from targets.contracts.ports import Input
from targets.contracts.raster import SpikeRaster
from targets.contracts.synapses import Dense
from targets.program.program import IntPopulation, IntProjection, Program
from targets.runtime.backend import (
    About,
    Loaded,
    about,
    backend_named,
    backend_names,
    bound_inputs,
    load,
    ready_backends,
    run,
)
from targets.runtime.recording import Probe
from targets.runtime.registry import in_order

THREE = np.array([4095, 4095, 4095])


def _program(*inputs: Input) -> Program:
    population = IntPopulation("p", 1, THREE, THREE, THREE, 0 * THREE)
    projections = tuple(
        IntProjection(f"{source.name}-p", source.name, "p", Dense(np.full((3, source.neurons), 2)), 0, 1)
        for source in inputs
    )
    return Program(chip_named("loihi2"), inputs, (population,), projections, (), ("p",), None, 4)


def _spikes(neurons: int, samples: int = 2, steps: int = 4) -> SpikeRaster:
    return SpikeRaster.pack(np.ones((samples, steps, neurons)))


ONE = _program(Input("x", 2))
TWO = _program(Input("x", 2), Input("y", 5))


def test_backends_are_the_files_of_the_folder() -> None:
    assert {"numpy", "torch", "onnx", "lava"} <= set(backend_names())
    assert backend_named("numpy").requirement() is None


def test_unknown_backend_is_refused() -> None:
    with pytest.raises(InputError) as error:
        run(ONE, _spikes(2), "nest")
    assert str(error.value) == (
        f"unknown backend 'nest'; known are {', '.join(backend_names())}, so choose one of them."
    )


def test_one_raster_serves_one_input() -> None:
    raster = _spikes(2)
    for given in (raster, {"x": raster}, {"spikes": raster}):
        assert bound_inputs(ONE.inputs, given) == {"x": raster}


def test_several_inputs_are_bound_by_name() -> None:
    x, y = _spikes(2), _spikes(5)
    assert list(bound_inputs(TWO.inputs, {"y": y, "x": x}).items()) == [("x", x), ("y", y)]
    recording = run(TWO, {"y": y, "x": x})
    assert recording.u["p"].tolist() == [[14 * 64] * 3] * 2


@pytest.mark.parametrize("given", [_spikes(7), {"spikes": _spikes(7)}])
def test_one_raster_does_not_serve_two_inputs(given: SpikeRaster | dict[str, SpikeRaster]) -> None:
    with pytest.raises(InputError) as error:
        run(TWO, given)
    assert str(error.value) == "there are the inputs ['x', 'y']; give spikes for each by name."


@pytest.mark.parametrize("names", [["x"], ["x", "z"], ["x", "y", "z"]])
def test_other_names_are_refused(names: list[str]) -> None:
    with pytest.raises(InputError) as error:
        run(TWO, {name: _spikes(2) for name in names})
    assert str(error.value) == (f"spikes were given for {names}; the inputs are ['x', 'y'], so rename them.")


def test_wrong_width_is_refused() -> None:
    with pytest.raises(InputError) as error:
        run(ONE, _spikes(3))
    assert str(error.value) == ("spikes for input 'x' are 3 neurons wide; it has 2, so give the data it was made for.")


def test_unequal_lengths_are_refused() -> None:
    with pytest.raises(InputError) as error:
        run(TWO, {"x": _spikes(2), "y": _spikes(5, steps=3)})
    assert str(error.value) == (
        "inputs differ in (samples, steps): [(2, 3), (2, 4)]; all must be equal, so cut or pad them."
    )


def test_a_loaded_program_runs_any_number_of_sample_sets() -> None:
    full, short = _spikes(2, samples=3), _spikes(2, samples=1, steps=2)
    with load(ONE) as loaded:
        runs = [loaded.run(full), loaded.run({"x": short}), loaded.run(full)]
    assert loaded.program is ONE
    assert [recording.u["p"].tolist() for recording in runs] == [[[256] * 3] * 3, [[256] * 3], [[256] * 3] * 3]


def test_leaving_the_block_closes_the_machine() -> None:
    closed = []

    class Held(NumpyMachine):
        def close(self) -> None:
            closed.append(True)

    with Loaded(ONE, "held", Held(ONE)):
        assert not closed
    assert closed == [True]


def test_inputs_and_probes_of_every_run_are_checked() -> None:
    with load(ONE) as loaded:
        with pytest.raises(InputError, match=r"^spikes for input 'x' are 3 neurons wide; it has 2, "):
            loaded.run(_spikes(3))
        with pytest.raises(InputError, match=r"^a probe asks for population 'q'; the program has p, "):
            loaded.run(_spikes(2), [Probe("q", np.array([0]))])


def test_backends_say_what_they_are() -> None:
    ready = ready_backends()
    assert ready[0] == About("numpy", ("numpy",), "quick", ("numpy",), None)
    assert [known.name for known in ready] == in_order(known.name for known in ready)
    assert [known.name for known in ready[1:2]] == ["numba"]
    assert [known.name for known in ready[2:]] == sorted(known.name for known in ready[2:])
    assert about("lava").variants == ("lava", "lava:core")
    assert about("lava").pace == "slow"
