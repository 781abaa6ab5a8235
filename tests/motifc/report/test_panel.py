"""Questions, answers and tables."""

from motifc.report.panel import COMPARISON, PANELS, Panel, Table
from tests.conftest import REPOSITORY


def test_every_panel_asks_one_question() -> None:
    assert all(question.endswith("?") and question.count("?") == 1 for _, question in PANELS.values())
    assert len({title for title, _ in PANELS.values()}) == len(PANELS)
    panel = Panel("motif", "This one.")
    assert (panel.title, panel.question) == PANELS["motif"]


def test_columns_of_numbers_are_known() -> None:
    table = Table("t", ("what", "a", "b", "c", "d"), [("1", "1,024", "3 / 4", "5", "x"), ("2", "-7", "0", "9.5%", "1")])
    assert [table.numeric(column) for column in range(5)] == [False, True, True, True, False]
    assert table.wide
    assert not Table("t", ("what", "a"), []).numeric(1)


def test_the_docs_list_every_question() -> None:
    page = (REPOSITORY / "docs" / "report.md").read_text(encoding="utf-8")
    for title, question in (*PANELS.values(), COMPARISON[1:]):
        assert f"| {title} | {question} | " in page
