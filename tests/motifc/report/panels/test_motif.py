"""The panel of motifs."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from motifc.report.panels.motif import panel
from motifc.report.run import Run
from search.motif import Motif
from search.network import Connection, Layer, Network
from targets.contracts.ports import Input
from targets.contracts.synapses import BlockDiagonal, Dense
from tests.motifc.report.runs import by_hand


def test_links_are_counted_drawn_and_listed() -> None:
    run = by_hand()
    found = panel(run)
    assert found is not None
    assert run.network is not None
    motif = run.network.layers[0].motif
    assert motif is not None
    assert found.answer.startswith("Layer hidden repeats 6 times one motif of 4 neurons with neighbours in a ring: ")
    assert found.answer.endswith(" of 48 possible.")
    assert len(found.drawings) == 3
    (highlight,) = found.highlights
    assert len(highlight.sentences) == motif.size
    for post, pre in np.argwhere(motif.intra != 0):
        assert f'-link-{post}-from-{pre}"' in highlight.drawing.svg
    assert highlight.drawing.svg.count("-link-") == np.count_nonzero(motif.intra)
    counts, listed = found.tables
    inside = [f"{np.count_nonzero(motif.intra == kind)}" for kind in (1, -1, 0)]
    assert counts.rows[0] == ("inside", *inside)
    signs = {1: "+", -1: "\N{MINUS SIGN}"}
    heard = " ".join(f"{signs[int(kind)]}{pre}" for pre, kind in enumerate(motif.intra[0]) if kind)
    assert listed.rows[0][:2] == ("0", heard or "none")


def of_kind(kind: int, **settings: Any) -> str:
    motif = Motif(2, np.full((2, 2), kind), "none", np.empty((0, 2, 2)))
    layer = Layer.of("<n>", 4, motif=motif)
    links = Connection("intra", "<n>", "<n>", BlockDiagonal(np.full((2, 2, 2), 0.5 * kind)))
    connections = (Connection("w", "x", "<n>", Dense(np.ones((4, 1)))), links)
    found = panel(Run("a", "a", Network((Input("x", 1),), (layer,), connections, settings=settings)))
    assert found is not None
    return found.answer


@pytest.mark.parametrize(("kind", "missing"), [(1, "inhibitory"), (-1, "excitatory")])
def test_a_motif_that_lacks_a_type_is_told(kind: int, missing: str) -> None:
    assert of_kind(kind).endswith(f" It has no {missing} link.")


def test_the_reason_of_the_search_is_told() -> None:
    reason = "no inhibitory link: the likeliest one has probability 0.25"
    assert of_kind(1, derived={"<n>": {"reasons": [reason]}}).endswith(f" It has {reason}.")


def test_without_motifs_there_is_no_panel() -> None:
    run = by_hand()
    assert panel(replace(run, network=None)) is None
