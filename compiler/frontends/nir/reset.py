"""check_reset: whether every neuron resets as a core does, by what is written beside it."""

from collections.abc import Mapping
from typing import Any

from compiler.frontends.nir.unnest import FlatGraph
from targets.contracts.errors import InputError
from targets.contracts.shown import brief

_KEYS = ("reset", "reset_mechanism", "reset_method", "reset_mode", "reset_type")
_TO_A_VALUE = {"zero", "to zero", "hard", "v_reset", "constant", "value"}
"""How producers call a reset that sets v to v_reset."""


def check_reset(graph: FlatGraph) -> None:
    """Raise InputError where metadata tell of another reset than that of v to v_reset, such as by subtraction."""
    for name, metadata in graph.metadata.items():
        _check(metadata, f"graph {name!r}" if name else "the graph")
    for name, node in graph.nodes.items():
        _check(node.metadata, f"node {name!r}")


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
