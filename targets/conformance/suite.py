"""suite: what every backend must do, as cases worked by hand and random programs; an outside package may run it too.

from targets.conformance.suite import check_backend
check_backend("nest")   # () where all is right, else a sentence for everything that is not
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache

import numpy as np

from targets.conformance.equivalence import compare
from targets.conformance.fuzz import numbered_program
from targets.conformance.worked import ConformanceCase, worked_cases
from targets.contracts.arrays import Array
from targets.contracts.raster import SpikeRaster
from targets.runtime.backend import Loaded, about, backend_named, load
from targets.runtime.recording import Probe, Recording
from targets.runtime.registry import ORACLE

_RANDOM = 60
_NAMES = ("shape", "a", "a.u", "a/v[0]", "u")
_SHARE = {"quick": 1, "slow": 20}
"""A backend of that pace is given every so many-th case."""


def cases(backend: str) -> tuple[ConformanceCase, ...]:
    """What a backend or variant of one is held to: names, worked cases, 60 random programs; a slow one to a twentieth.

    Each random program is run on its own spikes, and on the same backwards in time.
    """
    known = about(backend.partition(":")[0])
    return _all_cases()[:: _SHARE[known.pace]]


def faults(case: ConformanceCase, backend: str) -> tuple[str, ...]:
    """Everything in which `backend` fails a case, in sentences that name the case."""
    try:
        with load(case.program, backend) as loaded, load(case.program, ORACLE) as oracle:
            found = [fault for number in range(len(case.sets)) for fault in _faults(case, number, loaded, oracle)]
    except Exception as error:
        found = [f"it raised {type(error).__name__}: {error}"]
    return tuple(f"{backend} fails {case.name!r}: {fault}" for fault in found)


def check_backend(backend: str, given: Sequence[ConformanceCase] | None = None) -> tuple[str, ...]:
    """Run the suite, or the cases that are given, on a backend or variant of one; sentences of all that is wrong.

    Raises InputError where the backend is unknown or something it needs is not installed.
    """
    backend_named(backend.partition(":")[0])
    chosen = cases(backend) if given is None else given
    return tuple(fault for case in chosen for fault in faults(case, backend))


@cache
def _all_cases() -> tuple[ConformanceCase, ...]:
    return (_named_case(), *worked_cases(), *(_random_case(number) for number in range(_RANDOM)))


def _named_case() -> ConformanceCase:
    """A random program whose parts have the names of keys, of registers and of one another's companions."""
    program, inputs = numbered_program(0, 6)
    parts = [part.name for part in program.inputs] + [part.name for part in program.populations]
    names = dict(zip(parts, _NAMES, strict=False))
    renamed = replace(
        program,
        inputs=tuple(replace(part, name=names[part.name]) for part in program.inputs),
        populations=tuple(replace(part, name=names[part.name]) for part in program.populations),
        projections=tuple(
            replace(each, name=f"{number}/a.u[{number}]", source=names[each.source], target=names[each.target])
            for number, each in enumerate(program.projections)
        ),
        cores=tuple(
            replace(core, members={names[name]: held for name, held in core.members.items()}) for core in program.cores
        ),
        outputs=(),
        readout=None,
    )
    probes = tuple(Probe(part.name, np.arange(1, dtype=np.int32)) for part in renamed.populations)
    given = {names[name]: raster for name, raster in inputs.items()}
    return ConformanceCase("names like keys", renamed, (given, _backwards(given)), probes)


def _random_case(number: int) -> ConformanceCase:
    """Random program `number` of seed 0; every second one is probed, with neurons in any order."""
    program, inputs = numbered_program(0, number)
    rng = np.random.default_rng(number)
    probes = tuple(
        Probe(p.name, rng.permutation(p.neurons)[: rng.integers(0, p.neurons + 1)].astype(np.int32))
        for p in program.populations[: len(program.populations) * (number % 2)]
    )
    return ConformanceCase(f"random program {number}", program, (inputs, _backwards(inputs)), probes)


def _backwards(inputs: Mapping[str, SpikeRaster]) -> dict[str, SpikeRaster]:
    """The same spikes, the last step first."""
    return {name: SpikeRaster.pack(raster.dense()[:, ::-1]) for name, raster in inputs.items()}


def _faults(case: ConformanceCase, number: int, loaded: Loaded, oracle: Loaded) -> list[str]:
    """What is wrong with one run of a case."""
    inputs = case.sets[number]
    got, expected = loaded.raw(inputs, case.probes), oracle.raw(inputs, case.probes)
    found = [f"run {number + 1}: {fault}" for fault in _differences(expected, got, loaded.backend)]
    return found if number else [*found, *_wrong_by_hand(case, got)]


def _wrong_by_hand(case: ConformanceCase, got: Recording) -> list[str]:
    """What is not as it was worked out by hand."""
    name = case.program.populations[-1].name
    held: dict[str, Mapping[str, Array]] = {
        "spikes": {population: raster.dense() for population, raster in got.spikes.items()},
        "u": got.u,
        "v": got.v,
        "trace_u": {population: trace.u for population, trace in got.traces.items()},
        "trace_v": {population: trace.v for population, trace in got.traces.items()},
    }
    return [
        f"{key} of {name!r} are {held[key][name].tolist()}; by hand they are {right}"
        for key, right in case.by_hand.items()
        if name in held[key] and held[key][name].tolist() != right  # what is missing is told of already
    ]


def _differences(expected: Recording, got: Recording, name: str) -> list[str]:
    """Where two recordings differ: spikes, lengths, labels, targets, u, v, traces, and the types of their arrays."""
    report = compare(expected.spikes, got.spikes, (ORACLE, name))
    found = [] if report.equal else [report.sentence()]
    for population, raster in expected.spikes.items():
        asked, tagged = _tags(raster), _tags(got.spikes[population])
        if tagged != asked:
            found.append(f"lengths, labels and targets of {population!r} are {tagged}, not {asked} as in the inputs")
    pairs = []
    for key, mine, theirs in (("u", expected.u, got.u), ("v", expected.v, got.v)):
        if mine.keys() == theirs.keys():
            pairs += [(f"{key} of {p!r}", mine[p], theirs[p]) for p in mine]
        else:
            found.append(f"it returns {key} of {sorted(theirs)}; the program has {sorted(mine)}")
    if got.traces.keys() != expected.traces.keys():
        found.append(f"it traces {sorted(got.traces)}; the probes ask for {sorted(expected.traces)}")
    else:
        pairs += [
            (f"the trace of {key} of {p!r}", getattr(expected.traces[p], key), getattr(got.traces[p], key))
            for p in expected.traces
            for key in "uv"
        ]
    return found + [f"{what} {fault}" for what, mine, theirs in pairs if (fault := _array_fault(mine, theirs))]


def _array_fault(mine: Array, theirs: Array) -> str:
    """How an array differs from the oracle's; "" where it does not."""
    if (mine.shape, mine.dtype) != (theirs.shape, theirs.dtype):
        return f"is {theirs.dtype} of shape {theirs.shape}; the oracle's is {mine.dtype} of shape {mine.shape}"
    wrong = np.argwhere(mine != theirs)
    if not wrong.size:
        return ""
    first = tuple(int(index) for index in wrong[0])
    return f"differs in {len(wrong):,} of {mine.size:,} values, first at {first}: {theirs[first]}, not {mine[first]}"


def _tags(raster: SpikeRaster) -> tuple[list[float] | None, ...]:
    """(lengths, labels, targets) as plain lists."""
    tags = (raster.lengths, raster.labels, raster.targets)
    return tuple(None if each is None else each.tolist() for each in tags)
