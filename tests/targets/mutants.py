"""The definition once more, neuron by neuron in Python integers, and one mutation of it for every switch.

Nothing of targets/runtime/neuron.py and of the oracle is used here, so that both can be held to it.
"""

from collections.abc import Mapping

import numpy as np

from targets.contracts.arithmetic import Arithmetic
from targets.contracts.raster import SpikeRaster
from targets.program.program import IntProjection, Program
from targets.runtime.recording import Recording

Spikes = dict[str, list[list[bool]]]
State = dict[tuple[str, int], int]


class Machine:
    """Runs a program; each mutation below does one thing otherwise."""

    widths: Arithmetic

    def run(self, program: Program, inputs: Mapping[str, SpikeRaster]) -> Recording:
        self.widths = program.chip.arithmetic
        samples = next(iter(inputs.values())).samples
        runs = [
            self._sample(program, {name: raster.dense()[sample].tolist() for name, raster in inputs.items()})
            for sample in range(samples)
        ]
        spikes, u, v = {}, {}, {}
        for p in program.populations:
            spikes[p.name] = SpikeRaster.pack(np.array([self.recorded(run[0][p.name]) for run in runs], dtype=bool))
            u[p.name] = np.array([[run[1][p.name, n] for n in range(p.neurons)] for run in runs], dtype=np.int32)
            v[p.name] = np.array([[run[2][p.name, n] for n in range(p.neurons)] for run in runs], dtype=np.int32)
        return Recording(spikes, u, v)

    def _sample(self, program: Program, spikes: Spikes) -> tuple[Spikes, State, State]:
        """Spikes and final u, v of one sample; `spikes` are those of the inputs."""
        steps = len(next(iter(spikes.values())))
        neurons = [(p, n) for p in program.populations for n in range(p.neurons)]
        incoming = {(p.name, n): _incoming(program, p.name, n) for p, n in neurons}
        u, v = dict.fromkeys(incoming, 0), dict.fromkeys(incoming, 0)
        for p in program.populations:
            spikes[p.name] = []
        for t in range(steps):
            now: dict[str, list[bool]] = {p.name: [] for p in program.populations}
            for p, n in neurons:
                at = (p.name, n)
                threshold, fired = self.aligned(int(p.vth[n])), t > 0 and spikes[p.name][t - 1][n]
                a = sum(
                    self.arriving(j, w, spikes[j.source], t - j.delay) for j, w in incoming[at] if not self.early(j)
                )
                u[at] = self.register(self.decayed(u[at], self.kept(int(p.du[n]))) + self.aligned(a))
                v[at] = self.decayed(v[at], self.widths.decay_one - int(p.dv[n])) + u[at] + self.bias(int(p.bias[n]), t)
                v[at] = self.clipped(self.before(v[at], threshold, fired))
                now[p.name].append(self.fires(v[at], threshold))
                v[at] = self.after(v[at], threshold, now[p.name][n])
            for name, bins in now.items():
                spikes[name].append(bins)
            for at, projections in incoming.items():
                early = [(j, w) for j, w in projections if self.early(j)]
                if early:
                    a = sum(self.arriving(j, w, spikes[j.source], t + 1 - j.delay) for j, w in early)
                    u[at] = self.register(u[at] + self.aligned(a))
        return spikes, u, v

    def arriving(self, projection: IntProjection, weights: dict[int, int], spikes: list[list[bool]], t: int) -> int:
        """What one projection adds to one neuron, from the spikes of step t."""
        return 0 if t < 0 else self.shifted([w for n, w in weights.items() if spikes[t][n]], projection.exponent)

    def shifted(self, weights: list[int], exponent: int) -> int:
        return _shift(sum(weights), exponent)

    def kept(self, du: int) -> int:
        return self.widths.decay_one - (du + 1)

    def decayed(self, x: int, keep: int) -> int:
        one = self.widths.decay_one
        return x * keep // one if x >= 0 else -(-x * keep // one)

    def register(self, u: int) -> int:
        limit = self.widths.state_limit
        if u > limit:
            return u - 2 * limit
        return u + 2 * limit if u <= -limit else u

    def clipped(self, v: int) -> int:
        limit = self.widths.state_limit
        return max(min(v, limit - 1), 1 - limit)

    def aligned(self, x: int) -> int:
        return x << self.widths.align_bits

    def bias(self, bias: int, t: int) -> int:
        return bias

    def before(self, v: int, threshold: int, fired: bool) -> int:
        """V before the threshold is asked, in the step after `fired`."""
        return v

    def fires(self, v: int, threshold: int) -> bool:
        return v > threshold

    def after(self, v: int, threshold: int, fires: bool) -> int:
        """V after the threshold was asked."""
        return self.reset(v, threshold) if fires else v

    def reset(self, v: int, threshold: int) -> int:
        return 0

    def early(self, projection: IntProjection) -> bool:
        """Is it heard at the end of the step before the arrival?"""
        return False

    def recorded(self, spikes: list[list[bool]]) -> list[list[bool]]:
        return spikes


class FiresAtThreshold(Machine):
    def fires(self, v: int, threshold: int) -> bool:
        return v >= threshold


class Subtracts(Machine):
    def reset(self, v: int, threshold: int) -> int:
        return v - threshold


class ResetsLate(Machine):
    def before(self, v: int, threshold: int, fired: bool) -> int:
        return self.reset(v, threshold) if fired else v

    def after(self, v: int, threshold: int, fires: bool) -> int:
        return v


class RecordsLate(Machine):
    def recorded(self, spikes: list[list[bool]]) -> list[list[bool]]:
        return [[False] * len(spikes[0]), *spikes[:-1]]


class HearsItselfEarly(Machine):
    def early(self, projection: IntProjection) -> bool:
        return projection.source == projection.target


class LacksFirstBias(Machine):
    def bias(self, bias: int, t: int) -> int:
        return bias if t else 0


class RoundsDown(Machine):
    def decayed(self, x: int, keep: int) -> int:
        return x * keep // self.widths.decay_one


class LacksOffset(Machine):
    def kept(self, du: int) -> int:
        return self.widths.decay_one - du


class ShiftsSynapses(Machine):
    def shifted(self, weights: list[int], exponent: int) -> int:
        return sum(_shift(weight, exponent) for weight in weights)


class Saturates(Machine):
    def register(self, u: int) -> int:
        return max(min(u, self.widths.state_limit), 1 - self.widths.state_limit)


MUTANTS: dict[str, type[Machine]] = {
    "threshold": FiresAtThreshold,
    "reset": Subtracts,
    "reset_time": ResetsLate,
    "output": RecordsLate,
    "recurrence": HearsItselfEarly,
    "first_bias": LacksFirstBias,
    "decay": RoundsDown,
    "du_offset": LacksOffset,
    "shift": ShiftsSynapses,
    "overflow": Saturates,
}
"""Switch -> the machine in which it is thrown."""


def mutant(*switches: str) -> Machine:
    """The machine in which all of these switches are thrown."""
    return type("Mutant", tuple(MUTANTS[switch] for switch in switches) or (Machine,), {})()


def _incoming(program: Program, target: str, neuron: int) -> list[tuple[IntProjection, dict[int, int]]]:
    """Every projection onto one neuron, with its weights by source neuron."""
    found = []
    for projection in program.projections:
        if projection.target == target:
            weights: dict[int, int] = {}
            for post, pre, weight in zip(*projection.synapses.coordinates(), strict=True):
                if post == neuron:
                    weights[int(pre)] = weights.get(int(pre), 0) + int(weight)
            found.append((projection, weights))
    return found


def _shift(value: int, exponent: int) -> int:
    return value << exponent if exponent >= 0 else value >> -exponent
