"""python -m benchmarks.mapping: the page of what was measured, and what is refused."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from benchmarks.mapping.chain import ChainRow
from benchmarks.mapping.command import main
from benchmarks.mapping.page import page
from benchmarks.mapping.plan import plan
from benchmarks.mapping.results import load

PAGE = Path(__file__).parent.parent.parent.parent / "docs" / "benchmarks" / "map.md"


def test_the_command_writes_the_page_of_what_was_measured(tmp_path: Path) -> None:
    done = [asdict(ChainRow(task, task.neurons, 1, 2, 3.0, 0.5, 1.0)) for task in plan() if task.kind == "chain"]
    (tmp_path / "map.json").write_text(json.dumps(done))
    out = tmp_path / "map.md"
    main(["--out", str(out), "--kinds", "chain"])
    assert f"Written by `python -m benchmarks.mapping --out {out}`;" in out.read_text()
    assert "| random, k = 8 | 32,000 | 1 | 2 | 3.0 | 0.50 |" in out.read_text()
    assert "![CPU seconds against neurons](map.png)" in out.read_text()
    assert (tmp_path / "map.png").exists()


def test_a_part_that_the_plan_has_not_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["--out", str(tmp_path / "map.md"), "--neurons", "800", "--seeds", "0, 1", "--topologies", "ring"])
    assert capsys.readouterr().err.endswith(
        "no network of the plan has one of the sizes 800, seeds 0, 1, topologies ring and kinds all; "
        "docs/benchmarks/map.md names what there is, so ask for some of it.\n"
    )
    assert not (tmp_path / "map.md").exists()


def test_what_is_no_number_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["--out", str(tmp_path / "map.md"), "--neurons", "many"])
    assert "argument --neurons: invalid numbers value: 'many'" in capsys.readouterr().err


def test_the_page_in_the_documents_says_what_its_rows_say() -> None:
    kept = PAGE.read_text(encoding="utf-8")
    written = page(
        load(PAGE.with_suffix(".json")), "python -m benchmarks.mapping --out docs/benchmarks/map.md", "map.png"
    )
    assert _but_machine(written) == _but_machine(kept)


def _but_machine(text: str) -> list[str]:
    return [line for line in text.splitlines() if not line.startswith("Python ")]
