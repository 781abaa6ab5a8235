"""reached_cores: which cores listen to each net."""

import numpy as np

from compiler.mapping.reached import reached_cores


def test_every_core_is_named_once_for_each_net_in_order() -> None:
    """Three nets, of which the second has no listener; units are on cores 2, 0, 2 and 1."""
    indptr, pins, core_of = np.array([0, 3, 3, 5]), np.array([0, 1, 2, 2, 3]), np.array([2, 0, 2, 1])
    count, core = reached_cores(indptr, pins, core_of, 3)
    assert count.tolist() == [2, 0, 2]
    assert core.tolist() == [0, 2, 1, 2]
