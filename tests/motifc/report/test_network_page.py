"""network_page: a network as one HTML page."""

import sys
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from motifc.report.network_page import network_page
from search.motif import Motif
from search.network import Connection, Layer, Network
from targets.contracts.errors import InputError
from targets.contracts.ports import Input
from targets.contracts.synapses import BlockDiagonal, Dense
from tests.motifc.report.balance import Balance
from tests.motifc.report.histories import history
from tests.networks import random_network
from tests.provenances import PROVENANCE

pytestmark = pytest.mark.slow


def searched() -> Network:
    training = [{"loss": 2.0, "accuracy": 0.5}, {"loss": 1.0, "accuracy": 0.75}]
    told = {"seed": 7, "search": history("hidden"), "training": training}
    return replace(random_network(0), settings={**told, "hyperparameters": {"model": {"neurons": 24}}})


@pytest.fixture(scope="module")
def html() -> str:
    return network_page(searched())


def test_the_page_is_whole_needs_nothing_and_is_always_the_same(html: str) -> None:
    page = Balance(html)
    assert page.open == []
    assert len(page.ids) == len(set(page.ids)) > 100
    assert not [word for word in ("<script", "<link", "src=", "@import") if word in html]
    assert network_page(searched()) == html


def test_the_page_tells_layers_motifs_and_the_search(html: str) -> None:
    network = searched()
    assert network.digest in html
    assert "<td>hidden</td><td class='number'>24</td><td>6 of 4</td>" in html
    assert "Motif of layer hidden: 6 motifs of 4 neurons, neighbours in a ring" in html
    motif = network.layer("hidden").motif
    assert motif is not None
    counts = [np.count_nonzero(motif.intra == kind) for kind in (1, -1, 0)]
    assert "<td>inside a motif</td>" + "".join(f"<td class='number'>{count}</td>" for count in counts) in html
    assert (
        "Step 2 lowered the rate KL divergence in 2 of 3 iterations and the validation loss in 1 of 3 iterations."
    ) in html
    assert "<h3>Layer hidden</h3>" in html
    assert "<h2>Training after the search</h2>" in html
    assert "<tr><td>model</td><td>neurons</td><td class='number'>24</td></tr>" in html


def test_a_network_built_by_hand_has_no_search() -> None:
    html = network_page(replace(random_network(0), settings={"search": "by hand"}))
    assert Balance(html).open == []
    assert "<h2>Search</h2>" not in html
    assert "<h2>Training" not in html
    assert "<h2>Hyperparameters" not in html


def test_a_motif_that_lacks_a_type_is_told() -> None:
    def page(kind: int, **settings: Any) -> str:
        motif = Motif(2, np.full((2, 2), kind), "none", np.empty((0, 2, 2)))
        layer = Layer.of("<n>", 4, motif=motif)
        links = Connection("intra", "<n>", "<n>", BlockDiagonal(np.full((2, 2, 2), 0.5 * kind)))
        connections = (Connection("w", "x", "<n>", Dense(np.ones((4, 1)))), links)
        return network_page(Network((Input("x", 1),), (layer,), connections, settings=settings))

    assert "<p>This motif has no inhibitory link.</p>" in page(1)
    assert "<p>This motif has no excitatory link.</p>" in page(-1)
    reason = "no inhibitory link: the likeliest one has probability 0.25"
    assert f"<p>This motif has {reason}.</p>" in page(1, derived={"<n>": {"reasons": [reason]}})
    assert "<n>" not in page(1)
    assert Balance(page(1)).open == []


def test_without_matplotlib_the_command_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(InputError) as raised:
        network_page(searched())
    assert str(raised.value) == (
        'the report of a network needs matplotlib, which is not installed; install it with pip install "motifc[plot]".'
    )


def test_a_baseline_speaks_neither_of_a_search_nor_of_settings_it_never_used() -> None:
    settings = {
        "method": "feed-forward",
        "training": [{"loss": 1.0, "accuracy": 0.5}],
        "hyperparameters": {"model": {"neurons": [24], "wiring": "ring"}, "search": {"alpha_rate": 0.1}},
        "idle": ["model.wiring", "search.alpha_rate"],
    }
    html = network_page(replace(random_network(0), settings=settings))
    assert "<tr><td>method</td><td>feed-forward</td></tr>" in html
    assert "<h2>Training</h2>" in html
    told = html[: html.index("<svg")] + html[html.index("<h2>Hyperparameters") :]
    assert "search" not in told.lower()
    assert "alpha_rate" not in html
    assert "wiring" not in told
    assert "<tr><td>model</td><td>neurons</td>" in html


def test_provenance_and_what_was_measured_stand_among_the_facts() -> None:
    network = replace(random_network(0), provenance=PROVENANCE)
    html = network_page(network, [("test accuracy", "<50% of 8")])
    assert "<tr><td>trained on</td><td>digits, split of seed 3: 862 training" in html
    assert "<tr><td>made by</td><td>search by hrmas, 2026-11-28T12:00:00+00:00: motifc search" in html
    assert "<tr><td>test accuracy</td><td>&lt;50% of 8</td></tr>" in html
