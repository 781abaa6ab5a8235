"""The text of the source is C99 of integers, the same for the same program."""

import re
from dataclasses import replace

from targets.backends.c.source import classes_of, sorted_inputs, source
from targets.conformance.fuzz import numbered_program


def test_the_same_program_gives_the_same_text() -> None:
    program, _ = numbered_program(0, 7)
    assert source(program) == source(program)


def test_nothing_is_allocated_and_nothing_is_a_float() -> None:
    for number in range(8):
        code = source(numbered_program(0, number)[0]).code
        assert not re.search(r"\b(malloc|calloc|realloc|alloca|free|float|double)\b", code)


def test_inputs_lie_in_the_order_of_their_names() -> None:
    program = next(made for made, _ in (numbered_program(0, n) for n in range(20)) if len(made.inputs) == 2)
    turned = replace(program, inputs=program.inputs[::-1])
    assert [each.name for each in sorted_inputs(turned)] == ["x0", "x1"]


def test_a_program_without_readout_tells_no_class() -> None:
    program, _ = numbered_program(0, 7)
    assert classes_of(program) == program.populations[-1].neurons
    assert classes_of(replace(program, readout=None)) == 0
