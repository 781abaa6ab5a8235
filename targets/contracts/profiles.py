"""cluster_decays: few (du, dv) pairs for many time constants."""

from collections.abc import Mapping

import numpy as np

from targets.contracts.arithmetic import Arithmetic
from targets.contracts.arrays import Array, Floats, Ints
from targets.contracts.grid import decay_u, decay_v

_ITERATIONS = 50
_BLOCK = 1 << 12
"""Points that are looked at together, so that their distances stay in the cache."""


def cluster_decays(
    constants: Mapping[str, tuple[Floats, Floats]], profiles: int, arithmetic: Arithmetic
) -> dict[str, tuple[Ints, Ints]]:
    """Decays (du, dv) int32 [neuron] of each population from its (tau_s, tau_m) in steps, at most `profiles` pairs.

    Where rounding alone leaves more pairs, time constants are clustered by k-means on their logarithms, over all
    populations together, from evenly spaced starting points: the same input gives the same pairs on every run.
    """
    names = list(constants)
    tau_s = np.concatenate([constants[name][0] for name in names])
    tau_m = np.concatenate([constants[name][1] for name in names])
    if len(_pairs(tau_s, tau_m, arithmetic)) > profiles:
        tau_s, tau_m = _clustered(tau_s, tau_m, profiles)
    ends = np.cumsum([constants[name][0].size for name in names])[:-1]
    du, dv = np.split(decay_u(tau_s, arithmetic), ends), np.split(decay_v(tau_m, arithmetic), ends)
    return {name: (du[i], dv[i]) for i, name in enumerate(names)}


def _pairs(tau_s: Floats, tau_m: Floats, arithmetic: Arithmetic) -> Array:
    return np.unique(np.stack([decay_u(tau_s, arithmetic), decay_v(tau_m, arithmetic)], axis=1), axis=0)


def _clustered(tau_s: Floats, tau_m: Floats, profiles: int) -> tuple[Floats, Floats]:
    points = np.log(np.stack([tau_s, tau_m], axis=1))
    unique = np.unique(points, axis=0)
    centres = unique[np.linspace(0, len(unique) - 1, profiles).round().astype(int)]
    for _ in range(_ITERATIONS):
        nearest, last = _nearest(points, centres), centres
        members = np.bincount(nearest, minlength=profiles)[:, None]
        sums = np.stack([np.bincount(nearest, axis, minlength=profiles) for axis in points.T], axis=1)
        # An emptied cluster stays where it was: a pair fewer, which is as good.
        centres = np.where(members > 0, sums / np.maximum(members, 1), centres)
        if np.array_equal(centres, last):
            break
    centred = np.exp(centres[nearest])
    return centred[:, 0], centred[:, 1]


def _nearest(points: Floats, centres: Floats) -> Array:
    """Index of the centre nearest to each point, the lowest of equals."""
    nearest = np.empty(len(points), np.intp)
    for start in range(0, len(points), _BLOCK):
        block = slice(start, start + _BLOCK)
        x, y = np.ascontiguousarray(points[block].T)
        distances = (x - centres[:, :1]) ** 2 + (y - centres[:, 1:]) ** 2
        nearest[block] = distances.argmin(axis=0)
    return nearest
