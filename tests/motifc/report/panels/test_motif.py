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


def test_delays_are_told_drawn_and_listed() -> None:
    lateral = np.ones((2, 1, 1)) * np.eye(2)
    motif = Motif(2, np.eye(2), "ring", lateral, delays=np.array([4, 1, 8]), late=np.array([0, 8]))
    layer = Layer.of("n", 6, motif=motif)
    rows = np.tile([1.0, 0.0], 3)[:, None]
    connections = (
        Connection("w", "x", "n", Dense(rows)),
        Connection("w+8", "x", "n", Dense(1 - rows), delay=9),
        Connection("intra", "n", "n", BlockDiagonal(np.stack([np.eye(2)] * 3)), delay=4),
    )
    found = panel(Run("a", "a", Network((Input("x", 1),), (layer,), connections)))
    assert found is not None
    assert (
        "Spikes take 4 steps inside it, 1 step from the previous motif and 8 steps from the next motif." in found.answer
    )
    assert "Its neurons hear what is before the layer 0 to 8 steps late." in found.answer
    assert [each.caption for each in found.drawings] == [
        "n, inside the motif, after 4 steps: 2 + (excitatory) and 0 \N{MINUS SIGN} (inhibitory)",
        "n, from the previous motif, after 1 step: 2 + (excitatory) and 0 \N{MINUS SIGN} (inhibitory)",
        "n, from the next motif, after 8 steps: 2 + (excitatory) and 0 \N{MINUS SIGN} (inhibitory)",
    ]
    (highlight,) = found.highlights
    assert highlight.sentences[1].endswith(" It hears what is before the layer 8 steps late.")
    counts, listed = found.tables
    assert [row[-1] for row in counts.rows] == ["4", "4", "1", "8"]
    assert [row[-1] for row in listed.rows] == ["0", "8"]
