"""parse_probe: "POPULATION:u,v" or "POPULATION[0,3,8-11]:u,v" as a user types it."""

import re

import numpy as np

from targets.contracts.errors import InputError
from targets.contracts.shown import brief, shown
from targets.program.program import Program
from targets.runtime.recording import Probe

_PROBE = re.compile(
    r"(?P<whole>(?P<name>.*?)(?:\[(?P<neurons>[0-9,\- ]+)\])?):(?P<kinds>u|v|u,v|v,u)",
    re.DOTALL,  # a name may hold line breaks
)


def parse_probe(text: str, program: Program) -> tuple[Probe, frozenset[str]]:
    """The probe and which of "u" and "v" are wanted; InputError when the text is malformed or names nothing there."""
    match = _PROBE.fullmatch(text)
    if match is None:
        raise InputError(
            f"probe {brief(text)} cannot be read; write POPULATION:u,v or POPULATION[0,3,8-11]:u with u, v or both."
        )
    widths = {population.name: population.neurons for population in program.own}
    is_name = match["whole"] in widths  # a population may be named "a[0]"
    name = match["whole"] if is_name else match["name"]
    if name not in widths:
        known = shown(", ".join(widths))
        raise InputError(f"a probe asks for population {brief(name)}; the program has {known}, so correct it.")
    if is_name or match["neurons"] is None:
        chosen = np.arange(widths[name])
    else:
        chosen = np.concatenate([_range(part, text, widths[name]) for part in match["neurons"].split(",")])
    return Probe(name, chosen.astype(np.int32)), frozenset(match["kinds"].split(","))


def _range(part: str, text: str, neurons: int) -> np.ndarray:
    """The neurons of "3" or "8-11", all of them below `neurons`."""
    ends = re.fullmatch(r"\s*([0-9]{1,9})(?:-([0-9]{1,9}))?\s*", part)
    if ends is None and not re.fullmatch(r"\s*[0-9]+(?:-[0-9]+)?\s*", part):
        raise InputError(
            f"probe {brief(text)} has neurons {brief(part)}; write single numbers and ranges such as 3,8-11."
        )
    first, last = (0, neurons) if ends is None else (int(ends[1]), int(ends[2] or ends[1]))
    if last >= neurons:
        raise InputError(
            f"probe {brief(text)} asks for neurons {part.strip()[:40]}; that population has 0..{neurons - 1}, so "
            "correct them."
        )
    if first > last:
        raise InputError(f"probe {brief(text)} has the range {part.strip()}; write the lower end first.")
    return np.arange(first, last + 1)
