"""motifc report."""

from pathlib import Path

from tests.motifc.command_line import Motifc


def test_report_writes_a_page(motifc: Motifc) -> None:
    assert motifc("report", "net.program", "--out", "page.html").status == 0
    assert Path("page.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_report_draws_a_network(motifc: Motifc) -> None:
    outcome = motifc("report", "net.network", "--out", "page.html")
    assert (outcome.status, outcome.out) == (0, "page.html: written\n")
    assert "Motif of layer hidden" in Path("page.html").read_text(encoding="utf-8")
