"""Nodes of a NIR graph: the kinds that can be read, their parameters, their width."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from targets.contracts.errors import InputError
from targets.contracts.shown import brief

MAPS = {"Linear": ("weight",), "Affine": ("weight", "bias"), "Scale": ("scale",)}
"""Kinds that compute y = W x + b, and their parameters."""
NEURONS = {
    "CubaLIF": ("tau_syn", "tau_mem", "r", "w_in", "v_leak", "v_threshold", "v_reset"),
    "LIF": ("tau", "r", "v_leak", "v_threshold", "v_reset"),
}
"""Kinds that spike, and their parameters."""
_AXES = 64
"""As many as numpy has."""
_KINDS = sorted({"Input", "Output", *MAPS, *NEURONS})


def kind(node: Any) -> str:
    """Name of a node's type, as in a file."""
    return type(node).__name__


def width(name: str, node: Any, post: bool = True) -> int:
    """Number of signals that leave a node, or, unless `post`, that enter it."""
    types = node.output_type["output"] if post else node.input_type["input"]
    if np.size(types) > _AXES:
        raise InputError(f"node {name!r} has a shape of {np.size(types):,} axes; one is needed, so correct it.")
    try:
        shape = tuple(int(size) for size in np.ravel(types))
    except (TypeError, ValueError, OverflowError):
        raise InputError(
            f"node {name!r} has the shape {brief(types)}; whole numbers are needed, so correct it."
        ) from None
    if len(shape) != 1:
        raise InputError(f"node {name!r} has shape {shape}; only one axis [neuron] can be read, so flatten it.")
    return shape[0]


def refuse_unknown(nodes: Mapping[str, Any]) -> None:
    """Raise InputError that names the first node of a kind that cannot be read."""
    for name, node in nodes.items():
        if kind(node) == "NIRGraph":
            raise InputError(f"node {name!r} is a graph of its own; only flat graphs can be read, so flatten it first.")
        if kind(node) not in _KINDS:
            raise InputError(
                f"node {name!r} is a {kind(node)}; {', '.join(_KINDS[:-1])} and {_KINDS[-1]} can be read, "
                "so express it by those."
            )
