"""Neuron nodes become populations: what the parameters of a node mean in steps of dt."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from compiler.frontends.nir.nodes import NEURONS, kind
from compiler.ir.graph import FloatPopulation
from targets.contracts.arrays import Floats, readonly
from targets.contracts.errors import InputError

_ROUNDING = 1e-6
"""A time constant may be shorter than dt by this share: files hold numbers rounded to float32."""


@dataclass(frozen=True, eq=False)
class Neurons:
    """A population, and the gain [neuron] of its input, which goes into the weights before it.

    tau_s = tau_syn / dt (LIF: 1)        gain = w_in (dt/tau_syn) r (dt/tau_mem)        (LIF: r (dt/tau))
    tau_m = tau_mem / dt                 bias = v_leak (dt/tau_mem)
    """

    population: FloatPopulation
    gain: Floats

    @classmethod
    def of(cls, name: str, node: Any, dt: float) -> "Neurons":
        """What the neuron node `name` is in steps of `dt` seconds; InputError where no population is like it."""
        given = _parameters(name, node)
        if (given["v_reset"] != 0).any():
            raise InputError(
                f"node {name!r} has v_reset up to {abs(given['v_reset']).max():g} away from 0; "
                "a neuron here resets to 0, so retrain the network with that."
            )
        if given["v_threshold"].min(initial=1) <= 0:
            raise InputError(
                f"node {name!r} has v_threshold down to {given['v_threshold'].min():g}; "
                "it must be above 0, so raise it."
            )
        cuba = kind(node) == "CubaLIF"
        tau_s = _steps(name, "tau_syn", given, dt) if cuba else np.ones_like(given["tau"])
        tau_m = _steps(name, "tau_mem" if cuba else "tau", given, dt)
        w_in = given["w_in"] if cuba else np.ones_like(tau_s)
        bias = given["v_leak"] / tau_m
        return cls(
            FloatPopulation(name, 1, tau_s, tau_m, given["v_threshold"], bias), w_in / tau_s * given["r"] / tau_m
        )


def _parameters(name: str, node: Any) -> dict[str, Floats]:
    """The parameters of a neuron node by name, float64 [neuron] each."""
    keys = NEURONS[kind(node)]
    given: dict[str, Floats] = {
        key: readonly(getattr(node, key), np.float64, f"{key} of node {name!r}") for key in keys
    }
    for key, values in given.items():
        if values.size != given["r"].size:
            raise InputError(
                f"node {name!r} has {given['r'].size} values of r but {values.size} of {key}; "
                "one per neuron is needed, so match them."
            )
    return given


def _steps(name: str, key: str, given: Mapping[str, Floats], dt: float) -> Floats:
    """A time constant in steps, at least 1."""
    steps = given[key] / dt
    if steps.min(initial=1) < 1 - _ROUNDING:
        raise InputError(
            f"node {name!r} has {key} down to {given[key].min():g} s at dt = {dt:g} s; "
            "a time constant lasts at least one step, so correct it or give a smaller dt."
        )
    return np.maximum(steps, 1)
