"""fan_in, fan_out: how many of the weights of a projection every neuron has at its end."""

import numpy as np
import pytest

from targets.contracts import degrees
from targets.contracts.degrees import fan_in, fan_out
from targets.contracts.synapses import Banded, BlockDiagonal, Dense, Sparse, Synapses, with_weights


def stored(seed: int) -> list[Synapses]:
    rng = np.random.default_rng(seed)
    return [
        Dense(rng.integers(-1, 2, (6, 5))),
        BlockDiagonal(rng.integers(-1, 2, (4, 3, 2))),
        Banded(rng.integers(-1, 2, (3, 4, 3, 2)), rng.integers(-1, 5, (3, 4)), 5),
        Sparse(rng.integers(-1, 2, 9), rng.integers(0, 7, 9), np.array([0, 0, 4, 4, 9, 9]), 7),
        Sparse(np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(4, np.int64), 7),
    ]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("kind", range(5))
def test_degrees_are_those_of_the_coordinates(kind: int, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(degrees, "PIECE", 4)
    synapses = stored(seed)[kind]
    there = np.random.default_rng(seed).random(synapses.weights.shape) < 0.6
    post, pre, _ = with_weights(synapses, there.astype(np.int32)).coordinates()
    assert fan_in(synapses, there).tolist() == np.bincount(post, minlength=synapses.shape[0]).tolist()
    assert fan_out(synapses, there).tolist() == np.bincount(pre, minlength=synapses.shape[1]).tolist()
