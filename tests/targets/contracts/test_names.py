"""Names as keys: whatever is quoted comes back, and no dot of a name is left in its key."""

import pytest
from hypothesis import given, strategies as st

from targets.contracts.names import quoted, unquoted


@given(st.text())
def test_any_name_comes_back(name: str) -> None:
    assert unquoted(quoted(name)) == name
    assert "." not in quoted(name)
    assert "/" not in quoted(name)


@given(st.text(max_size=6), st.text(max_size=6))
def test_two_names_have_two_keys(one: str, other: str) -> None:
    assert (quoted(one) == quoted(other)) == (one == other)


@pytest.mark.parametrize(
    ("name", "key"),
    [("hidden", "hidden"), ("a.u", "a%2Eu"), ("L2/m[0]", "L2%2Fm%5B0%5D"), ("shape", "%73hape"), ("100%", "100%25")],
)
def test_keys_stay_readable(name: str, key: str) -> None:
    assert quoted(name) == key


@pytest.mark.parametrize("key", ["lif1.lif", "100%", "%zz", "a/b", "%C3%A9"])
def test_a_key_written_by_hand_is_a_name(key: str) -> None:
    assert unquoted(key) == key
