"""toml_in: what is no TOML is refused in one sentence, whatever it holds."""

from pathlib import Path

import pytest

from targets.contracts.errors import InputError
from targets.contracts.toml import toml_in


def test_a_table_is_read_with_or_without_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    for mark in (b"", b"\xef\xbb\xbf"):
        path.write_bytes(mark + b"[a]\nb = 1\n")
        assert toml_in(path) == {"a": {"b": 1}}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a = \xff", "no text in UTF-8"),
        (b"a = ", "not readable TOML"),
        (b"a = " + b"[" * 5000, "correct it"),
        (b"#" * 70_000, "70,000 bytes"),
        (b".".join([b"a"] * 40) + b" = 1", "more than 32 parts"),
        (b"a = " + b"9" * 5000, "correct it"),
    ],
)
def test_all_else_is_one_sentence(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "a.toml"
    path.write_bytes(content)
    with pytest.raises(InputError, match=said) as caught:
        toml_in(path)
    assert "a.toml" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere\.toml"):
        toml_in(tmp_path / "nowhere.toml")
