"""time_step: the seconds of a step, as asked for, as the graph tells them, or as its gains do."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from compiler.frontends.nir.nodes import Node
from compiler.frontends.nir.unnest import FlatGraph, Tell
from targets.contracts.errors import InputError
from targets.contracts.shown import brief

USUAL = 1e-4
"""Seconds of a step where nothing tells: those of the NIR paper."""
_KEYS = ("dt", "time_step", "timestep")
_EQUAL = 1e-5
"""Share by which two time steps may differ that are rounded to float32."""
_CUBA, _PLAIN = (("tau_mem", "r"), ("tau_syn", "w_in")), (("tau", "r"),)
_GAINS = {"CubaLI": _CUBA, "CubaLIF": _CUBA, "LI": _PLAIN, "LIF": _PLAIN}
"""Kind -> parameters (a, b) for which a gain of b dt / a goes with every input."""


def time_step(graph: FlatGraph, asked: object, tell: Tell) -> float:
    """The time step in seconds: `asked`, else what the graph tells, else that at which its gains are 1, else `USUAL`.

    Gains r dt / tau, w_in dt / tau_syn and (IF) r dt of exactly 1 are what snnTorch and SpikingJelly write. Where
    nothing was asked, `tell` says what was taken; where gains tell another step than was asked, it says so. Raises
    InputError for what is no time step, and where the metadata contradict each other or what was asked.
    """
    dt = None if asked is None else _seconds(asked, "dt is")
    told = _told(graph)
    if told is not None:
        place, step = told
        if dt is not None and not math.isclose(dt, step, rel_tol=_EQUAL):
            raise InputError(
                f"dt is {dt:g} s, but the metadata of {place} tell a time step of {step:g} s; leave dt out to have "
                "that, or correct the metadata."
            )
        if dt is None:
            tell(f"dt = {step:g} s, as the metadata of {place} tell.")
        return step if dt is None else dt
    step_of_gains = _of_gains(graph.nodes)
    if dt is not None:
        if step_of_gains is not None and not math.isclose(dt, step_of_gains, rel_tol=_EQUAL):
            tell(
                f"dt = {dt:g} s as asked, though every input of the graph has a gain of 1 at {step_of_gains:g} s, as "
                "snnTorch, SpikingJelly and sinabs write it; check that it was trained with the step asked for."
            )
        return dt
    if step_of_gains is not None:
        tell(f"dt = {step_of_gains:g} s, where every input has a gain of 1; give dt if it was trained with another.")
        return step_of_gains
    tell(f"the graph tells no time step; dt = {USUAL:g} s is taken, so give dt if it was trained with another.")
    return USUAL


def _seconds(value: object, what: str) -> float:
    """A time step; InputError for anything else, in which `what` says whose it is."""
    number = isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)
    if not number or not math.isfinite(float(value)) or float(value) <= 0:  # type: ignore[arg-type]
        told = f"{value}" if number else brief(value)
        raise InputError(f"{what} {told}; a time step in seconds above 0 is needed, so give one such as 1e-4.")
    return float(value)  # type: ignore[arg-type]


def _told(graph: FlatGraph) -> tuple[str, float] | None:
    """What the metadata tell, and of which node."""
    found: tuple[str, float] | None = None
    for place, metadata in _metadata(graph):
        for key in _KEYS:
            if key not in metadata:
                continue
            step = _seconds(_number(metadata[key]), f"metadata of {place} have {key}")
            if found is not None and not math.isclose(found[1], step, rel_tol=_EQUAL):
                raise InputError(
                    f"metadata of {found[0]} tell a time step of {found[1]:g} s and those of {place} {step:g} s; one "
                    "is needed for all, so correct them."
                )
            found = found or (place, step)
    return found


def _metadata(graph: FlatGraph) -> list[tuple[str, Mapping[str, Any]]]:
    """Everything written beside graphs and nodes, and of which."""
    graphs = [(f"graph {name!r}" if name else "the graph", each) for name, each in graph.metadata.items()]
    return [*graphs, *((f"node {name!r}", node.metadata) for name, node in graph.nodes.items())]


def _number(value: Any) -> object:
    """A number however it was written: as text, or as an array of one value."""
    if isinstance(value, str | bytes):
        try:
            return float(value)
        except ValueError:
            return value
    return value.item() if getattr(value, "size", 0) == 1 and hasattr(value, "item") else value


def _of_gains(nodes: Mapping[str, Node]) -> float | None:
    """The time step at which the gains of all inputs are 1; None where there is none, or nothing tells.

    A LIF with r = 1 tells nothing: many write it so without a thought of time. Nor does a step nobody would choose.
    """
    steps, taus = [], []
    for name, node in nodes.items():
        if node.kind in ("IF", "I"):
            steps.append(_ratio(1.0, node.numbers(name, "r")))
        for tau, gain in _GAINS.get(node.kind, ()):
            values = node.numbers(name, gain)
            taus.append(node.numbers(name, tau))
            if values.size and (values != 1).any():
                steps.append(_ratio(*_finite(taus[-1], values)))
    found = np.concatenate([each.ravel() for each in steps]) if steps else np.zeros(0)
    if not found.size or not (found > 0).all() or np.ptp(found) > _EQUAL * found.min():
        return None
    step = _round(float(np.median(found)))
    return None if step is None or any(each.size and each.min() < step * (1 - _EQUAL) for each in taus) else step


def _finite(first: Any, second: Any) -> tuple[Any, Any]:
    """Both without the neurons where both are infinite, which tell nothing."""
    if np.isinf(first).any() and np.isinf(second).any() and first.size == second.size:
        kept = ~(np.isinf(first.ravel()) & np.isinf(second.ravel()))
        return first.ravel()[kept], second.ravel()[kept]
    return first, second


def _ratio(first: Any, second: Any) -> Any:
    """Quotients; 0, which is no time step, where there are none."""
    if np.size(first) not in (1, np.size(second)) and np.size(second) != 1:
        return np.zeros(1)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.ravel(first) / np.ravel(second)
    return np.where(np.isfinite(found), found, 0)


def _round(step: float) -> float | None:
    """The step as somebody would choose it, with one digit that is 1, 2 or 5; None where it is no such number."""
    short = float(f"{step:.0e}")
    return short if math.isclose(short, step, rel_tol=_EQUAL) and f"{short:.0e}"[0] in "125" else None
