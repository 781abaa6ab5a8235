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


def test_bench_map_refuses_what_its_plan_lacks(motifc: Motifc) -> None:
    outcome = motifc("bench", "map", "--neurons", "800", "--seeds", "0", "--topologies", "ring", "--out", "m.md")
    assert outcome.status == 2
    assert outcome.err == (
        "motifc: no network of the plan has one of the sizes 800, seeds 0, topologies ring and kinds all; "
        "docs/benchmarks/map.md names what there is, so ask for some of it.\n"
    )
    assert not Path("m.md").exists()
