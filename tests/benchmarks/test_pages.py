"""table and paragraph: Markdown."""

from benchmarks.pages import paragraph, table


def test_a_table_has_words_to_the_left_and_figures_to_the_right() -> None:
    assert table(["way", "cores"], [["ours", "3"]]) == ["| way | cores |", "| --- | ---: |", "| ours | 3 |"]
    assert table(["cores", "way"], [], "rl") == ["| cores | way |", "| ---: | --- |"]


def test_a_paragraph_is_broken_at_the_width_of_a_page_and_never_in_a_word() -> None:
    lines = paragraph("  `python -m benchmarks.studies.front`\n        " + "word-by-word " * 20).splitlines()
    assert max(map(len, lines)) <= 118
    assert " ".join(lines) == "`python -m benchmarks.studies.front` " + " ".join(["word-by-word"] * 20)
