"""Pages and tables as HTML."""

from motifc.report.html import document, facts, table
from tests.motifc.report.balance import Balance


def test_a_document_is_whole_and_its_title_escaped() -> None:
    page = document("u < v & w", ["<h1>u</h1>", "<p>v</p>"])
    assert page.startswith("<!doctype html>")
    assert "<title>u &lt; v &amp; w</title>" in page
    assert "<body>\n<h1>u</h1>\n<p>v</p>\n</body>" in page
    assert Balance(page).open == []


def test_columns_of_numbers_are_flush_right() -> None:
    made = table(["what", "count", "of", "mixed"], [["a", "1,024", "3 / 4", "5"], ["b", "-7", "0", "none"]])
    assert made == (
        "<table><thead><tr><th>what</th><th class='number'>count</th><th class='number'>of</th><th>mixed</th></tr>"
        "</thead><tbody><tr><td>a</td><td class='number'>1,024</td><td class='number'>3 / 4</td><td>5</td></tr>"
        "<tr><td>b</td><td class='number'>-7</td><td class='number'>0</td><td>none</td></tr></tbody></table>"
    )


def test_headings_are_escaped_and_cells_are_html_already() -> None:
    made = table(["u & v"], [["<code>w</code>"]])
    assert "<th>u &amp; v</th>" in made
    assert "<td><code>w</code></td>" in made


def test_a_table_without_rows_keeps_its_headings() -> None:
    assert table(["a", "b"], []) == "<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody></tbody></table>"


def test_facts_have_no_heading() -> None:
    assert facts([("seed", "7")]) == "<table><tbody><tr><td>seed</td><td>7</td></tr></tbody></table>"
