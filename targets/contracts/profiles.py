"""cluster_decays, nearest_decays: few (du, dv) pairs for many time constants."""

from collections.abc import Mapping

import numpy as np

from targets.contracts.arithmetic import Arithmetic
from targets.contracts.arrays import Array, Floats, Ints
from targets.contracts.grid import decay_u, decay_v, tau_of_du, tau_of_dv
from targets.contracts.numbering import distinct

_ITERATIONS = 50
_SWEEPS = 4
_MOST_PAIRS = 1 << 9
"""Pairs of neurons among which the best are chosen one by one; of more those of the clusters alone are."""
_BLOCK = 1 << 12
"""Points that are looked at together, so that their distances stay in the cache."""
_MANY = 1 << 16
"""Points from which on it saves more to step in compiled code than it takes to load that."""


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
    if _pairs(tau_s, tau_m, arithmetic) > profiles:
        tau_s, tau_m = _clustered(tau_s, tau_m, profiles)
    ends = np.cumsum([constants[name][0].size for name in names])[:-1]
    du, dv = np.split(decay_u(tau_s, arithmetic), ends), np.split(decay_v(tau_m, arithmetic), ends)
    return {name: (du[i], dv[i]) for i, name in enumerate(names)}


def nearest_decays(
    constants: Mapping[str, tuple[Floats, Floats]], profiles: int, arithmetic: Arithmetic
) -> dict[str, tuple[Ints, Ints]]:
    """Decays as `cluster_decays` gives them, each neuron at the nearest of the pairs, and these chosen together.

    Near is what changes the decays least, each relative to itself: that moves spikes. Where the pairs of all neurons
    are too many, the best of them are chosen one by one (greedy, then exchanged), so that pairs that many neurons are
    near to are kept as they are, while centres of clusters are rounded once more. The same input gives the same pairs.
    """
    names = list(constants)
    tau_s, tau_m = (np.concatenate([constants[name][axis] for name in names]) for axis in (0, 1))
    rounded = np.stack([decay_u(tau_s, arithmetic), decay_v(tau_m, arithmetic)], axis=1)
    pairs, times = np.unique(rounded, axis=0, return_counts=True)
    nearest = rounded
    if len(pairs) > profiles:
        if len(pairs) > _MOST_PAIRS:
            clustered = cluster_decays(constants, profiles, arithmetic)
            chosen = np.unique(np.concatenate([np.stack(each, axis=1) for each in clustered.values()]), axis=0)
        else:
            points = np.stack([tau_of_du(pairs[:, 0], arithmetic), tau_of_dv(pairs[:, 1], arithmetic)])
            chosen = pairs[_chosen(_off(points, pairs, arithmetic) * times[:, None], profiles)]
        nearest = np.empty_like(rounded)
        for start in range(0, len(rounded), _BLOCK):
            block = slice(start, start + _BLOCK)
            off = _off(np.stack([tau_s[block], tau_m[block]]), chosen, arithmetic)
            nearest[block] = chosen[off.argmin(axis=1)]
    ends = np.cumsum([constants[name][0].size for name in names])[:-1]
    return {name: (du, dv) for name, (du, dv) in zip(names, (part.T for part in np.split(nearest, ends)), strict=True)}


def _off(points: Floats, pairs: Array, arithmetic: Arithmetic) -> Floats:
    """Squared change of the decays of each point by each pair, relative to themselves: float64 [point, pair].

    Points are time constants [2, point]; one without leak stays so at little cost.
    """
    wanted = arithmetic.decay_one / points[:, :, None]
    got = (pairs[:, 0] + 1, pairs[:, 1])
    return np.asarray(sum(((own - each) / np.maximum(each, 1)) ** 2 for own, each in zip(got, wanted, strict=True)))


def _chosen(off: Floats, profiles: int) -> Array:
    """The pairs, as many as `profiles`, with the least sum over all points of what the nearest is off."""
    chosen: list[int] = []
    for _ in range(min(profiles, off.shape[1])):
        chosen.append(_addition(off, chosen))
    for _ in range(_SWEEPS):
        for place in range(len(chosen)):
            chosen[place] = _addition(off, chosen[:place] + chosen[place + 1 :])
    return np.unique(chosen)


def _addition(off: Floats, chosen: list[int]) -> int:
    """The pair that lowers the sum most beside those `chosen`, the first of equals."""
    served = off if not chosen else np.minimum(off, off[:, chosen].min(axis=1)[:, None])
    return int(served.sum(axis=0).argmin())


def _pairs(tau_s: Floats, tau_m: Floats, arithmetic: Arithmetic) -> int:
    """Different pairs that rounding alone leaves."""
    du, dv = decay_u(tau_s, arithmetic).astype(np.int64), decay_v(tau_m, arithmetic)
    return distinct(du * arithmetic.decay_one + dv).size


def _clustered(tau_s: Floats, tau_m: Floats, profiles: int) -> tuple[Floats, Floats]:
    points = np.log(np.stack([tau_s, tau_m], axis=1))
    ordered = points[np.lexsort((points[:, 1], points[:, 0]))]
    unique = ordered[np.append(True, (ordered[1:] != ordered[:-1]).any(axis=1))]
    centres = unique[np.linspace(0, len(unique) - 1, profiles).round().astype(int)]
    for _ in range(_ITERATIONS):
        (nearest, members, sums), last = _step(points, centres), centres
        # An emptied cluster stays where it was: a pair fewer, which is as good.
        centres = np.where(members[:, None] > 0, sums / np.maximum(members, 1)[:, None], centres)
        if np.array_equal(centres, last):
            break
    centred = np.exp(centres[nearest])
    return centred[:, 0], centred[:, 1]


def _step(points: Floats, centres: Floats) -> tuple[Array, Array, Floats]:
    """The centre nearest to each point, and how many points each centre has and their sum."""
    if len(points) >= _MANY:
        from targets.contracts.clusters import nearest_and_sums

        return nearest_and_sums(np.ascontiguousarray(points.T), centres)
    nearest, count = _nearest(points, centres), len(centres)
    sums = np.zeros((count, 2))
    for axis, summed in zip(points.T, sums.T, strict=True):
        summed[:] = np.bincount(nearest, axis, minlength=count)
    return nearest, np.bincount(nearest, minlength=count), sums


def _nearest(points: Floats, centres: Floats) -> Array:
    """Index of the centre nearest to each point, the lowest of equals."""
    nearest = np.empty(len(points), np.intp)
    for start in range(0, len(points), _BLOCK):
        block = slice(start, start + _BLOCK)
        x, y = np.ascontiguousarray(points[block].T)
        distances = (x - centres[:, :1]) ** 2 + (y - centres[:, 1:]) ** 2
        nearest[block] = distances.argmin(axis=0)
    return nearest
