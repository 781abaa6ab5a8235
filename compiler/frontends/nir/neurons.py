"""Neuron nodes become populations: what the parameters of a node mean in steps of dt."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from compiler.frontends.nir.nodes import NEURONS, VOLTAGES, Node
from compiler.frontends.nir.readings import PLAIN, Reading
from compiler.frontends.nir.unnest import Tell
from compiler.ir.graph import FloatPopulation
from targets.contracts.arrays import Floats
from targets.contracts.errors import InputError
from targets.contracts.semantics import LAVA

_ROUNDING = 1e-6
"""Share by which a time constant may be shorter than dt: files round to float32."""
_OUT_OF_REACH = 2.0**900
"""Threshold of neurons that answer in voltage."""
_FOR_EVER = 2.0**60
"""Time constant in steps of a neuron that forgets nothing: 1 - 1 / it is 1 in float64."""


@dataclass(frozen=True, eq=False)
class Neurons:
    """A node of neurons in steps of dt, before anybody has said how it is read: float64 [neuron] each.

    steps_s, steps_m  tau_syn / dt, tau_mem / dt; endless where nothing is forgotten, None where nothing is kept
    gain_s, gain_m    w_in dt / tau_syn, r dt / tau_mem (IF: r dt)
    w_in, r           as in the file
    threshold, leak   counted from v_reset, where v starts and resets to
    """

    name: str
    kind: str
    steps_s: Floats | None
    steps_m: Floats | None
    gain_s: Floats
    gain_m: Floats
    w_in: Floats
    r: Floats
    threshold: Floats
    leak: Floats
    dt: float

    @classmethod
    def of(cls, name: str, node: Node, width: int, dt: float, tell: Tell) -> "Neurons":
        """The neuron node `name` of `width` neurons in steps of `dt` seconds.

        Raises InputError where no population is like it; `tell` says where an input is not heard, or turned round.
        """
        given = parameters(name, node, width)
        one = np.ones(width)
        threshold = _OUT_OF_REACH * one
        if node.kind not in VOLTAGES:
            threshold = given["threshold" if node.kind == "Threshold" else "v_threshold"]
        reset, leak = given.get("v_reset", 0 * one), given.get("v_leak")
        if (threshold <= reset).any():
            low, zero = f"{(threshold - reset).min():g}", "v_reset" if reset.any() else "0"
            above = f"{low} above v_reset" if reset.any() else low
            raise InputError(f"node {name!r} has v_threshold down to {above}; it must be above {zero}, so raise it.")
        r, w_in = given.get("r", one), given.get("w_in", one)
        steps_s = steps_m = None
        gain_s, gain_m = one, r
        if node.kind in ("CubaLIF", "CubaLI"):
            steps_s, gain_s = _steps(name, "tau_syn", "w_in", given, dt)
            steps_m, gain_m = _steps(name, "tau_mem", "r", given, dt)
        elif node.kind in ("LIF", "LI"):
            steps_m, gain_m = _steps(name, "tau", "r", given, dt)
        elif node.kind in ("IF", "I"):
            if np.isinf(r).any():
                raise InputError(
                    f"node {name!r} is an {node.kind} with an infinite r; finite ones are needed, so correct it."
                )
            steps_m, gain_m = _FOR_EVER * one, r * dt
        _tell_of_gains(name, given, tell)
        return cls(
            name, node.kind, steps_s, steps_m, gain_s, gain_m, w_in, r,
            threshold - reset, 0 * one if leak is None else leak - reset, dt,
        )  # fmt: skip

    def read(self, reading: Reading = PLAIN) -> tuple[FloatPopulation, Floats]:
        """(population, gain [neuron] of its input, which goes into the weights before it).

        ```
        u[t] = keep_u u[t-1] + gain x[t];   v[t] = keep_v v[t-1] + u[t] + (1 - keep_v) leak
        ```
        | kind      | tau_s        | tau_m        | gain, read as docs/nir.md says       |
        |-----------|--------------|--------------|--------------------------------------|
        | CubaLIF   | tau_syn / dt | tau_mem / dt | w_in (dt / tau_syn) r (dt / tau_mem) |
        | LIF       | 1            | tau / dt     | r dt / tau                           |
        | IF        | 1            | endless      | r dt                                 |
        | Threshold | 1            | 1            | 1                                    |

        CubaLI, LI and I are read as CubaLIF, LIF and IF whose threshold is out of reach; 1 of v is a unit of their
        voltage.

        Under exponential decay tau_s and tau_m are 1 / (1 - keep). Raises InputError for a time constant below dt under
        Euler, which would keep less than nothing.
        """
        tau_s, tau_m = (self._tau(steps, reading) for steps in (self.steps_s, self.steps_m))
        gain_s, gain_m = self.gain_s, self.gain_m
        if reading.gain == "1":
            gain_s = gain_m = np.ones(self.threshold.size)
        elif reading.gain == "no w_in":
            gain_s = np.ones(self.threshold.size)
        elif reading.gain == "1 - decay" and self.kind not in ("IF", "I", "Threshold"):
            gain_s = gain_s if self.steps_s is None else _share(self.w_in, tau_s, gain_s)
            gain_m = _share(self.r, tau_m, gain_m)
        gain = gain_s * gain_m
        if reading.order == "add first" and self.steps_m is not None:
            gain = gain * (1 - 1 / (tau_m if self.steps_s is None else tau_s))
        voltage = self.kind in VOLTAGES
        population = FloatPopulation(
            self.name,
            1,
            tau_s,
            tau_m,
            self.threshold,
            self.leak / tau_m,
            semantics=LAVA if voltage else reading.semantics,
            unit=np.ones(self.threshold.size) if voltage else None,
        )
        return population, gain

    def _tau(self, steps: Floats | None, reading: Reading) -> Floats:
        """A time constant in steps of which u or v keeps 1 - 1 / it."""
        if steps is None:
            return np.ones(self.threshold.size)
        if reading.decay == "exponential":
            return np.minimum(-1 / np.expm1(-1 / steps), _FOR_EVER)
        if steps.min(initial=1) < 1 - _ROUNDING:
            key = "tau_syn" if steps is self.steps_s else "tau" if self.steps_s is None else "tau_mem"
            raise InputError(
                f"node {self.name!r} has {key} down to {steps.min() * self.dt:g} s at dt = {self.dt:g} s; "
                "a time constant lasts at least one step, so correct it or give a smaller dt."
            )
        return np.maximum(steps, 1)


def _share(gain: Floats, tau: Floats, endless: Floats) -> Floats:
    """The gain by tau; where it is infinite, and so its time constant, the ratio `endless` that the file means."""
    return np.where(np.isinf(gain), endless, gain / tau)


def parameters(name: str, node: Node, width: int) -> dict[str, Floats]:
    """The parameters of a neuron node by name, float64 [neuron] each; one value holds for all neurons."""
    return {key: np.broadcast_to(node.numbers(name, key).ravel(), width) for key in NEURONS[node.kind]}


def _tell_of_gains(name: str, given: Mapping[str, Floats], tell: Tell) -> None:
    """Say where an input is not heard or turned round."""
    for key in ("r", "w_in"):
        values = given.get(key, np.ones(1))
        tau = given.get({"r": "tau", "w_in": "tau_syn"}[key], given.get("tau_mem", np.ones(1)))
        endless = int((np.isposinf(tau) & np.isfinite(values)).sum())
        if endless:
            tell(
                f"node {name!r} has an infinite time constant and a finite {key} in {endless:,} of {values.size:,} "
                "neurons, which hear none of their input."
            )
        deaf, turned = int((values == 0).sum()), int((values < 0).sum())
        if deaf:
            tell(f"node {name!r} has {key} = 0 in {deaf:,} of {values.size:,} neurons, which hear none of their input.")
        if turned:
            tell(
                f"node {name!r} has {key} below 0 in {turned:,} of {values.size:,} neurons, for which every weight "
                "counts with the other sign."
            )


def _steps(name: str, tau: str, gain: str, given: Mapping[str, Floats], dt: float) -> tuple[Floats, Floats]:
    """(time constant in steps, gain dt / tau); where both tau and gain are infinite their ratio is taken to be 1 / dt.

    snnTorch and others write a decay of 1 so: as tau = dt / 0 and r = tau / dt.
    """
    endless = np.isposinf(given[tau])
    if (given[tau] <= 0).any():
        raise InputError(
            f"node {name!r} has {tau} down to {given[tau].min():g} s at dt = {dt:g} s; "
            "a time constant lasts at least one step, so correct it or give a smaller dt."
        )
    lost = np.isinf(given[gain]) & ~(endless & np.isposinf(given[gain]))
    if lost.any():
        raise InputError(
            f"node {name!r} has an infinite {gain} in {int(lost.sum()):,} neurons whose {tau} is not; both or none can "
            "be, so correct it."
        )
    steps = given[tau] / dt
    whole = np.where(endless, 1.0, steps)
    shares = np.where(endless, np.where(np.isposinf(given[gain]), 1.0, 0.0), given[gain] / whole)
    return np.minimum(steps, _FOR_EVER), shares
