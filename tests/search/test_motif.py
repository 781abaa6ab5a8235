import numpy as np
import pytest

from search.motif import Motif, Wiring, neighbours
from targets.contracts.errors import InputError


def motif(size: int = 2, wiring: Wiring = "ring", lateral: int = 0) -> Motif:
    """Inside one link of each type; `lateral` excitatory links from the previous motif."""
    between = np.zeros((2 if wiring == "ring" else 4, size, size))
    between[0].flat[:lateral] = 1
    inside = np.zeros((size, size))
    inside[0, 0], inside[1, 0] = 1, -1
    return Motif(size, inside, wiring, between)


def test_a_ring_closes() -> None:
    assert neighbours("ring", 4).tolist() == [[3, 0, 1, 2], [1, 2, 3, 0]]
    assert neighbours("ring", 1).tolist() == [[-1], [-1]]


def test_a_grid_is_nearly_square_and_does_not_wrap() -> None:
    # 0 1 2
    # 3 4 5
    left, right, above, below = neighbours("grid", 6).tolist()
    assert left == [-1, 0, 1, -1, 3, 4]
    assert right == [1, 2, -1, 4, 5, -1]
    assert above == [-1, -1, -1, 0, 1, 2]
    assert below == [3, 4, 5, -1, -1, -1]


def test_without_wiring_there_are_no_neighbours() -> None:
    assert neighbours("none", 5).shape == (0, 5)


def test_links_are_counted_once_per_motif() -> None:
    assert motif(lateral=2).links == 4


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: motif(lateral=3),
            "a motif of size 2 has 3 links from one neighbour; at most 2 are allowed, so drop some.",
        ),
        (
            lambda: Motif(1, np.array([[2]]), "none", np.zeros((0, 1, 1))),
            "link types 'intra' of a motif hold [2]; allowed are -1, 0 and 1.",
        ),
        (
            lambda: Motif(2, np.zeros((2, 2)), "ring", np.zeros((4, 2, 2))),
            "a ring motif of size 2 has link types (2, 2) inside and (4, 2, 2) to neighbours; needed are (2, 2) and "
            "(2, 2, 2), so reshape them.",
        ),
    ],
)
def test_wrong_motifs(make: object, message: str) -> None:
    assert callable(make)
    with pytest.raises(InputError) as error:
        make()
    assert str(error.value) == message
