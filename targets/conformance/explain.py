"""explain: under which semantics would the oracle have recorded what the other side did?"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np

from targets.backends.numpy import NumpyMachine
from targets.contracts.errors import InputError
from targets.contracts.raster import SpikeRaster
from targets.contracts.semantics import LAVA, SWITCHES, Semantics, variants
from targets.program.program import Program
from targets.runtime.own_time import lengthened, own_time

C = TypeVar("C")
Simulate = Callable[[Mapping[str, SpikeRaster], Semantics], Mapping[str, SpikeRaster]]
"""Input spikes and a semantics -> the spikes of every population; step t may depend on no later step, and no sample
on another one."""

_IN_WORDS: dict[tuple[str, object], str] = {
    ("threshold", ">"): "spikes only above the threshold",
    ("threshold", ">="): "spikes already at the threshold",
    ("reset", "zero"): "resets to zero",
    ("reset", "subtract"): "resets by subtraction",
    ("reset_time", "same step"): "resets in the step of the spike",
    ("reset_time", "next step"): "resets in the step after the spike",
    ("output", "same step"): "records spikes in their own step",
    ("output", "next step"): "records spikes one step late",
    ("recurrence", "next step"): "adds a population's own spikes to u when they arrive",
    ("recurrence", "same step"): "adds a population's own spikes to u at the end of the step before",
    ("first_bias", "present"): "has the bias from the first step",
    ("first_bias", "missing"): "has no bias in the first step",
    ("decay", "toward zero"): "rounds decays toward zero",
    ("decay", "down"): "rounds decays down",
    ("du_offset", 1): "adds 1 to du",
    ("du_offset", 0): "does not add 1 to du",
    ("shift", "sum"): "shifts the sum over synapses by a negative exponent",
    ("shift", "synapse"): "shifts each synapse by a negative exponent",
    ("overflow", "wrap"): "wraps u around beyond its register",
    ("overflow", "saturate"): "holds u at the limit of its register",
}


@dataclass(frozen=True)
class Explanation:
    """Every smallest set of switches that, thrown together, makes the oracle reproduce the other side exactly.

    sets      names of the switches of each set; one empty set: equal as it is; no set: nothing explains it
    tried     number of semantics that were run
    switches  names of the switches that were allowed
    start     the semantics they were thrown from
    """

    sets: tuple[tuple[str, ...], ...]
    tried: int
    switches: tuple[str, ...]
    start: Semantics

    def sentence(self, other: str = "the other side") -> str:
        """The explanation in one sentence, `other` being the name of the side that was explained."""
        if not self.sets:
            combinations = 2 ** len(self.switches)
            return f"None of the {combinations:,} combinations of {', '.join(self.switches)} reproduces {other}."
        if self.sets == ((),):
            return f"The oracle reproduces {other} exactly, with no switch thrown."
        told = [self._told(names) for names in self.sets]
        if len(told) == 1:
            return f"The only smallest explanation that reproduces {other} exactly: it {told[0]}."
        return (
            f"{len(told)} smallest explanations reproduce {other} exactly and cannot be told apart on this input: "
            f"it {'; or it '.join(told)}."
        )

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON; `sets` as one mapping each of switch -> [old, new]."""
        return {
            "sets": [{name: list(pair) for name, pair in self._changes(names).items()} for names in self.sets],
            "tried": self.tried,
            "switches": list(self.switches),
            "sentence": self.sentence(),
        }

    def _changes(self, names: tuple[str, ...]) -> dict[str, tuple[object, object]]:
        return self.start.difference(self.start.switched(names))

    def _told(self, names: tuple[str, ...]) -> str:
        changes = self._changes(names).items()
        return " and ".join(f"{_IN_WORDS[name, new]} ({name}: {old} -> {new})" for name, (old, new) in changes)


def explain(
    simulate: Simulate,
    inputs: Mapping[str, SpikeRaster],
    observed: Mapping[str, SpikeRaster],
    switches: tuple[str, ...] = SWITCHES,
    start: Semantics = LAVA,
) -> Explanation:
    """Find every smallest set of `switches` under which `simulate` reproduces `observed` in every bin.

    `observed` holds the other side's spikes of all populations or of some; what follows a sample's length, as the
    first of `inputs` tells it, does not count. Sets are tried by size, from none to all.

    Raises InputError when nothing was observed, or populations or sizes that `simulate` does not return.
    """
    if not observed:
        raise InputError("no population was observed; an explanation needs the spikes of at least one, so record it.")
    sieve = Sieve(simulate, inputs, observed)
    found: list[tuple[str, ...]] = []
    for size in range(len(switches) + 1):
        found = [names for names, semantics in variants(switches, size, start) if sieve.passes(semantics)]
        if found:
            break
    return Explanation(tuple(found), sieve.tried, switches, start)


class Sieve(Generic[C]):
    """Asks of candidates, whatever they are, whether `simulate` reproduces with them what was observed in every bin.

    Wherever one fails, the sample it failed on, cut after the first wrong step, is kept as a trial that all later ones
    must pass first; so nearly all are dismissed by a few steps of one sample. `tried` counts them.
    """

    def __init__(
        self,
        simulate: Callable[[Mapping[str, SpikeRaster], C], Mapping[str, SpikeRaster]],
        inputs: Mapping[str, SpikeRaster],
        observed: Mapping[str, SpikeRaster],
    ) -> None:
        self._simulate = simulate
        self._trials = [_Trial(inputs, observed)]  # shortest first, the whole last
        self.tried = 0

    def passes(self, candidate: C) -> bool:
        """Whether no bin differs."""
        self.tried += 1
        for trial in self._trials:
            wrong = trial.first_wrong(self._simulate(trial.inputs, candidate))
            if wrong is not None:
                shorter = trial.cut(*wrong)
                if shorter.sample_steps < trial.sample_steps:
                    self._trials = sorted([*self._trials, shorter], key=lambda each: each.sample_steps)
                return False
        return True


def explain_program(
    program: Program, inputs: Mapping[str, SpikeRaster], observed: Mapping[str, SpikeRaster]
) -> Explanation:
    """`explain` with the oracle, targets/backends/numpy.py, running `program`; every population in its own time.

    So the latency of a population is no difference: `observed` are spikes as `run` gives them, or as the network's own
    framework recorded them.
    """
    return explain(in_own_time(program), inputs, observed)


def in_own_time(program: Program) -> Simulate:
    """The oracle as `targets.runtime.backend.run` has it: every population of the network in its own time."""

    def simulate(spikes: Mapping[str, SpikeRaster], semantics: Semantics) -> Mapping[str, SpikeRaster]:
        machine, steps = NumpyMachine(program, semantics), next(iter(spikes.values())).steps
        return own_time(program, machine.run(lengthened(spikes, program.latest)), steps).spikes

    return simulate


def in_machine_time(program: Program) -> Simulate:
    """The oracle as it is: every population of the program, as late as it is there."""
    return lambda spikes, semantics: NumpyMachine(program, semantics).run(spikes).spikes


@dataclass(frozen=True)
class _Trial:
    """Inputs, and what the other side made of them."""

    inputs: Mapping[str, SpikeRaster]
    observed: Mapping[str, SpikeRaster]

    @property
    def sample_steps(self) -> int:
        """Steps over all samples."""
        raster = next(iter(self.observed.values()))
        return raster.samples * raster.steps

    def cut(self, sample: int, step: int) -> "_Trial":
        """One sample, up to and including one step."""
        inputs, observed = (
            {name: raster.take([sample]).until(step + 1) for name, raster in rasters.items()}
            for rasters in (self.inputs, self.observed)
        )
        return _Trial(inputs, observed)

    def first_wrong(self, simulated: Mapping[str, SpikeRaster]) -> tuple[int, int] | None:
        """(sample, step) of the earliest step at which any population differs from what was observed."""
        if unknown := sorted(set(self.observed) - set(simulated)):
            raise InputError(
                f"population {unknown[0]!r} was observed, but the oracle has {sorted(simulated)}; "
                "rename or leave it out."
            )
        first = next(iter(self.inputs.values()))
        counted = np.arange(first.steps) < first.lengths[:, None]
        wrong = np.zeros((1, 1), dtype=bool)
        for name, theirs in self.observed.items():
            mine = simulated[name]
            sizes = [(raster.samples, raster.steps, raster.neurons) for raster in (mine, theirs)]
            if sizes[0] != sizes[1]:
                raise InputError(
                    f"population {name!r} was observed with (samples, steps, neurons) {sizes[1]}, but the oracle gives "
                    f"{sizes[0]}; both must be equal, so run both on the same input."
                )
            wrong = wrong | (mine.packed != theirs.packed).any(axis=2) & counted
        if not wrong.any():
            return None
        step, sample = np.argwhere(wrong.T)[0]
        return int(sample), int(step)
