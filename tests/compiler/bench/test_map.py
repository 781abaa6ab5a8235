"""bench_map: four ways to map the same networks, and the page that compares them."""

from dataclasses import replace

import numpy as np

from compiler.bench.annealing import annealed
from compiler.bench.map import INDEX, MOTIFS, NEURONS, OURS, MapRow, bench_map
from compiler.bench.map_page import page

ROW = MapRow("grid, k = 8", 100, 900, 0, OURS, 4, 50.0, 80.0, 0.9, 1.1, 4, 2.0, 1.0, 0.5)


def test_every_network_is_mapped_in_four_ways_and_ours_is_never_above_index_order() -> None:
    told: list[str] = []
    rows = bench_map(["grid", "random"], [2_400], [8], [0], told.append)
    assert told[0] == "grid, 2,400 neurons, k = 8, seed 0"
    assert [row.method for row in rows] == [INDEX, NEURONS, MOTIFS, OURS] * 2
    for index, _, _, ours in zip(*[iter(rows)] * 4, strict=True):
        assert ours.excess <= 1
        assert ours.messages <= index.messages * (1 + 1e-9)
        assert ours.cores <= max(index.cores, 1.05 * index.cores)
        assert index.cores == index.first_fit


def test_annealing_finds_the_line() -> None:
    """Four cores in a chain on one row: neighbours end up beside each other."""
    between = np.zeros((4, 4))
    between[[0, 2, 1], [2, 1, 3]] = 1.0
    slots = np.array([[x, 0] for x in range(4)])
    x = annealed(between, slots, 0).tiles[:, 0]
    assert np.abs(np.diff(x[[0, 2, 1, 3]])).tolist() == [1, 1, 1]


def test_page_gives_geometric_means_over_legal_networks_only() -> None:
    rows = [
        ROW,
        replace(ROW, method=NEURONS, messages=100.0, hops=160.0),
        replace(ROW, seed=1, messages=20.0, hops=20.0),
        replace(ROW, seed=1, method=NEURONS, messages=10.0, hops=160.0),
        replace(ROW, seed=2, messages=1.0),
        replace(ROW, seed=2, method=NEURONS, messages=1000.0, excess=1.5),
    ]
    written = page(rows, "motifc bench map")
    assert "Written by `motifc bench map`." in written
    assert "| messages, motifc / METIS neurons | 1.00 (2) | 0.87 or less, aim 0.83 |" in written
    assert "| hops, motifc / METIS neurons and annealing | 0.25 (2) | 0.82 or less, aim 0.76 |" in written
    assert "| messages, motifc / index order, worst network | - | 1.00 or less |" in written
    assert "| networks in which motifc keeps every limit | 3 of 3 | all |" in written
    assert "| grid, k = 8 | 100 | 3 | METIS neurons | 4.0 | 370 | 133 | 1.10 | 2.0 | 1.0 | 1 |" in written
    assert "| grid, k = 8 | 100 | 900 | 3.0 | 0.50 |" in written
