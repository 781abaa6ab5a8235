"""Neuron nodes become populations: what the parameters of a node mean in steps of dt."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from compiler.frontends.nir.nodes import NEURONS, Node
from compiler.frontends.nir.timestep import Tell
from compiler.ir.graph import FloatPopulation
from targets.contracts.arrays import Floats
from targets.contracts.errors import InputError

_ROUNDING = 1e-6
"""Share by which a time constant may be shorter than dt, and v_reset differ from v_leak: files round to float32."""
_FOR_EVER = 2.0**60
"""Time constant in steps of a neuron that forgets nothing: 1 - 1 / it is 1 in float64."""


@dataclass(frozen=True, eq=False)
class Neurons:
    """A population, and the gain [neuron] of its input, which goes into the weights before it.

    | kind      | tau_s        | tau_m        | gain                                 | bias                            |
    |-----------|--------------|--------------|--------------------------------------|---------------------------------|
    | CubaLIF   | tau_syn / dt | tau_mem / dt | w_in (dt / tau_syn) r (dt / tau_mem) | (v_leak - v_reset) dt / tau_mem |
    | LIF       | 1            | tau / dt     | r dt / tau                           | (v_leak - v_reset) dt / tau     |
    | IF        | 1            | endless      | r dt                                 | 0                               |
    | Threshold | 1            | 1            | 1                                    | 0                               |

    v is counted from v_reset, so that it starts and resets at 0, and the threshold is v_threshold - v_reset.
    """

    population: FloatPopulation
    gain: Floats

    @classmethod
    def of(cls, name: str, node: Node, width: int, dt: float, tell: Tell) -> "Neurons":
        """What the neuron node `name` of `width` neurons is in steps of `dt` seconds.

        Raises InputError where no population is like it; `tell` says where an input is not heard, or turned round.
        """
        given = parameters(name, node, width)
        one = np.ones(width)
        threshold = given["threshold" if node.kind == "Threshold" else "v_threshold"]
        reset, leak = given.get("v_reset", 0 * one), given.get("v_leak")
        _check_reset(name, reset, leak)
        if (threshold <= reset).any():
            low, zero = f"{(threshold - reset).min():g}", "v_reset" if reset.any() else "0"
            above = f"{low} above v_reset" if reset.any() else low
            raise InputError(f"node {name!r} has v_threshold down to {above}; it must be above {zero}, so raise it.")
        tau_s, tau_m, gain = one, one, given.get("r", one)
        if node.kind == "CubaLIF":
            tau_s, tau_m = _steps(name, "tau_syn", given, dt), _steps(name, "tau_mem", given, dt)
            gain = given["w_in"] / tau_s * given["r"] / tau_m
        elif node.kind == "LIF":
            tau_m = _steps(name, "tau", given, dt)
            gain = gain / tau_m
        elif node.kind == "IF":
            tau_m, gain = _FOR_EVER * one, gain * dt
        bias = 0 * one if leak is None else (leak - reset) / tau_m
        _tell_of_gains(name, given, tell)
        return cls(FloatPopulation(name, 1, tau_s, tau_m, threshold - reset, bias), gain)


def parameters(name: str, node: Node, width: int) -> dict[str, Floats]:
    """The parameters of a neuron node by name, float64 [neuron] each; one value holds for all neurons."""
    return {key: np.broadcast_to(node.numbers(name, key).ravel(), width) for key in NEURONS[node.kind]}


def _check_reset(name: str, reset: Floats, leak: Floats | None) -> None:
    """Raise InputError where v would start elsewhere than it resets to: at v_leak."""
    wrong = np.zeros(0) if leak is None else reset[(reset != 0) & ~np.isclose(reset, leak, rtol=_ROUNDING, atol=0)]
    if wrong.size:
        raise InputError(
            f"node {name!r} has v_reset up to {abs(wrong).max():g} away from 0 and not at v_leak; "
            "a neuron here resets to 0 or to v_leak, so retrain the network with that."
        )


def _tell_of_gains(name: str, given: Mapping[str, Floats], tell: Tell) -> None:
    """Say where an input is not heard or turned round."""
    for key in ("r", "w_in"):
        values = given.get(key, np.ones(1))
        deaf, turned = int((values == 0).sum()), int((values < 0).sum())
        if deaf:
            tell(f"node {name!r} has {key} = 0 in {deaf:,} of {values.size:,} neurons, which hear none of their input.")
        if turned:
            tell(
                f"node {name!r} has {key} below 0 in {turned:,} of {values.size:,} neurons, for which every weight "
                "counts with the other sign."
            )


def _steps(name: str, key: str, given: Mapping[str, Floats], dt: float) -> Floats:
    """A time constant in steps, at least 1."""
    steps = given[key] / dt
    if steps.min(initial=1) < 1 - _ROUNDING:
        raise InputError(
            f"node {name!r} has {key} down to {given[key].min():g} s at dt = {dt:g} s; "
            "a time constant lasts at least one step, so correct it or give a smaller dt."
        )
    return np.maximum(steps, 1)
