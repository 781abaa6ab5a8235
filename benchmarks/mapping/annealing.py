"""annealed: placement by simulated annealing, the yardstick for `place`."""

import numpy as np

from targets.contracts.arrays import Array, Floats

_EXCHANGES = 2_000  # tried per slot of the mesh
_COLD = 1e-3  # last temperature over the first


def annealed(between: Floats, slots: Array, seed: int) -> Array:
    """Tile of every core, int [core, 2], with traffic `between` [core, core] on the tiles `slots` [slot, 2].

    From a random start, two random slots exchange what they hold; a change that lengthens the way of spikes is kept
    with the chance exp(-change / temperature). The temperature falls geometrically from the mean change of random
    exchanges to a thousandth of it. Source: Kirkpatrick et al., "Optimization by Simulated Annealing", Science 220
    (1983).
    """
    size, cores = len(slots), len(between)
    traffic = np.zeros((size, size))
    traffic[:cores, :cores] = between + between.T
    tiles = slots.astype(np.int64)
    distance = np.abs(tiles[:, None] - tiles[None]).sum(axis=2).astype(np.float64)
    rng = np.random.default_rng(seed)
    slot_of = rng.permutation(size)

    def change(a: int, b: int) -> float:
        moved = traffic[a] - traffic[b]
        apart = distance[slot_of[b], slot_of] - distance[slot_of[a], slot_of]
        return float(moved @ apart + 2 * traffic[a, b] * distance[slot_of[a], slot_of[b]])

    hot = np.mean([abs(change(*rng.choice(size, 2, replace=False).tolist())) for _ in range(100)])
    count = _EXCHANGES * size
    firsts, steps = rng.integers(0, size, count).tolist(), rng.integers(1, size, count).tolist()
    chances = -np.log(rng.random(count)) * hot * np.geomspace(1, _COLD, count)
    for a, step, worst in zip(firsts, steps, chances.tolist(), strict=True):
        b = (a + step) % size
        if change(a, b) <= worst:
            slot_of[a], slot_of[b] = slot_of[b], slot_of[a]
    return slots[slot_of[:cores]]
