"""The repair study: what a row is, and that the page tells what the rows say."""

import numpy as np

from benchmarks.studies.repair import draws, linked
from benchmarks.studies.repair_page import REPAIRS, page
from targets.contracts.synapses import Dense, Sparse, dense


def _row(of: str, kind: str, seed: int, draw: int, **figures: object) -> dict[str, object]:
    return {
        "network": "fully recurrent",
        "seed": seed,
        "of": of,
        "kind": kind,
        "strength": 0.3,
        "draw": draw,
        **figures,
    }


def test_the_page_tells_differences_and_shares() -> None:
    rows = []
    for seed in (0, 1, 2):
        for draw in draws(seed):
            each = dict.fromkeys(REPAIRS, 0.5) | {"healthy": 0.8, "set_point": 0.6 + 0.01 * seed}
            rows += [_row("network", kind, seed, draw, **each) for kind in ("none", "dead")]
            figures = {"healthy": 0.8, "after": 0.4, "set_point": 0.6, "thresholds": 7, "differing": [{"numba": 0}]}
            rows += [_row("program", kind, seed, draw, **figures) for kind in ("none", "dead")]
    told = page(rows)
    assert "| dead | +11.0 [8.5, 13.5] | +11.0 [8.5, 13.5] |" in told
    assert "of 1 kinds of damage: above SpiKL-IP 40 in 1; above labelled epoch in 1" in " ".join(told.split())
    assert "costs 19.0 points when" in " ".join(told.split())
    assert "| dead | 0.3 | 80.0 | 40.0 | 60.0 | 0.50 [0.50, 0.50] | 0.33 | 7 |" in told
    assert "0 bins differ in 12 comparisons" in " ".join(told.split())


def test_no_two_networks_share_a_draw() -> None:
    drawn = [draw for seed in range(20) for draw in draws(seed)]
    assert len(set(drawn)) == len(drawn) == 40


def test_links_that_are_gone_are_not_trained() -> None:
    weights = np.random.default_rng(0).normal(size=(5, 7)) * (np.arange(7) % 2)
    found = linked(Dense(weights))
    assert isinstance(found, Sparse)
    assert np.array_equal(dense(found), weights)
    assert found.weights.size == np.count_nonzero(weights)
    whole = Dense(np.ones((2, 3)))
    assert linked(whole) is whole
