"""Observer: hands values through, tells them in order, and notes where an error came from."""

import pytest

from compiler.observer import Observer


def double(value: int) -> int:
    return 2 * value


def fail(value: int) -> int:
    raise ValueError(f"no {value}")


def test_values_pass_through_and_are_told_in_order() -> None:
    seen: list[tuple[str, object]] = []
    step = Observer(lambda name, stage: seen.append((name, stage)))
    step.tell("start", 1)
    assert step(double, step(double, 1)) == 4
    assert seen == [("start", 1), ("double", 2), ("double", 4)]


def test_an_error_names_its_pass_and_those_before_it() -> None:
    step = Observer(None)
    step(double, 1)
    with pytest.raises(ValueError, match=r"^no 2") as error:
        step(fail, 2)
    assert error.value.__notes__ == ["in pass 'fail', after double"]


def test_the_first_pass_has_none_before_it() -> None:
    with pytest.raises(ValueError, match="no 0") as error:
        Observer(None)(fail, 0)
    assert error.value.__notes__ == ["in pass 'fail', after no other"]
