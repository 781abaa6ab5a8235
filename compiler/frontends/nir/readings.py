"""Reading: what a producer means by the neurons of a NIR graph, which NIR itself leaves open; PRESETS: those known."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, Literal

from compiler.frontends.nir.nodes import NEURONS
from targets.contracts.errors import InputError
from targets.contracts.semantics import LAVA, Semantics
from targets.contracts.shown import brief


@dataclass(frozen=True)
class Reading:
    """How a node of neurons is read; the default is docs/nir.md's, which several producers share.

    decay      what u and v keep in a step: "euler" 1 - dt / tau, or "exponential" exp(-dt / tau)
    gain       what multiplies the input
               "file"         r dt / tau_mem, and w_in dt / tau_syn (IF: r dt)
               "no w_in"      the same without w_in dt / tau_syn
               "1 - decay"    r (1 - keep_v), and w_in (1 - keep_u): the exact solution for an input that is constant in
                              a step (IF: r dt)
               "1"            nothing
    order      u (LIF, IF: v) decays before the input is added ("decay first"), or with it ("add first")
    semantics  threshold, reset, recording, recurrence and first bias: `targets.contracts.semantics`
    """

    decay: Literal["euler", "exponential"] = "euler"
    gain: Literal["file", "no w_in", "1 - decay", "1"] = "file"
    order: Literal["decay first", "add first"] = "decay first"
    semantics: Semantics = LAVA

    @property
    def changes(self) -> dict[str, str]:
        """Switches that differ from the default: name -> value."""
        own = {key: getattr(self, key) for key in _OWN if getattr(self, key) != getattr(PLAIN, key)}
        return own | {key: str(mine) for key, (mine, _) in self.semantics.difference(LAVA).items()}

    @property
    def switches(self) -> str:
        """The same as `reading_of` reads it; empty for the default."""
        return ", ".join(f"{key} = {value}" for key, value in self.changes.items())

    @property
    def words(self) -> str:
        """The same as the end of a sentence that begins with "it"."""
        told = [_IN_WORDS[change] for change in self.changes.items()]
        return " and ".join(told) or "follows the reading of docs/nir.md"


PLAIN = Reading()
_OWN = ("decay", "gain", "order")
VALUES: dict[str, tuple[str, ...]] = {
    "decay": ("euler", "exponential"),
    "gain": ("file", "no w_in", "1 - decay", "1"),
    "order": ("decay first", "add first"),
    "reset": ("zero", "subtract"),
    "reset_time": ("same step", "next step", "never"),
    "guard": ("off", "on"),
    "threshold": (">", ">="),
    "output": ("same step", "next step"),
    "recurrence": ("next step", "same step"),
    "first_bias": ("present", "missing"),
}
"""Switches of a reading and their values, the default first."""
_IN_WORDS = {
    ("decay", "exponential"): "decays by exp(-dt/tau)",
    ("gain", "no w_in"): "leaves out w_in dt/tau_syn",
    ("gain", "1 - decay"): "multiplies inputs by 1 minus the decay",
    ("gain", "1"): "takes inputs as they are, whatever r and w_in",
    ("order", "add first"): "adds inputs before the decay",
    ("reset", "subtract"): "resets by subtraction",
    ("reset_time", "next step"): "resets in the step after the spike",
    ("reset_time", "never"): "never resets",
    ("guard", "on"): "guards against a second reset",
    ("threshold", ">="): "spikes already at the threshold",
    ("output", "next step"): "records spikes one step late",
    ("recurrence", "same step"): "adds a population's own spikes to u at the end of the step before",
    ("first_bias", "missing"): "has no bias in the first step",
}
_SUBTRACT = Semantics(reset="subtract")
_LATE = Semantics(reset="subtract", reset_time="next step")
_LATE_ZERO = Semantics(reset_time="next step")


@dataclass(frozen=True)
class Preset:
    """The reading of one producer: its name and release, what of it is meant, and the reading of each kind of node."""

    release: str
    about: str
    readings: Mapping[str, Reading]

    def of(self, kind: str) -> Reading:
        """The reading of nodes of that kind; that of docs/nir.md where the producer writes none."""
        return self.readings.get(kind, PLAIN)


def _all(reading: Reading, **others: Reading) -> dict[str, Reading]:
    return dict.fromkeys(NEURONS, reading) | others


PRESETS: dict[str, Preset] = {
    "snntorch": Preset(
        "snnTorch 1.0",
        "Leaky, RLeaky, Synaptic, RSynaptic as they are by default: the threshold is taken off one step later",
        _all(Reading(semantics=_LATE)),
    ),
    "snntorch-zero": Preset(
        "snnTorch 1.0",
        'reset_mechanism="zero": Leaky in its own step, Synaptic and RSynaptic one step later (so does RLeaky)',
        _all(PLAIN, CubaLIF=Reading(semantics=_LATE_ZERO)),
    ),
    "snntorch-guard": Preset(
        "snnTorch 0.7 to 0.9, recurrent",
        "subtracts in the step of the spike, once: the Braille network of the NIR paper",
        _all(Reading(semantics=Semantics(reset="subtract", guard="on"))),
    ),
    "norse": Preset(
        "Norse 1.1",
        "LIFBoxCell, and LIFCell, which leaves w_in dt/tau_syn out",
        _all(PLAIN, CubaLIF=Reading(gain="no w_in")),
    ),
    "spikingjelly": Preset(
        "SpikingJelly 2.0",
        "LIF, PLIF, CUBALIF: spikes at the threshold already",
        _all(Reading(semantics=Semantics(">="))),
    ),
    "sinabs": Preset(
        "sinabs 3.1",
        "LIFSqueeze and IAFSqueeze with MembraneReset and single spikes; ExpLeakSqueeze",
        _all(Reading("exponential", "1 - decay"), IF=PLAIN, LI=Reading("exponential", "1")),
    ),
    "sinabs-subtract": Preset(
        "sinabs 3.1",
        "the same with MembraneSubtract, as they are by default",
        _all(
            Reading("exponential", "1 - decay", semantics=_SUBTRACT),
            IF=Reading(semantics=_SUBTRACT),
            LI=Reading("exponential", "1"),
        ),
    ),
    "spyx": Preset(
        "Spyx 1.0",
        "gain 1, subtraction, recorded one step late; LIF resets in the next step",
        _all(
            Reading(gain="1", semantics=replace(_SUBTRACT, output="next step")),
            LIF=Reading(gain="1", semantics=replace(_LATE, output="next step")),
        ),
    ),
    "rockpool": Preset(
        "Rockpool 3.1",
        "exponential decay, gain 1, subtraction; CubaLIF and LI (ExpSyn) add inputs before the decay",
        _all(
            Reading("exponential", "1", semantics=_SUBTRACT),
            CubaLIF=Reading("exponential", "1", "add first", semantics=_SUBTRACT),
            LI=Reading("exponential", "1", "add first"),
        ),
    ),
}
"""Readings by name, each found at 0 differing bins on networks that its producer wrote and ran."""


def reading_of(text: str, kind: str) -> Reading:
    """The reading that `text` names for nodes of that kind.

    `text` is a name of `PRESETS`, or switches such as "reset = subtract, output = next step", or the one and then the
    other. Raises InputError for what is unknown.
    """
    first, *rest = (each.strip() for each in text.split(","))
    reading, switches = PLAIN, [first, *rest]
    if "=" not in first:
        if first not in PRESETS:
            raise InputError(
                f"reading {brief(first)} is unknown; known are {', '.join(PRESETS)}, and switches such as "
                "'reset = subtract, gain = 1', so choose one of them."
            )
        reading, switches = PRESETS[first].of(kind), rest
    for switch in switches:
        key, _, value = (each.strip() for each in switch.partition("="))
        if key not in VALUES or value not in VALUES[key]:
            known = VALUES.get(key)
            allowed = f"{key} is one of {', '.join(known)}" if known else f"switches are {', '.join(VALUES)}"
            raise InputError(f"switch {brief(switch)} of a reading is unknown; {allowed}, so correct it.")
        reading = _with(reading, {key: value})
    if reading.semantics.guard == "on" and reading.semantics.reset != "subtract":
        raise InputError(f"reading {brief(text)} has a guard without reset = subtract; add that or leave guard out.")
    return reading


def all_readings(keys: tuple[str, ...]) -> tuple[Reading, ...]:
    """Every reading that differs from the default in some of the switches `keys`, those with the fewest first.

    A guard goes with reset by subtraction in the same step; what never resets has no kind of reset; where inputs are
    added before the decay, a population's own spikes are too.
    """
    found = []
    for values in product(*(VALUES[key] for key in keys)):
        reading = _with(PLAIN, dict(zip(keys, values, strict=True)))
        meant = reading.semantics
        if meant.guard == "on" and (meant.reset, meant.reset_time) != ("subtract", "same step"):
            continue
        if meant.reset_time == "never" and meant.reset != "zero":
            continue
        if reading.order == "add first" and meant.recurrence == "same step":
            continue
        found.append(reading)
    return tuple(sorted(found, key=lambda reading: len(reading.changes)))


def named(reading: Reading, kind: str) -> Iterator[str]:
    """Names of the presets that read nodes of that kind so."""
    return (name for name, preset in PRESETS.items() if preset.of(kind) == reading)


def _with(reading: Reading, values: Mapping[str, str]) -> Reading:
    own: dict[str, Any] = {key: value for key, value in values.items() if key in _OWN}
    others: dict[str, Any] = {key: value for key, value in values.items() if key not in _OWN}
    return replace(reading, **own, semantics=replace(reading.semantics, **others))
