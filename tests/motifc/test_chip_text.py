"""The fullest core for every limit, and the mesh of tiles, drawn from programs made by hand."""

from dataclasses import replace

import numpy as np

from compiler.pipeline import compile_network
from motifc.chip_text import chip_text
from targets.contracts.chip import chip_named
from targets.program.check import check
from targets.program.program import Core, Program
from tests.networks import random_network

CHIP = chip_named("loihi1")


def _on(places: list[tuple[int, int]], neurons: int) -> Program:
    """A program of loose neurons, so many of them on a core at each place."""
    program = compile_network(random_network(0), "loihi1")
    (first, *_), same = program.populations, np.ones(neurons * len(places), np.int32)
    population = replace(first, motif_size=1, du=same, dv=same, vth=same, bias=0 * same)
    cores = tuple(
        Core(x, y, {first.name: np.arange(number * neurons, (number + 1) * neurons, dtype=np.int32)})
        for number, (x, y) in enumerate(places)
    )
    return replace(program, populations=(population,), projections=(), cores=cores, outputs=(), readout=None, proofs=())


def test_every_limit_has_the_core_nearest_to_it() -> None:
    program = compile_network(random_network(0), "small")
    head, *lines = chip_text(program)[:8]
    assert "small" in head
    assert len(lines) == 7
    assert all(len(line) <= 80 for line in lines)
    half = _on([(0, 0)], CHIP.neurons_per_core.value // 2)
    (told,) = [line for line in chip_text(half) if line.split()[0] == "neurons"]
    assert told == f"  neurons            [{'#' * 10:<20}]  50%  512 of 1,024, core 0"


def test_cores_lie_where_they_are() -> None:
    tiles = CHIP.tiles_x.value
    program = _on([(0, 0), (0, 0), (tiles - 1, 1)], CHIP.neurons_per_core.value)
    assert not check(program)
    per = CHIP.cores_per_tile.value
    empty = "." * per
    head, chip, *rows = chip_text(program)[8:]
    assert "full" in head
    assert chip == "  chip 0"
    first = " ".join([f"##{empty}"[:per], *[empty] * (tiles - 1)])
    second = " ".join([*[empty] * (tiles - 1), f"#{empty}"[:per]])
    assert rows == [f"    {first}", f"    {second}"]


def test_a_program_on_another_chip_of_the_system_is_drawn_there() -> None:
    """Its one threshold is a seventh of all that a core has."""
    tiles, empty = CHIP.tiles_x.value, "." * CHIP.cores_per_tile.value
    row = " ".join([f"1{empty[1:]}", *[empty] * (tiles - 1)])
    assert chip_text(_on([(tiles, 0)], 3))[9:] == ["  chip 1", f"    {row}"]
