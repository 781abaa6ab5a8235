"""Stratified hold-out: samples, or whole groups of samples, held out class by class, by seed."""

import numpy as np

from targets.contracts.arrays import Array, Ints


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


def drawn_apart(labels: Ints, held: int, seed: int) -> tuple[Ints, Ints]:
    """Indices (kept, held) in random order, `held` of them held out and every class shared out evenly.

    The very indices that `train_test_split(..., test_size=held, stratify=labels, random_state=seed)` of scikit-learn
    gives, so that splits published with it stay what they are; importing it takes a second.
    """
    random = np.random.RandomState(seed)
    members = [np.flatnonzero(labels == label) for label in np.unique(labels)]
    counts = np.array([each.size for each in members])
    kept = _shared_out(counts, labels.size - held, random)
    taken = _shared_out(counts - kept, held, random)
    parts: tuple[list[Array], list[Array]] = ([], [])
    for own, keep, take in zip(members, kept, taken, strict=True):
        order = own[random.permutation(own.size)]
        parts[0].append(order[:keep])
        parts[1].append(order[keep : keep + take])
    first, second = (random.permutation(np.concatenate(part)) for part in parts)
    return first, second


def _shared_out(counts: Ints, total: int, random: np.random.RandomState) -> Ints:
    """`total` draws shared out over classes of `counts` [class]; what rounding leaves goes by size of remainder."""
    shares = counts / counts.sum() * total
    drawn = np.floor(shares)
    left, missing = shares - drawn, int(total - drawn.sum())
    for remainder in np.unique(left)[::-1]:
        if not missing:
            break
        equal = np.flatnonzero(left == remainder)
        chosen = random.choice(equal, size=min(equal.size, missing), replace=False)
        drawn[chosen] += 1
        missing -= chosen.size
    return drawn.astype(np.int64)


def groups_held_out(labels: Ints, groups: Array, share: float, *seed: int) -> tuple[Ints, Ints]:
    """Indices (kept, held) of the samples with `labels` and `groups` [sample], both ascending; no group is in both.

    Groups are held, large ones first and else in random order, while that brings what is held of each class nearer to
    `share`. Of a class in two or more groups at least one is held where every class keeps another; of each class at
    least one sample is kept. Who is held depends on nothing but labels, groups and the seed numbers.
    """
    names, who = np.unique(groups, return_inverse=True)
    classes = np.unique(labels, return_inverse=True)[1]
    members = np.zeros((names.size, 1 + int(classes.max(initial=0))), np.int64)
    np.add.at(members, (who, classes), 1)
    total = members.sum(axis=0)
    chosen = np.zeros(names.size, dtype=bool)

    def distance(held: Array) -> float:
        """How far the classes of the groups `held` are from the share."""
        return float(np.linalg.norm(members[held].sum(axis=0) - share * total))

    def with_group(group: int) -> Array | None:
        """What is held with one more group; None where a class would keep nothing."""
        held = chosen.copy()
        held[group] = True
        return held if members[~held].any(axis=0).all() else None

    order = np.random.default_rng(seed).permutation(names.size)
    for group in order[np.argsort(-members[order].sum(axis=1), kind="stable")]:
        held = with_group(group)
        if held is not None and distance(held) < distance(chosen):
            chosen = held
    for label in range(total.size):
        if not members[chosen, label].any():
            ways = [held for group in order[members[order, label] > 0] if (held := with_group(group)) is not None]
            chosen = min(ways, key=distance, default=chosen)
    held_samples = chosen[who]
    return np.flatnonzero(~held_samples).astype(np.int32), np.flatnonzero(held_samples).astype(np.int32)
