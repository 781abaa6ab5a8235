"""A sentence can be printed, whatever it quotes."""

import pickle

from targets.contracts.errors import InputError


def test_what_a_sentence_quotes_is_printed_as_characters() -> None:
    assert str(InputError("node '\x1b[31m' is \u202enone.")) == r"node '\x1b[31m' is \u202enone."
    assert str(InputError("one.\ntwo\r.")) == "one.\ntwo\\r."
    assert InputError("a", 3).args == ("a", 3)


def test_long_quotes_lose_their_middle() -> None:
    sentence = f"row {'x' * 140_000} is needed, so get it again."
    told = str(InputError(f"short.\n{sentence}"))
    first, second = told.splitlines()
    assert first == "short."
    assert len(second) == 900
    assert second.startswith("row xxx")
    assert " ... xxx" in second
    assert second.endswith("x is needed, so get it again.")
    assert str(InputError("x" * 900)) == "x" * 900


def test_an_error_is_the_same_in_another_process() -> None:
    assert str(pickle.loads(pickle.dumps(InputError("a\x07b.")))) == "a\\x07b."
