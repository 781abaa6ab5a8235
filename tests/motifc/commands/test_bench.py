"""motifc bench from the command line."""

import json
from pathlib import Path

import pytest

from motifc.bench.motif_program import motif_program, random_spikes
from targets.contracts.raster import save_rasters
from tests.motifc.command_line import Motifc


@pytest.fixture
def own(motifc: Motifc) -> None:
    """A program, and spikes for it, of no known data."""
    program = motif_program(16)
    program.save("own.program")
    save_rasters({"spikes": random_spikes(program, 3, 30, 0.3)}, "x.npz")


@pytest.mark.slow
def test_bench_backends_writes_a_table(motifc: Motifc) -> None:
    outcome = motifc(
        "bench", "backends", "--neurons", "64", "--backends", "numpy,torch", "--steps", "20", "--out", "b.md"
    )
    assert outcome.status == 0, outcome.err
    page = Path("b.md").read_text(encoding="utf-8")
    assert "`motifc bench backends --neurons 64 --backends numpy,torch --steps 20`" in page
    assert "## 64 neurons" in page
    assert "| torch |" in page


@pytest.mark.slow
def test_a_program_of_one_s_own_is_timed_on_one_s_own_spikes(motifc: Motifc, own: None) -> None:
    arguments = ("bench", "backends", "own.program", "--backends", "numpy,numba", "--input", "x.npz")
    outcome = motifc(*arguments, "--batches", "3", "--steps", "25", "--json")
    assert outcome.status == 0, outcome.err
    oracle, numba = json.loads(outcome.out)
    assert {each["program"] for each in (oracle, numba)} == {"own.program"}
    assert [(each["backend"], each["neurons"], each["batch"]) for each in (oracle, numba)] == [
        ("numpy", 16, 3),
        ("numba", 16, 3),
    ]
    for each in (oracle, numba):
        assert each["peak"] > 20
        assert each["reason"] or (each["step"] > 0 and each["steps"] == 25)
    assert numba["reason"] or numba["differing"] in (0, None)


@pytest.mark.slow
def test_the_page_of_a_program_names_it_its_spikes_and_the_command(motifc: Motifc, own: None) -> None:
    outcome = motifc("bench", "backends", "own.program", "--backends", "numpy", "--input", "x.npz", "--limit", "2")
    assert outcome.status == 0, outcome.err
    assert "`motifc bench backends own.program --backends numpy --input x.npz --limit 2`" in outcome.out
    assert "Program: own.program, digest " in outcome.out
    assert "16 neurons, 512 weights, cores of loihi2: 1. Spikes: x.npz; own.program does not say" in outcome.out
    assert "2 samples, of which a batch takes the first, 30 steps each, padding included." in outcome.out
    assert outcome.out.count("\n| numpy | 1 |") == outcome.out.count("\n| numpy | 2 |") == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--neurons", "many"), "--neurons is 'many'; give whole numbers from 1 on, separated by commas."),
        (("--neurons", ""), "--neurons is ''; give whole numbers from 1 on, separated by commas."),
        (("--neurons", "12"), "12 neurons were asked for; motifs have 8, so give a multiple of 8."),
        (("--batches", "8,0"), "--batches is '8,0'; give whole numbers from 1 on, separated by commas."),
        (
            ("--steps", "1"),
            "--steps is 1; what a step takes is told from runs of 2 and more, so give more.",
        ),
        (
            ("--repeats", "0"),
            "0 repeats and batches [1, 8] were asked for; at least 1 repeat and batches of 1 are needed, so give "
            "larger numbers.",
        ),
        (
            ("--input", "x.npz"),
            "spikes were asked for (x.npz) without a program to run them on; give the program, or leave --input, "
            "--data, --data-dir, --seed and --limit out.",
        ),
        (
            ("own.program", "--neurons", "8"),
            "--neurons sizes motif programs, and own.program was given; leave one of the two out.",
        ),
        (
            ("own.program", "--input", "x.npz", "--batches", "4"),
            "own.program is given 3 samples of 30 steps; batches of up to 4 samples and 2 steps are needed, so ask for "
            "smaller batches or give more.",
        ),
        (
            ("own.program",),
            "own.program does not say which data it was trained on; say which data to take, by --data or --input.",
        ),
        (
            ("x.npz", "--input", "x.npz"),
            "x.npz is a zip archive, as .npz files are; a program is needed here, so give a .program file.",
        ),
    ],
)
def test_what_makes_no_sense_is_refused(motifc: Motifc, own: None, arguments: tuple[str, ...], sentence: str) -> None:
    outcome = motifc("bench", "backends", "--backends", "numpy", *arguments)
    assert (outcome.status, outcome.err) == (2, f"motifc: {sentence}\n")
