"""Resets that a file tells of; those it does not tell of are read from files in test_content.py."""

import pytest

from tests.compiler.frontends.nir.graphs import chain, graph, read, refused, with_lif


@pytest.mark.parametrize(("key", "value"), [("reset", "subtract"), ("reset_mechanism", b"none"), ("reset_mode", 1)])
def test_a_reset_that_no_core_does_is_refused(key: str, value: object) -> None:
    shown = repr(value.decode() if isinstance(value, bytes) else value)
    rest = (
        f"tell of {key} = {shown}; a core sets v to v_reset after a spike, so train it with that reset, or remove "
        f"{key} to have it read so all the same."
    )
    whole = with_lif()
    whole.nodes["lif"].metadata = {key: value}
    assert refused(whole) == f"the metadata of node 'lif' {rest}"
    part = with_lif()
    part.metadata = {key: value}
    assert refused(graph(chain("input", "part", "output"), part=part)) == f"the metadata of graph 'part' {rest}"


@pytest.mark.parametrize("value", ["zero", "HARD", b"to_zero", "v_reset"])
def test_a_reset_to_a_value_is_what_is_read(value: object) -> None:
    whole = with_lif()
    whole.metadata = {"reset": value, "author": "somebody"}
    assert read(whole).origin == read(with_lif()).origin
