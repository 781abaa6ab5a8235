"""Stratified hold-out: samples held out class by class, by seed."""

import numpy as np

from targets.contracts.arrays import Ints


def held_out(labels: Ints, share: float, *seed: int) -> tuple[Ints, Ints]:
    """Indices (kept, held) of the samples with `labels` [sample], both ascending; `share` of each class is held.

    Of a class of two or more samples at least one is held and one kept; a single one is kept. Who is held depends on
    nothing but the labels and the seed numbers.
    """
    generator = np.random.default_rng(seed)
    held = np.zeros(labels.size, dtype=bool)
    for label in np.unique(labels):
        members = generator.permutation(np.flatnonzero(labels == label))
        held[members[: min(max(1, round(share * members.size)), members.size - 1)]] = True
    return np.flatnonzero(~held).astype(np.int32), np.flatnonzero(held).astype(np.int32)
