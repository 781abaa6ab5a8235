"""Random programs that reach the corners, backends that are wrong on purpose, and what is left when they shrink."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from targets.backends.numpy import NumpyMachine
from targets.conformance.fuzz import Runner, fuzz, numbered_program, save_failure
from targets.contracts.errors import BackendError, InputError
from targets.contracts.raster import SpikeRaster, load_rasters
from targets.contracts.semantics import LAVA, SWITCHES, Semantics
from targets.program.check import check
from targets.program.program import Program
from targets.runtime.backend import run
from targets.runtime.recording import Probe, Recording

LIMIT = 1 << 23


def mutant(*switches: str) -> Runner:
    """The oracle under another semantics."""
    semantics = LAVA.switched(switches)
    return lambda program, inputs: NumpyMachine(program, semantics).run(inputs)


def late(program: Program, inputs: Mapping[str, SpikeRaster]) -> Recording:
    """The oracle, but delays beyond 40 take one step more."""
    slow = tuple(replace(p, delay=p.delay + (p.delay > 40)) for p in program.projections)
    return run(replace(program, projections=slow), inputs)


def wrong_state(program: Program, inputs: Mapping[str, SpikeRaster]) -> Recording:
    """The oracle, but the last population's u is one too large where its last neuron got any input."""
    recording = run(program, inputs)
    name = program.populations[-1].name
    u = recording.u[name].copy()
    u[:, -1] += u[:, -1] != 0
    return replace(recording, u={**recording.u, name: u})


@pytest.mark.slow
def test_programs_are_legal_and_reach_the_corners() -> None:
    """Over 200 programs: every kind of synapse, 1-3 cores, loops, long delays that arrive, wraps and saturation."""
    kinds, cores, delays, loops, wraps, floors, spikes = set(), set(), set(), 0, 0, 0, 0
    lowest = highest = 0
    for number in range(200):
        program, inputs = numbered_program(0, number)
        assert not check(program), f"number {number}"
        probes = [Probe(p.name, np.arange(p.neurons, dtype=np.int32)) for p in program.populations]
        plain, saturated, by_synapse = (
            NumpyMachine(program, semantics).run(inputs, probes)
            for semantics in (LAVA, Semantics(overflow="saturate"), Semantics(shift="synapse"))
        )
        steps = next(iter(inputs.values())).steps
        kinds |= {p.synapses.kind for p in program.projections}
        cores.add(len(program.cores))
        delays |= {p.delay for p in program.projections if p.delay < steps}
        loops += any(p.source == p.target for p in program.projections)
        wraps += differ(plain, saturated)
        floors += differ(plain, by_synapse)
        spikes += sum(int(raster.counts().sum()) for raster in plain.spikes.values())
        lowest = min(lowest, *(int(trace.v.min()) for trace in plain.traces.values()))
        highest = max(highest, *(int(trace.u.max()) for trace in plain.traces.values()))
    assert kinds == {"dense", "block", "band", "sparse"}
    assert cores == {1, 2, 3}
    assert max(delays) >= 60
    assert lowest == 1 - LIMIT
    assert highest > LIMIT * 0.9
    assert min(loops, wraps, floors) > 10
    assert spikes > 10_000


@pytest.mark.slow
@pytest.mark.parametrize("switch", SWITCHES)
def test_every_switch_of_the_semantics_is_seen_on_random_programs(switch: str) -> None:
    report = fuzz(40, 0, {"numpy": run, "mutant": mutant(switch)}, shrink_runs=0)
    assert len(report.failures) >= 2


def test_number_and_seed_alone_make_a_program() -> None:
    digests = [numbered_program(7, number)[0].digest for number in (0, 1, 0)]
    assert digests[0] == digests[2] != digests[1]
    assert numbered_program(8, 0)[0].digest != digests[0]


def test_equal_runners() -> None:
    done = []
    runners: dict[str, Runner] = {"numpy": run, "torch": run, "onnx": run}
    report = fuzz(5, 3, runners, lambda number, total: done.append((number, total)))
    cases = [numbered_program(3, number) for number in range(5)]
    bins = sum(
        program.neurons * raster.samples * raster.steps for program, inputs in cases for raster in [inputs["x0"]]
    )
    states = sum(2 * program.neurons * inputs["x0"].samples for program, inputs in cases)
    assert report.equal
    assert (report.bins, report.states) == (2 * bins, 2 * states)
    assert done == [(1, 5), (2, 5), (3, 5), (4, 5), (5, 5)]
    assert report.sentence() == (
        f"5 programs of seed 3 on numpy, torch, onnx: {2 * bins:,} bins with {report.spikes:,} spikes and "
        f"{2 * states:,} final values of u and v compared, all equal."
    )
    assert report.as_dict() == {
        "seed": 3,
        "backends": ["numpy", "torch", "onnx"],
        "programs": 5,
        "spikes": report.spikes,
        "bins": 2 * bins,
        "states": 2 * states,
        "equal": True,
        "failures": [],
    }


@pytest.mark.slow
@pytest.mark.parametrize(
    ("runner", "kind", "neurons", "projections"),
    [
        (mutant("threshold"), "spikes", 1, 0),
        (mutant("overflow"), "", 3, 2),
        (late, "", 2, 2),
        (wrong_state, "state", 1, 1),
    ],
    ids=["at least the threshold", "saturation", "late", "wrong u"],
)
def test_wrong_runner_is_caught_and_shrunk(
    runner: Runner, kind: str, neurons: int, projections: int, tmp_path: Path
) -> None:
    runners: dict[str, Runner] = {"numpy": run, "wrong:one": runner}
    report = fuzz(40, 1, runners, shrink_runs=300)
    assert report.failures
    failure = min(report.failures, key=lambda failure: failure.program.neurons)
    assert failure.program.neurons <= neurons
    assert len(failure.program.projections) <= projections
    assert not check(failure.program)
    assert ("same spikes" in failure.difference) == (kind == "state") or not kind
    program, inputs = save_failure(failure, tmp_path)
    assert program.name == f"fuzz-1-{failure.number}-wrong-one.program"
    assert inputs.name == f"fuzz-1-{failure.number}-wrong-one.npz"
    loaded = Program.load(program), load_rasters(inputs)
    assert differ(run(*loaded), runner(*loaded))


def test_shrunk_failure_speaks() -> None:
    """Two equal thresholds are all that is left: one neuron, one step, no projection."""
    report = fuzz(1, 0, {"numpy": run, "mutant": mutant("threshold")}, start=first_difference("threshold"))
    failure = report.failures[0]
    first = next(iter(failure.inputs.values()))
    assert (first.samples, first.steps, first.neurons, first.counts().tolist()) == (1, 1, 1, [[0]])
    population = failure.program.populations[0]
    assert [getattr(population, key).tolist() for key in ("du", "dv", "bias", "vth")] == [[4095], [4095], [0], [0]]
    assert failure.difference == (
        "numpy and mutant differ in 1 of 1 bins, first in sample 0, step 0, population "
        f"{population.name!r}, neuron 0: numpy is silent, mutant spikes."
    )
    assert failure.sentence() == (
        f"program {failure.number} of seed 0 fails on mutant; shrunk to 1 neurons, 0 projections, 1 samples of 1 "
        f"steps: {failure.difference}"
    )
    assert failure.as_dict() == {
        "number": failure.number,
        "seed": 0,
        "backend": "mutant",
        "digest": failure.program.digest,
        "neurons": 1,
        "projections": 0,
        "difference": failure.difference,
    }


def test_runner_that_raises_has_failed() -> None:
    def broken(program: Program, inputs: Mapping[str, SpikeRaster]) -> Recording:
        raise BackendError("the simulator fell over")

    sentence = "broken raised BackendError: the simulator fell over"
    report = fuzz(2, 0, {"numpy": run, "broken": broken, "torch": run}, shrink_runs=30)
    assert [(f.backend, f.difference) for f in report.failures] == [("broken", sentence)] * 2
    assert report.bins > 0
    report = fuzz(1, 0, {"broken": broken, "numpy": run, "torch": run}, shrink_runs=30)
    assert [(f.backend, f.difference) for f in report.failures] == [("broken", sentence)]


def test_questions_that_make_no_sense() -> None:
    with pytest.raises(InputError) as error:
        fuzz(0, 4, {"numpy": run, "torch": run})
    assert str(error.value) == (
        "0 programs from number 0 of seed 4 were asked for; at least 1 program, and numbers and seeds from 0 on, are "
        "needed, so correct them."
    )
    with pytest.raises(InputError) as error:
        fuzz(1, 0, {"numpy": run})
    assert str(error.value) == "one backend (numpy) has nothing to agree with; give at least two."


def first_difference(switch: str) -> int:
    """Number of the first program of seed 0 on which a switch is seen."""
    runners: dict[str, Runner] = {"numpy": run, "mutant": mutant(switch)}
    return next(number for number in range(200) if not fuzz(1, 0, runners, start=number, shrink_runs=0).equal)


def differ(left: Recording, right: Recording) -> bool:
    """Whether spikes, u or v differ anywhere, in traces too."""
    pairs = [(left.spikes[name].packed, right.spikes[name].packed) for name in left.spikes]
    pairs += [(left.u[name], right.u[name]) for name in left.u] + [(left.v[name], right.v[name]) for name in left.v]
    pairs += [(left.traces[name].u, right.traces[name].u) for name in left.traces]
    return not all(np.array_equal(mine, theirs) for mine, theirs in pairs)
