"""check_reset: whether every neuron resets as a core does, by what is written beside it."""

from collections.abc import Mapping
from typing import Any

from compiler.frontends.nir.nodes import NEURONS
from compiler.frontends.nir.unnest import FlatGraph, Tell
from targets.contracts.errors import InputError
from targets.contracts.shown import brief

_KEYS = ("reset", "reset_mechanism", "reset_method", "reset_mode", "reset_type")
_TO_A_VALUE = {"zero", "to zero", "hard", "v_reset", "constant", "value"}
"""How producers call a reset that sets v to v_reset."""


def check_reset(graph: FlatGraph, tell: Tell) -> None:
    """Raise InputError where metadata tell of another reset than that of v to v_reset, such as by subtraction.

    `tell` says which neurons have no v_reset at all, as files of nir before 1.0. Its equations then subtracted the
    threshold, and its producers did either; nir 1.0 reads 0, and so it is read here.
    """
    for name, metadata in graph.metadata.items():
        _check(metadata, f"graph {name!r}" if name else "the graph")
    for name, node in graph.nodes.items():
        _check(node.metadata, f"node {name!r}")
    without = [
        name
        for name, node in graph.nodes.items()
        if "v_reset" in NEURONS.get(node.kind, ()) and "v_reset" in node.missing
    ]
    if without:
        some = ", ".join(repr(name) for name in without[:3]) + (f" and {len(without) - 3} more" if without[3:] else "")
        tell(
            f"the file has no v_reset for {some}, as before nir 1.0, and is read as a reset to 0; if it was trained "
            "with a reset by subtraction, its spikes will be others."
        )


def _check(metadata: Mapping[str, Any], place: str) -> None:
    for key in _KEYS:
        if key not in metadata:
            continue
        value = metadata[key]
        value = value.decode(errors="replace") if isinstance(value, bytes) else value
        if str(value).strip().lower().replace("_", " ") not in {each.replace("_", " ") for each in _TO_A_VALUE}:
            raise InputError(
                f"the metadata of {place} tell of {key} = {brief(value)}; a core sets v to v_reset after a spike, so "
                f"train it with that reset, or remove {key} to have it read so all the same."
            )
