import numpy as np
import pytest
import torch

from search.motif import neighbours
from search.training.links import dense_matrix, flat_indices
from targets.contracts.arrays import Array
from targets.contracts.synapses import Banded, BlockDiagonal, Dense, Sparse, Synapses


def matrix(synapses: Synapses) -> Array:
    """[post, pre] by the synapses' own account."""
    whole = np.zeros(synapses.shape)
    np.add.at(whole, synapses.coordinates()[:2], synapses.coordinates()[2])
    return whole


@pytest.mark.parametrize("kind", ["dense", "block", "band", "sparse"])
def test_dense_puts_every_stored_weight_in_its_place(kind: str) -> None:
    generator = np.random.default_rng(4)
    synapses: dict[str, Synapses] = {
        "dense": Dense(generator.standard_normal((3, 5))),
        "block": BlockDiagonal(generator.standard_normal((4, 2, 3))),
        "band": Banded(generator.standard_normal((4, 6, 2, 2)), neighbours("grid", 6), 6),
        "sparse": Sparse(generator.standard_normal(4), np.array([1, 3, 0, 2]), np.array([0, 2, 2, 4]), 5),
    }
    one = synapses[kind]
    found = dense_matrix(torch.from_numpy(one.weights.copy()), torch.from_numpy(flat_indices(one)), one.shape)
    assert np.array_equal(found.numpy(), matrix(one))


def test_two_links_with_the_same_ends_add_up() -> None:
    ring_of_two = Banded(np.ones((2, 2, 1, 1)), neighbours("ring", 2), 2)
    found = dense_matrix(torch.ones(2, 2, 1, 1), torch.from_numpy(flat_indices(ring_of_two)), (2, 2))
    assert found.tolist() == [[0.0, 2.0], [2.0, 0.0]]
