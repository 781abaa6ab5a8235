"""Nodes of a NIR graph: the kinds that can be read, their parameters as numbers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from targets.contracts.arrays import Array, Floats
from targets.contracts.errors import InputError
from targets.contracts.fields import MOST_NEURONS
from targets.contracts.shown import brief, listed

NEURONS = {
    "CubaLI": ("tau_syn", "tau_mem", "r", "w_in", "v_leak"),
    "CubaLIF": ("tau_syn", "tau_mem", "r", "w_in", "v_leak", "v_threshold", "v_reset"),
    "I": ("r",),
    "IF": ("r", "v_threshold", "v_reset"),
    "LI": ("tau", "r", "v_leak"),
    "LIF": ("tau", "r", "v_leak", "v_threshold", "v_reset"),
    "Threshold": ("threshold",),
}
"""Kinds that keep a voltage, and their parameters."""
VOLTAGES = {"CubaLI", "I", "LI"}
"""Those of them that answer in voltage and never spike."""
CONVOLUTIONS = {
    "AvgPool2d": ("kernel_size", "stride", "padding"),
    "Conv1d": ("weight", "stride", "padding", "dilation", "groups", "bias"),
    "Conv2d": ("weight", "stride", "padding", "dilation", "groups", "bias"),
    "SumPool2d": ("kernel_size", "stride", "padding"),
}
"""Kinds whose weights are unrolled over all places of an image, and their parameters."""
MAPS = {
    "Affine": ("weight", "bias"),
    "Delay": ("delay",),
    "Linear": ("weight",),
    "Scale": ("scale",),
    **CONVOLUTIONS,
}
"""Kinds that compute y = W x + b, or x some steps later, and their parameters."""
PORTS = {"Input": "input_type", "Output": "output_type"}
"""Kinds at the rim of a graph, and where they tell their shape."""
PASSING = ("Flatten", "Junction")
"""Kinds that hand on what they hear; a Junction is the Input or Output of a graph within the graph."""
ELEMENTWISE = {*NEURONS, "Delay", "Scale"}
"""Kinds that do the same to every signal by itself; parameters of one value hold for all."""
READ = sorted({"Flatten", "NIRGraph", *PORTS, *MAPS, *NEURONS})


ENDLESS = {"tau", "tau_mem", "tau_syn", "r", "w_in"}
"""Parameters of neurons that may be infinite: what is never forgotten, and the gain that goes with it."""
_MOST = 10**8
"""Numbers of one parameter; as float64 they take 0.8 GB."""


@dataclass(frozen=True, eq=False)
class Node:
    """A node as it came.

    given    parameter -> value, of whatever type
    metadata what its producer wrote beside it
    missing  parameters that the file does not hold, and for which nir's own default stands
    spelled  name of its class where that is another than its kind
    """

    kind: str
    given: Mapping[str, Any] = field(default_factory=dict)
    metadata: Mapping[str, Any] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    spelled: str = ""

    def numbers(self, name: str, key: str) -> Floats:
        """The parameter `key` of this node, called `name`, as float64 of any shape; InputError for anything else.

        Values of `ENDLESS` may be infinite, above 0.
        """
        if key not in self.given:
            raise InputError(f"node {name!r} is a {self.kind} without {key}; write it again with that.")
        return numbers(self.given[key], f"{key} of node {name!r}", key in ENDLESS)

    def whole(self, name: str, key: str, axes: int, least: int) -> tuple[int, ...]:
        """The parameter `key` as `axes` whole numbers of at least `least`; one number stands for all axes."""
        values = self.numbers(name, key).ravel()
        outside = (values < least) | (values > MOST_NEURONS) | (values != np.round(values))
        if values.size not in (1, axes) or outside.any():
            raise InputError(
                f"node {name!r} has {key} {brief(values.tolist())}; {axes} whole numbers from {least} to "
                f"{MOST_NEURONS:,} are needed, so correct it."
            )
        return tuple(int(value) for value in np.broadcast_to(values, axes))


@dataclass(frozen=True, eq=False)
class Tree:
    """A graph as it came, with graphs among its nodes."""

    nodes: Mapping[str, "Node | Tree"]
    edges: tuple[tuple[str, str], ...]
    metadata: Mapping[str, Any] = field(default_factory=dict)


def numbers(value: Any, place: str, endless: bool = False) -> Floats:
    """`value`, a number, an array or a tensor, as finite float64; InputError, with `place`, for anything else.

    Where it is `endless`, +infinity is a number too.
    """
    try:
        array = _array(value)
    except (TypeError, ValueError, RuntimeError, AttributeError, NotImplementedError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise InputError(f"{place} is a {type(value).__name__} and no array ({reason}); give an array.") from None
    if array.dtype.kind not in "buif":
        raise InputError(f"{place} holds {array.dtype}; only numbers are allowed, so convert it first.")
    if array.size > _MOST:
        raise InputError(f"{place} holds {array.size:,} numbers; up to {_MOST:,} are read, so split the node.")
    found = array.astype(np.float64)
    good = np.isfinite(found) | (np.isposinf(found) if endless else False)
    if not good.all():
        bad = int(np.count_nonzero(~good))
        raise InputError(
            f"{place} holds {bad:,} NaN or infinite of {found.size:,} values; all must be finite, "
            "so repair or retrain the network."
        )
    return found


def refuse_unread(name: str, kind: str) -> None:
    """Raise InputError for a node of a kind that cannot be read."""
    if kind not in READ:
        raise InputError(f"node {name!r} is a {kind}; {listed(READ)} can be read, so express it by those.")


def _array(value: Any) -> Array:
    """`value` as an array; a tensor of torch without its history, and bfloat16, which numpy has not, as float64."""
    if hasattr(value, "detach"):
        value = value.detach().cpu()
        if value.dtype.is_floating_point:
            value = value.double()
    array = np.asarray(value)
    return array.astype(np.float64) if "bfloat16" in array.dtype.name or "float8" in array.dtype.name else array
