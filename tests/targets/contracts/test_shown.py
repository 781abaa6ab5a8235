"""What others have named, on one line and without power over a terminal."""

import pytest

from targets.contracts.shown import brief, listed, shown


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        ("hidden", "hidden"),
        ("größe 2/μ [b]", "größe 2/μ [b]"),
        ("a\nb", r"a\nb"),
        ("\x1b[2Jgone", r"\x1b[2Jgone"),
        ("\x9b31m", r"\x9b31m"),
        ("a\u202eb\u2028c", r"a\u202eb\u2028c"),
        ("\ud800", r"\ud800"),
    ],
)
def test_only_printable_characters_are_left(name: str, printed: str) -> None:
    assert shown(name) == printed
    assert shown(name).isprintable()


def test_long_values_are_cut() -> None:
    assert brief("a") == "'a'"
    assert brief([1] * 100) == f"{str([1] * 100)[:60]}..."


def test_what_python_will_not_print_is_told() -> None:
    assert brief(1 << 100_000) == "a int too long to show"


def test_words_are_listed_as_in_a_sentence() -> None:
    assert [listed(words) for words in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == ["", "a", "a and b", "a, b and c"]
