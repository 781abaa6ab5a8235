"""Semantics: the dialects of time, reset and rounding, as data."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from itertools import combinations
from typing import Any, Literal


@dataclass(frozen=True)
class Semantics:
    """How a spiking neuron's equations are read; the default is Lava's fixed-point LIF, which is motifc's own.

    threshold   spike where v is above (">") or at least (">=") the threshold
    reset       v becomes zero, or loses one threshold, at a spike
    reset_time  the reset ends the step of the spike, is applied to v after the next step has integrated, or never comes
    output      a spike is recorded in its own step, or one step late; what the network itself hears is the same
    recurrence  a spike reaches its own population after its delay, or already at the end of the step before, where
                it is added to u after the threshold was asked
    first_bias  the bias, and what comes through a projection of delay d as an always-on source, is there from the
                first step, or missing at t = 0 (a source: until t = d)
    decay       products with a decay are rounded toward zero, or down
    du_offset   added to du: 1 in Lava (du = 4095 forgets at once), 0 in simulators without the offset bit
    shift       a negative exponent shifts the sum over synapses, or each synapse by itself
    overflow    u beyond its 24 bits wraps around once, or stays at the limit
    guard       of a neuron whose v is still above the threshold after a step, and which then spikes again, v loses one
                threshold only once ("on"; with reset by subtraction alone)

    decay, du_offset, shift and overflow concern integers only, guard floats only.
    """

    threshold: Literal[">", ">="] = ">"
    reset: Literal["zero", "subtract"] = "zero"
    reset_time: Literal["same step", "next step", "never"] = "same step"
    output: Literal["same step", "next step"] = "same step"
    recurrence: Literal["next step", "same step"] = "next step"
    first_bias: Literal["present", "missing"] = "present"
    decay: Literal["toward zero", "down"] = "toward zero"
    du_offset: Literal[1, 0] = 1
    shift: Literal["sum", "synapse"] = "sum"
    overflow: Literal["wrap", "saturate"] = "wrap"
    guard: Literal["off", "on"] = "off"

    def switched(self, switches: tuple[str, ...]) -> "Semantics":
        """The semantics with the named fields at their other value."""
        changes: dict[str, Any] = {name: _other(name, getattr(self, name)) for name in switches}
        return replace(self, **changes)

    def difference(self, other: "Semantics") -> dict[str, tuple[object, object]]:
        """Fields in which two semantics differ: name -> (mine, theirs)."""
        pairs = {field.name: (getattr(self, field.name), getattr(other, field.name)) for field in fields(self)}
        return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


LAVA = Semantics()

_VALUES: dict[str, tuple[object, object]] = {
    "threshold": (">", ">="),
    "reset": ("zero", "subtract"),
    "reset_time": ("same step", "next step"),
    "output": ("same step", "next step"),
    "recurrence": ("next step", "same step"),
    "first_bias": ("present", "missing"),
    "decay": ("toward zero", "down"),
    "du_offset": (1, 0),
    "shift": ("sum", "synapse"),
    "overflow": ("wrap", "saturate"),
}
SWITCHES: tuple[str, ...] = tuple(_VALUES)
"""Names of all switches that integers have."""
FLOAT_SWITCHES: tuple[str, ...] = SWITCHES[:6]
"""Switches that mean something for floats."""


def variants(
    switches: tuple[str, ...], size: int, start: Semantics = LAVA
) -> Iterator[tuple[tuple[str, ...], Semantics]]:
    """Every semantics that differs from `start` in exactly `size` of the `switches`, with the names of those."""
    for chosen in combinations(switches, size):
        yield chosen, start.switched(chosen)


def _other(name: str, value: object) -> object:
    first, second = _VALUES[name]
    return second if value == first else first
