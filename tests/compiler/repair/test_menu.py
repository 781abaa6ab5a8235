"""Few thresholds that come near to many."""

import numpy as np
from hypothesis import given, strategies as st

from compiler.repair.menu import clustered


def test_few_that_are_wanted_stay_as_they_are() -> None:
    assert clustered(np.array([100.4, 200.0, 100.4]), [50], 3, 1000).tolist() == [100, 200, 100]


def test_groups_are_found() -> None:
    wanted = np.array([100, 101, 99, 400, 410, 390, 1600, 1590, 1610], np.float64)
    found = clustered(wanted, [], 3, 5000)
    assert len(np.unique(found)) == 3
    assert np.abs(np.log(found / wanted)).max() < 0.03


def test_a_full_core_lends_its_thresholds() -> None:
    assert clustered(np.array([10.0, 90.0, 2000.0]), [20, 100], 2, 5000).tolist() == [20, 100, 100]


@given(
    st.lists(st.floats(0.01, 1e7), min_size=1, max_size=40),
    st.sets(st.integers(1, 1000), max_size=6),
    st.integers(1, 8),
)
def test_the_menu_is_never_longer_than_the_core_holds(wanted: list[float], fixed: set[int], profiles: int) -> None:
    found = clustered(np.array(wanted), fixed, max(profiles, len(fixed)), 131_000)
    assert len(set(found.tolist()) | fixed) <= max(profiles, len(fixed))
    assert found.min() >= 1
    assert found.max() <= 131_000
