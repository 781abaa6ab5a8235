"""fuzz: random programs run on several backends and compared bit by bit; what differs is shrunk."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from targets.conformance.equivalence import compare, state_difference
from targets.conformance.random_program import Case, random_program, with_rests
from targets.conformance.shrink import shrink
from targets.conformance.split_program import split_program
from targets.contracts.errors import InputError
from targets.contracts.raster import SpikeRaster, save_rasters
from targets.contracts.writing import Destination
from targets.program.program import Program
from targets.runtime.recording import Recording

Runner = Callable[[Program, Mapping[str, SpikeRaster]], Recording]


@dataclass(frozen=True, eq=False)
class Failure:
    """A backend that differs from the reference, on the smallest program found.

    number, seed  the random program it was found on (`numbered_program`)
    backend       name of the runner
    program, inputs  the shrunk program and its spikes
    difference    what differs first on the shrunk program, or what the runner raised, in one sentence
    """

    number: int
    seed: int
    backend: str
    program: Program
    inputs: Mapping[str, SpikeRaster]
    difference: str

    def sentence(self) -> str:
        """The failure in one sentence."""
        first = next(iter(self.inputs.values()))
        return (
            f"program {self.number} of seed {self.seed} fails on {self.backend}; shrunk to "
            f"{self.program.neurons} neurons, {len(self.program.projections)} projections, {first.samples} samples of "
            f"{first.steps} steps: "
            f"{self.difference}"
        )

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON; the program by its digest."""
        return {
            "number": self.number,
            "seed": self.seed,
            "backend": self.backend,
            "digest": self.program.digest,
            "neurons": self.program.neurons,
            "projections": len(self.program.projections),
            "difference": self.difference,
        }


@dataclass(frozen=True, eq=False)
class FuzzReport:
    """What `fuzz` compared, over all pairs of the reference and another runner, and what failed.

    spikes  spikes of the reference; bins  (sample, step, neuron) bins;  states  final values of u and v
    """

    seed: int
    backends: tuple[str, ...]
    programs: int
    spikes: int
    bins: int
    states: int
    failures: tuple[Failure, ...] = ()

    @property
    def equal(self) -> bool:
        """True when nothing failed."""
        return not self.failures

    def sentence(self) -> str:
        """The report in one sentence."""
        compared = f"{self.bins:,} bins with {self.spikes:,} spikes and {self.states:,} final values of u and v"
        outcome = f"{len(self.failures)} failures" if self.failures else "all equal"
        return (
            f"{self.programs:,} programs of seed {self.seed} on {', '.join(self.backends)}: "
            f"{compared} compared, {outcome}."
        )

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {
            "seed": self.seed,
            "backends": list(self.backends),
            "programs": self.programs,
            "spikes": self.spikes,
            "bins": self.bins,
            "states": self.states,
            "equal": self.equal,
            "failures": [failure.as_dict() for failure in self.failures],
        }


def numbered_program(seed: int, number: int) -> Case:
    """Random program `number` of a seed; depends on these two alone. Every fourth has refractory periods."""
    made = random_program(np.random.default_rng([seed, number]))
    return made if number % 4 else with_rests(made, np.random.default_rng([seed, number, 1]))


def fuzz(
    programs: int,
    seed: int,
    runners: Mapping[str, Runner],
    progress: Callable[[int, int], None] = lambda done, programs: None,
    *,
    start: int = 0,
    shrink_runs: int = 400,
    residuals: bool = False,
) -> FuzzReport:
    """Run random programs `start` .. `start + programs - 1` of a seed on every runner and compare with the first.

    With `residuals` they are those of `split_program`, of which every projection is in two parts.

    Spikes of all populations and final u, v must be equal. A runner that raises has failed. Every failure is shrunk
    with at most `shrink_runs` more runs of the runner and of the first. `progress(done, programs)` is called after
    each program. Raises InputError for fewer than one program or fewer than two runners.
    """
    check_asked(programs, seed, tuple(runners), start)
    reference, *others = runners
    spikes = bins = states = 0
    failures = []
    for number in range(start, start + programs):
        case = numbered_program(seed, number)
        if residuals:
            case = split_program(case, np.random.default_rng([seed, number, 2]))
        expected = _recorded(reference, runners, case)
        if isinstance(expected, _Fault):
            faults = [expected]
        else:
            found = [_difference(reference, expected, other, runners, case) for other in others]
            faults = [fault for fault in found if fault is not None]
            equal = len(others) - len(faults)
            spikes += equal * sum(int(np.bitwise_count(raster.packed).sum()) for raster in expected.spikes.values())
            bins += equal * sum(raster.bins for raster in expected.spikes.values())
            states += equal * sum(values.size for held in (expected.u, expected.v) for values in held.values())
        failures += [_shrunk(reference, runners, case, fault, number, seed, shrink_runs) for fault in faults]
        progress(number - start + 1, programs)
    return FuzzReport(seed, tuple(runners), programs, spikes, bins, states, tuple(failures))


def check_asked(programs: int, seed: int, runners: Sequence[str], start: int) -> None:
    """InputError for fewer than one program, fewer than two runners, and numbers below 0."""
    if programs < 1 or seed < 0 or start < 0:
        raise InputError(
            f"{programs} programs from number {start} of seed {seed} were asked for; at least 1 program, and numbers "
            "and seeds from 0 on, are needed, so correct them."
        )
    if len(runners) < 2:
        raise InputError(f"one backend ({', '.join(runners)}) has nothing to agree with; give at least two.")


def failure_files(folder: str | os.PathLike[str], seed: int, number: int, backend: str) -> tuple[Path, Path]:
    """Where `save_failure` writes the program and the inputs of a failure."""
    stem = f"fuzz-{seed}-{number}-{backend.replace(':', '-')}"
    return Path(folder, f"{stem}.program"), Path(folder, f"{stem}.npz")


def save_failure(failure: Failure, folder: str | os.PathLike[str], replace: bool = True) -> tuple[Path, Path]:
    """Write the .program and the .npz that reproduce a failure into a folder, and return their paths.

    `replace` says whether files that are there may be replaced; InputError where there are some and it does not.

    They serve `motifc verify FILE.program --backends REFERENCE,BACKEND --input FILE.npz`.
    """
    program, inputs = failure_files(folder, failure.seed, failure.number, failure.backend)
    failure.program.save(Destination(program, replace))
    save_rasters(failure.inputs, Destination(inputs, replace))
    return program, inputs


@dataclass(frozen=True)
class _Fault:
    """One comparison that failed: who is to blame, how ("spikes", "state" or the type of an exception), and where."""

    backend: str
    kind: str
    sentence: str


def _recorded(name: str, runners: Mapping[str, Runner], case: Case) -> Recording | _Fault:
    """What a runner recorded, or how it failed."""
    try:
        return runners[name](*case)
    except Exception as error:
        reason = (str(error).strip().splitlines() or ["no message"])[0]
        return _Fault(name, type(error).__name__, f"{name} raised {type(error).__name__}: {reason}")


def _difference(
    reference: str, expected: Recording, other: str, runners: Mapping[str, Runner], case: Case
) -> _Fault | None:
    """How another runner fails to record what the reference did; None where it does."""
    got = _recorded(other, runners, case)
    if isinstance(got, _Fault):
        return got
    try:
        report = compare(expected.spikes, got.spikes, (reference, other))
    except InputError as error:
        return _Fault(other, "shape", str(error))
    if not report.equal:
        return _Fault(other, "spikes", report.sentence())
    sentence = state_difference(expected, got, (reference, other))
    return None if sentence is None else _Fault(other, "state", sentence)


def _shrunk(
    reference: str, runners: Mapping[str, Runner], case: Case, fault: _Fault, number: int, seed: int, runs: int
) -> Failure:
    """The smallest case found that fails in the same way."""

    def same_fault(smaller: Case) -> _Fault | None:
        expected = _recorded(reference, runners, smaller)
        found = (
            expected
            if isinstance(expected, _Fault)
            else _difference(reference, expected, fault.backend, runners, smaller)
        )
        return found if found and (found.backend, found.kind) == (fault.backend, fault.kind) else None

    program, inputs = shrink(case, lambda smaller: same_fault(smaller) is not None, runs)
    return Failure(number, seed, fault.backend, program, inputs, (same_fault((program, inputs)) or fault).sentence)
