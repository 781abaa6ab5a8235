"""parse_probe: "POPULATION:u,v" or "POPULATION[0,3,8-11]:u,v" as a user types it."""

import re

import numpy as np

from targets.contracts.errors import InputError
from targets.program.program import Program
from targets.runtime.recording import Probe


def parse_probe(text: str, program: Program) -> tuple[Probe, frozenset[str]]:
    """The probe and which of "u" and "v" are wanted; InputError when the text is malformed or names nothing there."""
    match = re.fullmatch(r"(?P<name>.+?)(?:\[(?P<neurons>[\d,\- ]+)\])?:(?P<kinds>u|v|u,v|v,u)", text)
    if match is None:
        raise InputError(
            f"probe {text!r} cannot be read; write POPULATION:u,v or POPULATION[0,3,8-11]:u with u, v or both."
        )
    widths = {population.name: population.neurons for population in program.own}
    name = match["name"]
    if name not in widths:
        raise InputError(f"a probe asks for population {name!r}; the program has {', '.join(widths)}, so correct it.")
    if match["neurons"] is None:
        chosen = np.arange(widths[name])
    else:
        chosen = np.concatenate([_range(part, text) for part in match["neurons"].split(",")])
    return Probe(name, chosen.astype(np.int32)), frozenset(match["kinds"].split(","))


def _range(part: str, text: str) -> np.ndarray:
    ends = re.fullmatch(r"\s*(\d+)(?:-(\d+))?\s*", part)
    if ends is None:
        raise InputError(f"probe {text!r} has neurons {part!r}; write single numbers and ranges such as 3,8-11.")
    return np.arange(int(ends[1]), int(ends[2] or ends[1]) + 1)
