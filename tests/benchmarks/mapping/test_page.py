"""page and draw: what was measured, as tables and a figure."""

from dataclasses import replace
from pathlib import Path

from benchmarks.mapping.chain import ChainRow
from benchmarks.mapping.measure import NEURONS, OURS, MapRow
from benchmarks.mapping.page import page
from benchmarks.mapping.picture import draw
from benchmarks.mapping.plan import Task
from benchmarks.mapping.results import Results

TASK = Task("map", "grid", 100, 8, 0)
ROW = MapRow(TASK, 100, 900, OURS, 4, 50.0, 5.0, 80.0, 0.9, 1.1, 4, 2.0, 1.0, 0.5, 1.0)


def row(seed: int, **changed: object) -> MapRow:
    return replace(ROW, task=replace(TASK, seed=seed), **changed)  # type: ignore[arg-type]


def chain(neurons: int, seconds: float, topology: str = "grid") -> ChainRow:
    return ChainRow(Task("chain", topology, neurons, 8, 0), neurons, 50 * neurons, 9, seconds, 2.5, 1.0)


def test_ratios_are_geometric_means_over_legal_networks_only() -> None:
    rows = (
        ROW,
        row(0, method=NEURONS, messages=100.0, hops=160.0),
        row(1, messages=20.0, hops=20.0),
        row(1, method=NEURONS, messages=10.0, hops=160.0),
        row(2, messages=1.0),
        row(2, method=NEURONS, messages=1000.0, overuse=1.5),
    )
    written = page(Results(rows), "python -m benchmarks.mapping --out map.md", None)
    assert "Written by `python -m benchmarks.mapping --out map.md`;" in written
    assert "| messages, motifc / METIS neurons | 1.00 (2) | 0.87 or less, aim 0.83 | **no** |" in written
    assert "| hops, motifc / METIS neurons and annealing | 0.25 (2) | 0.82 or less, aim 0.76 | yes |" in written
    assert "| messages, motifc / index order, worst network | - | 1 or less |  |" in written
    assert "| networks in which motifc keeps every limit | 3 of 3 | all | yes |" in written
    assert "| 100 | 1.00 (2) | 0.25 (2) | - | - |" in written
    assert "| grid, k = 8 | 100 | 900 | 3 | METIS neurons | 4.0 | 370 | 133 | 1.10 | 2.0 | 1.0 | 0.50 | 1 |" in written


def test_another_memory_model_is_no_second_network_of_the_ratios() -> None:
    other = replace(ROW, task=replace(TASK, synapse_bits=8), overuse=1.5)
    written = page(Results((ROW, other)), "", None)
    assert "| networks in which motifc keeps every limit | 1 of 1 | all | yes |" in written
    assert "| grid, k = 8, 8 bits per synapse | 100 |" in written


def test_seconds_of_the_chain_their_exponent_and_what_is_asked() -> None:
    chains = (
        chain(8_000, 4.0),
        chain(32_000, 16.0),
        chain(32_000, 30.0, "random"),
        chain(100_000, 50.0),
        chain(1_000_000, 50.0),
    )
    written = page(Results((), chains), "", "map.png")
    assert "| CPU seconds, whole chain, 32,000 neurons, worst network | 30.00 | 25 or less | **no** |" in written
    assert "| CPU seconds, whole chain, 100,000 neurons, worst network | 50.00 | 80 or less | yes |" in written
    assert "| peak memory, GiB, 1,000,000 neurons | 2.50 | 4 or less | yes |" in written
    assert "| exponent of CPU seconds, whole chain, grids up to 100,000 neurons | 1.00 | 1.2 or less | yes |" in written
    assert "the whole chain up to 100,000 neurons 1.00; the whole chain up to 1,000,000 neurons 0.51. " in written
    assert "| random, k = 8 | 32,000 | 1,600,000 | 9 | 30.0 | 2.50 |" in written
    assert "![CPU seconds against neurons](map.png)" in written


def test_metis_is_set_beside_the_earlier_study() -> None:
    task = Task("map", "random", 32_000, 8, 0)
    rows = (replace(ROW, task=task, neurons=32_000, method="METIS motifs", messages=6_000.0, inputs=600.0),)
    written = page(Results(rows), "", None)
    assert "| random, k = 8 | 32,000 | METIS motifs, without inputs | 4.0 | 5,400 | 5,582 | 0.97 |  |" in written


def test_what_was_not_measured_is_told() -> None:
    written = page(Results((replace(ROW, task=Task("map", "ring", 8_000, 2, 3)),)), "", None)
    assert "- map: ring, k = 2, 8,000 neurons: seeds 0, 1, 2, 4\n" in written
    assert "- chain: grid, k = 8, 1,000,000 neurons: seeds 0\n" in written


def test_the_figure_is_drawn(tmp_path: Path) -> None:
    draw(Results((ROW,), (chain(8_000, 4.0), chain(32_000, 16.0), chain(100_000, 60.0))), tmp_path / "map.png")
    assert (tmp_path / "map.png").read_bytes().startswith(b"\x89PNG")
