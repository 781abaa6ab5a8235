"""table and paragraph: Markdown."""

from pathlib import Path

import pytest

from benchmarks.pages import paragraph, put, table
from targets.contracts.errors import InputError


def test_a_table_has_words_to_the_left_and_figures_to_the_right() -> None:
    assert table(["way", "cores"], [["ours", "3"]]) == ["| way | cores |", "| --- | ---: |", "| ours | 3 |"]
    assert table(["cores", "way"], [], "rl") == ["| cores | way |", "| ---: | --- |"]


def test_a_paragraph_is_broken_at_the_width_of_a_page_and_never_in_a_word() -> None:
    lines = paragraph("  `python -m benchmarks.studies.digits`\n        " + "word-by-word " * 20).splitlines()
    assert max(map(len, lines)) <= 118
    assert " ".join(lines) == "`python -m benchmarks.studies.digits` " + " ".join(["word-by-word"] * 20)


def test_lines_are_put_into_their_place_and_nowhere_else(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# A\n\n<!-- counts -->\nold\n<!-- end of counts -->\n\nB\n")
    for lines in (["| new |", "| --- |"], ["| newer |"]):
        put(page, "counts", lines)
        shown = "\n".join(lines)
        assert page.read_text() == f"# A\n\n<!-- counts -->\n{shown}\n<!-- end of counts -->\n\nB\n"
    with pytest.raises(InputError, match="has no place for others; add the lines <!-- others -->"):
        put(page, "others", ["x"])
