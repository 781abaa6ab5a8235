"""text: canonical, stable, and different for different content."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from compiler.frontends.network import lower
from compiler.pipeline import compile_network
from compiler.text import text
from targets.program.program import Core
from tests.networks import random_network, tiny_network


def test_network_golden(golden: Callable[[str, str], None]) -> None:
    golden("network.txt", text(tiny_network()))


def test_equal_content_gives_equal_text_and_any_change_another() -> None:
    network = random_network(0)
    assert text(network) == text(random_network(0)) != text(random_network(1))
    assert text(replace(network, steps=31)) != text(network)
    program = compile_network(network)
    assert text(replace(program, steps=31)) != text(program)


def test_chips_in_use_are_told() -> None:
    """A tile of loihi1 in the ninth column is on the second chip."""
    program = compile_network(random_network(0), "loihi1")
    (core,) = program.cores
    assert "\ncores 1, chips 1\ncore 0 at (0, 0)\n" in text(program)
    hidden, answer = ({name: core.members[name]} for name in ("hidden", "answer"))
    apart = replace(program, cores=(Core(0, 0, hidden), Core(8, 0, answer)))
    assert "\ncores 2, chips 2\ncore 0 at (0, 0)\n" in text(apart)


def test_the_bias_of_a_projection_is_told() -> None:
    graph = lower(tiny_network())
    first, *rest = graph.projections
    told = text(replace(graph, projections=(replace(first, bias=np.array([0.5, 0, 0, 1])), *rest)))
    assert [line for line in told.splitlines() if line not in text(graph).splitlines()] == ["  bias 0.5 0 0 1"]


def test_only_artefacts_have_a_text() -> None:
    with pytest.raises(TypeError, match="no text form for int"):
        text(3)
