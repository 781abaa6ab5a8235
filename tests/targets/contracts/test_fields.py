"""Numbers and names of fields: what is taken and what is told of the rest."""

import numpy as np
import pytest

from targets.contracts.errors import InputError
from targets.contracts.fields import named, whole


@pytest.mark.parametrize("value", [0, 5, np.int32(5), np.uint8(5)])
def test_whole_numbers_of_python_and_numpy_are_taken(value: object) -> None:
    found = whole(value, "delay", 5, least=0)
    assert type(found) is int
    assert found == value


@pytest.mark.parametrize("value", [True, np.True_, 1.0, "1", None, [1], np.array(1)])
def test_other_types_are_refused(value: object) -> None:
    with pytest.raises(InputError, match=r"^delay of 'a' is .*; a whole number is needed, so give one\.$"):
        whole(value, "delay of 'a'", 5)


@pytest.mark.parametrize("value", [-1, 6, 10**400])
def test_numbers_out_of_range_are_refused(value: int) -> None:
    with pytest.raises(InputError, match=r"^delay is .*; 0 to 5 are allowed, so change it\.$") as error:
        whole(value, "delay", 5, least=0)
    assert len(str(error.value)) < 120


@pytest.mark.parametrize("name", ["", "a", "a\nb", "größe", "x" * 255])
def test_any_text_that_can_be_stored_is_a_name(name: str) -> None:
    assert named(name, "an input") == name


@pytest.mark.parametrize("name", [3, None, "x" * 256, "\ud800"])
def test_other_names_are_refused(name: object) -> None:
    with pytest.raises(InputError, match=r"^the name of an input is "):
        named(name, "an input")
