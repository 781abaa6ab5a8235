"""Expected spikes per step of all inputs and neurons of a graph, measured or assumed."""

from collections.abc import Mapping

import numpy as np

from compiler.ir.graph import IntGraph
from targets.contracts.arrays import Array, Floats
from targets.contracts.errors import InputError
from targets.contracts.wiring import Node

ASSUMED_RATE = 0.03
"""Spikes per step of every neuron where none were measured."""


def rates_of(graph: IntGraph, rates: Mapping[str, Floats] | None) -> Floats:
    """Expected spikes per step by global number, float64; `rates` is name -> [neuron], None assumes 3 %.

    Raises InputError when `rates` does not fit the graph.
    """
    parts: tuple[Node, ...] = (*graph.inputs, *graph.populations)
    if rates is None:
        return np.full(sum(part.neurons for part in parts), ASSUMED_RATE)
    if set(rates) != {part.name for part in parts}:
        raise InputError(
            f"rates are given for {', '.join(map(repr, sorted(rates)))} but the graph has "
            f"{', '.join(map(repr, sorted(part.name for part in parts)))}; give one array for each."
        )
    for part in parts:
        given = np.asarray(rates[part.name])
        if given.shape != (part.neurons,) or not np.isfinite(given).all() or (given < 0).any():
            raise InputError(
                f"rates of {part.name!r} have shape {given.shape} and must be {part.neurons:,} finite numbers of "
                "spikes per step, none negative; count them anew."
            )
    return np.concatenate([np.asarray(rates[part.name], dtype=np.float64) for part in parts])


def summed(index: Array, rates: Array, size: int = 0) -> Floats:
    """Sum of the rates at each index, float64 [at least size], for empty arrays too."""
    return np.bincount(index, rates, minlength=size).astype(np.float64)
