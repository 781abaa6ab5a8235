"""motifc bench from the command line."""

from pathlib import Path

from tests.motifc.command_line import Motifc


def test_bench_backends_writes_a_table(motifc: Motifc) -> None:
    outcome = motifc(
        "bench", "backends", "--neurons", "64", "--backends", "numpy,torch", "--steps", "20", "--out", "b.md"
    )
    assert outcome.status == 0, outcome.err
    page = Path("b.md").read_text(encoding="utf-8")
    assert "motifc bench backends --neurons 64 --backends numpy,torch --steps 20" in page
    assert "| torch |" in page


def test_bench_of_no_number_is_refused(motifc: Motifc) -> None:
    outcome = motifc("bench", "backends", "--neurons", "many")
    assert outcome.status == 2
    assert outcome.err == "motifc: --neurons is 'many'; give whole numbers separated by commas.\n"
