"""Mutants are drawn place by place, by a seed, and those that change nothing that runs are left out."""

from itertools import islice

import pytest

from benchmarks.mutation.mutants import applied, drawn, pieces, places, shares

pytest.importorskip("cosmic_ray", reason="the extra of mutation is absent: pip install motifc[mutation]")

SOURCE = '''
def half(value: int | None, step: int = 1) -> int:
    """Half of it."""
    if value is None:
        return 0
    return (value >> step) + 0
'''

CLASS = '''ONE = 1


@frozen
class A:
    """Doc."""

    x: int = 2

    @property
    def y(self):
        return 1
'''


def test_every_place_is_found_with_what_can_be_changed_there() -> None:
    found = {place[0]: {name for name, _ in choices} for place, choices in places(SOURCE).items()}
    assert {"NumberReplacer", "AddNot", "ReplaceBinaryOperator_RShift_LShift"} <= set().union(*found.values())
    assert [names for (line, _), names in found.items() if line == 5] == [{"NumberReplacer"}]


@pytest.mark.parametrize("seed", ["1", "2", "3"])
def test_places_come_first_and_then_a_second_mutant_of_each(seed: str) -> None:
    at = places(SOURCE)
    every = list(drawn(SOURCE, at, seed))
    assert all("int | None" in each.source for each in every), "an annotation was changed"
    assert len({each.source for each in every}) > 20
    first = list(islice(every, 7))
    # 1; `is` and the condition; 0; the shift, the sum and the other 0
    assert sorted(each.line for each in first) == [2, 4, 4, 5, 6, 6, 6]
    assert [each.source for each in first] == [each.source for each in islice(drawn(SOURCE, at, seed), 7)]
    assert applied(SOURCE, first[0].operator, first[0].occurrence) == first[0].source


def test_a_change_elsewhere_moves_no_mutant() -> None:
    def names(source: str) -> list[tuple[str, str, str, int]]:
        mutants = drawn(source, places(source), "1")
        return [(each.piece.name, each.piece.code, each.operator, each.nth) for each in mutants]

    longer = f"ONE = 1\n\n\ndef more(value):\n    return value + ONE\n\n{SOURCE}"
    assert [name for name in names(longer) if name[0] == "half"] == names(SOURCE)
    assert len(names(longer)) > len(names(SOURCE)) == len(set(names(SOURCE)))


def test_pieces_are_functions_and_statements_outside_them() -> None:
    one, head, _, x, y = pieces(CLASS)
    assert [head.name, y.name] == ["A", "A.y"]
    assert [(each.first, each.last) for each in (one, head, x, y)] == [(1, 1), (4, 5), (8, 8), (10, 12)]
    told = [each.code for each in pieces(CLASS.replace("Doc.", "Other.").replace(": int", ": float"))]
    assert told == [each.code for each in pieces(CLASS)]
    for changed, number in (("ONE = 2", 0), ("@eager", 1), ("x: int = 3", 3), ("return 2", 4)):
        was = {0: "ONE = 1", 1: "@frozen", 3: "x: int = 2", 4: "return 1"}[number]
        codes = [each.code for each in pieces(CLASS.replace(was, changed))]
        assert [n for n, (a, b) in enumerate(zip(codes, told, strict=True)) if a != b] == [number]


def test_no_two_mutants_run_alike() -> None:
    """Either of two nots in a row may be taken away, to the same end."""
    source = "def f(x):\n    return not not x\n"
    mutants = [each.source for each in drawn(source, places(source), "1")]
    assert len(mutants) == len({" ".join(each.split()) for each in mutants}) > 0


def test_the_changed_lines_are_told() -> None:
    (told,) = (each for each in drawn(SOURCE, places(SOURCE), "1") if each.operator.endswith("RShift_LShift"))
    assert (told.line, told.was, told.becomes) == (
        6,
        "return (value >> step) + 0",
        "return (value << step) + 0",
    )


def test_files_share_the_sample_by_their_lines() -> None:
    assert shares({"long": 300, "short": 90, "tiny": 10}, 40, 5) == {"long": 30, "short": 9, "tiny": 5}
