"""Objects show themselves in one line, and in a notebook as a table."""

from html.parser import HTMLParser

import pytest

from compiler.pipeline import compile_network
from targets.contracts.reprs import html_table, listed
from targets.runtime.backend import run
from tests.hostile_names import hostile_network
from tests.networks import random_network, random_spikes


class _Tags(HTMLParser):
    """Which elements a text has."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.seen.add(tag)


def test_a_network_a_program_and_a_recording_are_told_in_one_line() -> None:
    network = random_network(0)
    program = compile_network(network)
    recording = run(program, random_spikes(0, 11))
    assert repr(network) == "Network(27 neurons in hidden, answer; 4 connections)"
    assert repr(program) == "Program(27 neurons in hidden, answer; 1 core of loihi2)"
    assert repr(recording) == "Recording(4 samples of 30 steps; hidden, answer)"
    assert program.digest[:12] in program._repr_html_()
    assert "<td>hidden</td><td>24 neurons</td><td>motifs of 4, " in network._repr_html_()
    assert f"<td>{int(recording.spikes['answer'].counts().sum()):,} spikes</td>" in recording._repr_html_()


@pytest.mark.slow
def test_names_stay_characters() -> None:
    network = hostile_network()
    for each in (network, compile_network(network)):
        assert repr(each).isprintable()
        assert len(repr(each)) < 2_000
        tags = _Tags()
        tags.feed(each._repr_html_())
        assert tags.seen == {"table", "caption", "tbody", "tr", "td"}


def test_of_many_names_the_first_are_listed() -> None:
    assert listed("abc") == "a, b, c"
    assert listed("abcdefgh") == "a, b, c, d, e, f, ... (8)"
    assert html_table("<t>", [("a", "&")]) == (
        "<table><caption>&lt;t&gt;</caption><tbody><tr><td>a</td><td>&amp;</td></tr></tbody></table>"
    )
