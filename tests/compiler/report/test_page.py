"""page: a program as one HTML page."""

from dataclasses import replace
from html.parser import HTMLParser

from compiler.pipeline import compile_network
from compiler.report.page import page
from tests.networks import random_network


class _Balance(HTMLParser):
    """Open tags that were not closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_whole_and_tells_digests_cores_and_sources() -> None:
    program = compile_network(random_network(0), "loihi2")
    html = page(program)
    parser = _Balance()
    parser.feed(html)
    assert parser.open == []
    assert program.digest in html
    assert program.origin in html
    assert "<td class='number'>27 / 8,192</td>" in html
    assert "legal: no limit of the chip is broken" in html
    assert "<span class='assumed'>assumed: unpublished; taken from Loihi 1</span>" in html


def test_violations_are_listed() -> None:
    program = compile_network(random_network(0), "loihi2")
    html = page(replace(program, routes=()))
    assert "1 violations" in html
    assert "<li>the program has 0 routes that do not follow from its synapses;" in html
