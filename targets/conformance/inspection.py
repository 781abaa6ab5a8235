"""inspect_difference: what two sides had before them in the first bin in which they differ."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from targets.backends.numpy import arriving
from targets.conformance.equivalence import Difference
from targets.contracts.arithmetic import Arithmetic
from targets.contracts.arrays import Array
from targets.contracts.raster import SpikeRaster
from targets.program.program import IntPopulation, IntProjection, Program
from targets.runtime.neuron import step
from targets.runtime.recording import Probe, Recording

_SHOWN = 12


@dataclass(frozen=True)
class Side:
    """One side of a comparison: its name, its program, and how it runs that: run(inputs, probes) -> Recording."""

    name: str
    program: Program
    run: Callable[[Mapping[str, SpikeRaster], Sequence[Probe]], Recording]


@dataclass(frozen=True)
class Contribution:
    """One synapse that carried a spike: it left `neuron` of `source` `delay` steps before and adds amount to a."""

    projection: str
    source: str
    neuron: int
    delay: int
    weight: int
    exponent: int

    @property
    def amount(self) -> float:
        """Weight << exponent; with a negative exponent a fraction, which the program floors on the sum."""
        return self.weight * 2.0**self.exponent

    def apart(self, others: Sequence["Contribution"], name: str) -> str:
        """What the side of that name has in its place, in brackets; nothing where it has the same among `others`."""
        if self in others:
            return ""
        place = (self.projection, self.source, self.neuron, self.delay)
        same = [each for each in others if (each.projection, each.source, each.neuron, each.delay) == place]
        return f" ({name}: {same[0].weight} * 2^{same[0].exponent})" if same else f" ({name}: no such spike or synapse)"

    def line(self) -> str:
        """The synapse in one line of text."""
        return (
            f"{self.amount:+,g} = {self.weight} * 2^{self.exponent} from {self.source!r}, neuron {self.neuron}, "
            f"through {self.projection!r}, delay {self.delay}"
        )


@dataclass(frozen=True)
class View:
    """One side of the bin, from a run of this sample alone, up to this step.

    recorded       whether the neuron spiked in the recording that was compared
    spike          whether it spiked in this run; where that differs, samples are not independent of each other
    u, v           state after the step, as the backend shows it (v after a reset); None where it shows none
    v_asked        v when the threshold was asked: the oracle's step from the state after the step before; None where
                   that is not known
    rests          whether its last spike was too few steps before for another
    threshold      vth << align_bits
    a              input accumulated in this step, as the oracle sums what this side recorded
    contributions  the synapses behind `a`, largest amount first, whichever its sign
    """

    name: str
    recorded: bool
    spike: bool
    u: int | None
    v: int | None
    v_asked: int | None
    rests: bool
    threshold: int
    a: int
    contributions: tuple[Contribution, ...]

    def lines(self, other: "View") -> list[str]:
        """The view as lines of text, with the largest contributions only.

        Those that the other side has not, or with another weight, come first and are marked.
        """
        u, v, asked = ("unknown" if value is None else f"{value:,}" for value in (self.u, self.v, self.v_asked))
        lines = [
            f"{self.name} {_did(self.recorded)}: threshold {self.threshold:,}, v before it was asked {asked}; "
            f"after the step u {u}, v {v}",
            *(["  it rests after a spike, so that v is 0 and nothing is asked"] if self.rests else []),
            f"  a = {self.a:,} from {len(self.contributions)} synapses that carried a spike",
        ]
        apart = {synapse: synapse.apart(other.contributions, other.name) for synapse in self.contributions}
        ordered = sorted(self.contributions, key=lambda synapse: not apart[synapse])
        lines += [
            f"  {'>' if apart[synapse] else ' '} {synapse.line()}{apart[synapse]}" for synapse in ordered[:_SHOWN]
        ]
        if len(self.contributions) > _SHOWN:
            lines.append(f"    and {len(self.contributions) - _SHOWN} more")
        if self.spike != self.recorded:
            lines.append(f"  run on this sample alone it {_did(self.spike)}, so its samples depend on each other")
        return lines


@dataclass(frozen=True)
class Inspection:
    """The first differing bin, seen from both sides."""

    difference: Difference
    left: View
    right: View

    def text(self) -> str:
        """Both views as a few lines of text."""
        at = self.difference
        head = f"sample {at.sample}, step {at.step}, population {at.population!r}, neuron {at.neuron}"
        return "\n".join([head, *self.left.lines(self.right), *self.right.lines(self.left)])

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        plain = asdict(self)
        for key, view in (("left", self.left), ("right", self.right)):
            for entry, contribution in zip(plain[key]["contributions"], view.contributions, strict=True):
                entry["amount"] = contribution.amount
        return plain


def inspect_difference(
    difference: Difference, inputs: Mapping[str, SpikeRaster], left: Side, right: Side
) -> Inspection:
    """Run both sides again on the differing sample, up to the differing step, with a probe on the differing neuron.

    `inputs` are those that were compared. A side whose recording holds no trace of the probe gives all but u, v and,
    after the first step, v_asked.
    """
    excerpt = {name: raster.take([difference.sample]).until(difference.step + 1) for name, raster in inputs.items()}
    return Inspection(
        difference,
        _view(left, difference.left, excerpt, difference),
        _view(right, difference.right, excerpt, difference),
    )


def _view(side: Side, recorded: bool, inputs: Mapping[str, SpikeRaster], at: Difference) -> View:
    recording = side.run(inputs, [Probe(at.population, np.array([at.neuron]))])
    spikes = {name: raster.dense()[0].astype(bool) for name, raster in {**inputs, **recording.spikes}.items()}
    incoming = [p for p in side.program.projections if p.target == at.population and p.delay <= at.step]
    a = sum(int(arriving(p, spikes[p.source][None, at.step - p.delay])[0, at.neuron]) for p in incoming)
    contributions = [c for p in incoming for c in _contributions(p, spikes[p.source][at.step - p.delay], at.neuron)]
    trace = recording.traces.get(at.population)
    states = [(0, 0)]  # before the first step, then after every step
    if trace is not None:
        states += zip(trace.u[0, :, 0].tolist(), trace.v[0, :, 0].tolist(), strict=True)
    before = states[at.step] if at.step < len(states) else None
    after = states[at.step + 1] if trace is not None else (None, None)
    population = side.program.population(at.population)
    rest = int(population.refractory_steps[at.neuron])
    return View(
        name=side.name,
        recorded=recorded,
        spike=bool(spikes[at.population][at.step, at.neuron]),
        u=after[0],
        v=after[1],
        v_asked=None if before is None else _asked(side.program.chip.arithmetic, population, at.neuron, before, a),
        rests=bool(spikes[at.population][max(0, at.step - rest) : at.step, at.neuron].any()),
        threshold=int(population.vth[at.neuron]) << side.program.chip.arithmetic.align_bits,
        a=a,
        contributions=tuple(sorted(contributions, key=lambda synapse: -abs(synapse.amount))),
    )


def _contributions(projection: IntProjection, spikes: Array, neuron: int) -> list[Contribution]:
    """The synapses of one projection onto `neuron` that carry one of `spikes`, bool [pre]."""
    post, pre, weight = projection.synapses.coordinates()
    live = (post == neuron) & spikes[pre]
    return [
        Contribution(projection.name, projection.source, int(source), projection.delay, int(value), projection.exponent)
        for source, value in zip(pre[live], weight[live], strict=True)
    ]


def _asked(arithmetic: Arithmetic, population: IntPopulation, neuron: int, before: tuple[int, int], a: int) -> int:
    """V of one neuron when its threshold is asked: a step with a threshold that no v can pass, hence no reset."""
    u, v, total = (np.array([[value]]).astype(np.int32) for value in (*before, a))
    du, dv, bias = (values[[neuron]] for values in (population.du, population.dv, population.bias))
    out_of_reach = np.array([-(-arithmetic.state_limit >> arithmetic.align_bits)], dtype=np.int32)
    return int(step(u, v, total, du=du, dv=dv, vth=out_of_reach, bias=bias, arithmetic=arithmetic)[1].item())


def _did(spike: bool) -> str:
    return "spikes" if spike else "is silent"
