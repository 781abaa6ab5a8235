"""losses: what a program no longer has of the float graph that it was compiled from, in sentences."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from compiler.analysis.quantization import PopulationRounding, ProjectionRounding, QuantizationReport
from compiler.ir.graph import IntGraph
from compiler.passes.bounds import Bounds, bounds
from targets.contracts.arithmetic import Arithmetic
from targets.contracts.arrays import Array
from targets.contracts.shown import shown
from targets.program.program import Program

_MANY = 0.1
"""Share of the weights of a projection that are coarse, from which on it is told."""
_SLOW = 0.05
"""Change of a time constant, and of the share of u or v that a whole sample leaves, that is told."""


@dataclass(frozen=True)
class Losses:
    """What rounding changed and what never works, for a reader; the numbers are those of a QuantizationReport.

    error   largest rounding error of a weight or bias, in thresholds of its neuron
    place   the projection or population where that is; empty where every weight and bias is exact
    told    one sentence for each loss that is worth one
    """

    error: float
    place: str
    told: tuple[str, ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        """The largest rounding error, then what else is lost."""
        if not self.place:
            return "Every weight and every bias is exact.", *self.told
        return f"The largest rounding error is {self.error:.2g} thresholds, in {self.place}.", *self.told


def losses(roundings: QuantizationReport, graph: IntGraph, proved: Sequence[Bounds], arithmetic: Arithmetic) -> Losses:
    """Losses of `graph`, the integers that are left after `prune`, with the bounds of its voltages.

    Told are populations with neurons that no input can make spike, as their bounds (`compiler.passes.bounds`) and
    those of all that they hear prove; projections of zeros, of weights too small beside the largest, and of weights
    that equal the threshold and are lifted above it; and time constants that are changed by more than 5 %, where that
    tells within a sample.
    What was removed because nobody reads it is not looked at.
    """
    own = {population.name for population in graph.populations if not population.invented}
    projections = [each for each in roundings.projections if each.target in own]
    populations = [each for each in roundings.populations if each.population in own]
    errors = [(0.0, "")]
    errors += [(each.largest_error, f"projection {each.projection!r}") for each in projections]
    errors += [(each.bias_error, f"population {each.population!r}") for each in populations]
    error, place = max(errors, key=lambda found: found[0])
    told = [sentence for each in projections for sentence in _projection(each)]
    told += [sentence for each in populations for sentence in _population(each, graph.steps)]
    quiet = silent(graph, proved, arithmetic)
    voltages = {each.name for each in graph.populations if each.unit is not None}
    told += [_silent(name, found) for name, found in quiet.items() if name in own - voltages]
    told += [_loud(name, graph.steps) for name in sorted(voltages) if not quiet.get(name, np.zeros(1, bool)).all()]
    return Losses(error, place, tuple(told))


def told_losses(program: Program) -> tuple[str, ...]:
    """The sentences that a program carries since it was compiled, the largest rounding error first; () without any."""
    told = program.settings.get("losses")
    return tuple(shown(str(each)) for each in told) if isinstance(told, list | tuple) else ()


def silent(graph: IntGraph, proved: Sequence[Bounds], arithmetic: Arithmetic) -> dict[str, Array]:
    """Neurons that no input can make spike, bool [neuron], of the populations that have any.

    A neuron is silent where the bound of its voltage is at most its threshold, given that populations of which all
    neurons are silent send nothing.
    """
    found = _below(graph, proved, arithmetic)
    while quiet := {each.source for each in graph.projections if each.source in found and found[each.source].all()}:
        graph = replace(graph, projections=tuple(each for each in graph.projections if each.source not in quiet))
        found = _below(graph, bounds(graph, arithmetic), arithmetic)
    return {name: below for name, below in found.items() if below.any()}


def _below(graph: IntGraph, proved: Sequence[Bounds], arithmetic: Arithmetic) -> dict[str, Array]:
    """Whether the voltage of each neuron stays at its threshold or below: population -> bool [neuron]."""
    pairs = zip(graph.populations, proved, strict=True)
    return {own.name: each.v_high <= own.vth.astype(np.int64) << arithmetic.align_bits for own, each in pairs}


def _silent(name: str, found: Array) -> str:
    count = int(np.count_nonzero(found))
    every = count == found.size
    who = f"Population {name!r}" if every else f"{count:,} of {found.size:,} neurons of population {name!r}"
    return (
        f"{who} can never spike, whatever the input: v stays at the threshold or below; raise weights into "
        f"{'it' if every else 'them'} or lower the threshold."
    )


def _loud(name: str, steps: int) -> str:
    return (
        f"Population {name!r}, which answers in voltage and forgets next to nothing, could reach its threshold, spike "
        f"and start anew from 0 in samples longer than {steps:,} steps; give it a time constant, or compile it for "
        "longer ones."
    )


def _projection(each: ProjectionRounding) -> Iterator[str]:
    name = f"Projection {each.projection!r}"
    if not each.synapses:
        yield f"{name} has only weights of 0; remove it, or give it weights."
        return
    if each.coarse > _MANY * each.synapses or each.whole_sources or each.whole_neurons:
        whole = [
            f"all of {count:,} {kind}{'' if count == 1 else 's'}"
            for count, kind in ((each.whole_sources, "source"), (each.whole_neurons, "neuron"))
            if count
        ]
        among = f" (among them {' and '.join(whole)})" if whole else ""
        yield (
            f"{name} has weights of {each.least:.2g} to {each.most:.2g} thresholds, and {each.coarse:,} of its "
            f"{each.synapses:,}{among} are changed by more than a quarter, as too small beside the largest; lower that."
        )
    if each.lifted:
        yield (
            f"{name} has {each.lifted:,} {'weight' if each.lifted == 1 else 'weights'} equal to the threshold, which "
            "rounding lifts above it, so that one spike causes another; lower them a little."
        )


def _population(each: PopulationRounding, steps: int) -> Iterator[str]:
    found = (("tau_s", each.tau_s_error, each.decay_u_error), ("tau_m", each.tau_m_error, each.decay_v_error))
    for name, change, decay in found:
        if change > _SLOW and decay * steps > _SLOW:
            by = f"changed by up to {change:.0%}" if np.isfinite(change) else "without end, which leaks nothing"
            yield (
                f"Population {each.population!r} has a {name} {by}, as a core holds few decays of few bits; use fewer "
                "different time constants, or shorter ones."
            )
