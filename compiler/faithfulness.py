"""Faithfulness: how close a program with residual weights comes to its float graph, in figures and sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from compiler.analysis.calibration import Calibration
from compiler.analysis.causes import Strayed
from compiler.ir.graph import IntGraph
from compiler.passes.split import Split
from targets.contracts.arithmetic import Arithmetic
from targets.contracts.errors import InputError
from targets.contracts.serial import pack, unpack
from targets.contracts.shown import shown
from targets.program.program import Program

KEY = "faithful"
"""Under which a program's settings hold the figures."""


@dataclass(frozen=True)
class Scale:
    """The threshold of a population, the highest that it may be, and what holds that down.

    u, v  the share of their registers that they reached on the calibration data, None without; above 1 v saturates
    """

    population: str
    vth: int
    highest: int
    held: str
    u: float | None
    v: float | None

    @property
    def sentence(self) -> str:
        """All of it in one sentence."""
        chosen = "" if self.vth >= self.highest else f", the best of those up to {self.highest:,}"
        seen = "" if self.u is None else f"; u was seen at {self.u:.2f} and v at {self.v:.2f} of its register"
        return f"The threshold of {self.population!r} is {self.vth:,}{chosen}, held down by {self.held}{seen}."


@dataclass(frozen=True)
class Faithfulness:
    """What `compile --faithful` tells.

    synapses   of the program
    weights    of the float graph that are not 0, and biases that ride on synapses
    residuals  projections that have one
    scales     of all populations of the network
    strayed    what `compiler.analysis.causes` found on the calibration data; () without
    """

    synapses: int
    weights: int
    residuals: tuple[str, ...]
    scales: tuple[Scale, ...]
    strayed: tuple[Strayed, ...]

    @classmethod
    def of(
        cls,
        split: Split,
        graph: IntGraph,
        calibration: Calibration | None,
        strayed: Sequence[Strayed],
        arithmetic: Arithmetic,
    ) -> Faithfulness:
        """Of what `split` made; `graph` are the integers that are left of it."""
        own = [population for population in graph.populations if not population.invented]
        room = arithmetic.state_limit / (1 << arithmetic.align_bits)
        scales = []
        for each in own:
            vth, found = int(each.vth.max()), split.ceilings[each.name]
            peaks = (None, None) if calibration is None else calibration.peaks[each.name]
            u, v = (None if peak is None else float(peak * vth / room) for peak in peaks)
            scales.append(Scale(each.name, vth, found.highest, found.held, u, v))
        kept = {each.name for each in graph.projections}
        return cls(
            synapses=sum(each.synapses.coordinates()[0].size for each in graph.projections),
            weights=split.weights,
            residuals=tuple(name for name, residual in split.residuals.items() if residual in kept),
            scales=tuple(scales),
            strayed=tuple(each for each in strayed if each.population in {part.name for part in own}),
        )

    @property
    def setting(self) -> Any:
        """As JSON values, for the settings of a program."""
        return pack(self)[0]


def faithfulness(program: Program) -> Faithfulness | None:
    """What a program tells since it was compiled; None where that was without residual weights, or cannot be read."""
    told = program.settings.get(KEY)
    if told is None:
        return None
    try:
        return unpack(Faithfulness, told, {})
    except InputError:
        return None


def told_faithful(program: Program) -> tuple[str, ...]:
    """Sentences on a program compiled with residual weights, its cost first; () for any other."""
    told = faithfulness(program)
    if told is None:
        return ()
    scales = (each.sentence for each in told.scales)
    return tuple(shown(sentence) for sentence in (_cost(told, program), *scales, *_strayed(told)))


def unproved(program: Program) -> tuple[str, ...]:
    """One sentence for each population of which u may wrap for some input, with what was seen where data were given."""
    told = faithfulness(program)
    shares = {} if told is None else {each.population: each.u for each in told.scales}
    sentences = []
    for proof in program.proofs:
        if proof.wraps.size:
            share = shares.get(proof.population)
            seen = "" if share is None else f"seen {share:.2f} of its register on the calibration data, "
            sentences.append(shown(f"u of {proof.population!r}: {seen}not proved to stay there for every input."))
    return tuple(sentences)


def _cost(told: Faithfulness, program: Program) -> str:
    named = f"Residuals of {', '.join(map(repr, told.residuals))}" if told.residuals else "No projection has a residual"
    cores = f"{len(program.cores):,} {'core' if len(program.cores) == 1 else 'cores'}"
    return f"{named}: {told.synapses:,} synapses for {told.weights:,} weights, on {cores}."


def _strayed(told: Faithfulness) -> Iterator[str]:
    for each in told.strayed:
        yield (
            f"{each.population!r} reproduces {each.reproduced:,} of {each.spikes:,} float spikes on "
            f"{each.samples:,} calibration samples, and is wholly equal in {each.equal:,}; "
            f"{each.differing:,} bins differ{_limits(each)}."
        )


def _limits(each: Strayed) -> str:
    """What would be left without each rounding, the most limiting first."""
    if not each.differing or not each.without:
        return ""
    left = sorted((bins, cause) for cause, bins in each.without.items())
    return f", and with {', '.join(f'{cause} in float {bins:,}' for bins, cause in left)}"
