"""The command goes on where it was stopped, and runs again what no longer holds."""

import json
from pathlib import Path

import pytest

from benchmarks.mutation.command import main, standing
from benchmarks.runs import load, text

FILE = "targets/contracts/arithmetic.py"

pytest.importorskip("cosmic_ray", reason="the extra of mutation is absent: pip install motifc[mutation]")


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="trials limit memory as Linux does")
def test_only_what_no_longer_holds_is_run_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = tmp_path / "rows.json"

    def told() -> list[str]:
        main(["--seed", "3", "--sample", "1", "--file", FILE, "--rows", str(rows), "--out", str(tmp_path / "page.md")])
        return [line for line in capsys.readouterr().err.splitlines() if " -> " in line]

    assert len(told()) == 15
    first = load(rows)
    assert len(standing(first)) == 15
    assert "`targets/contracts/arithmetic.py` | 15 |" in (tmp_path / "page.md").read_text(encoding="utf-8")
    assert told() == []
    killed = next(number for number, row in enumerate(first) if row["state"] == "killed" and "::" in row["by"])
    for change, again in (
        ({"code": "0"}, 1),  # the function was another
        ({"by": "tests/a.py::test_that_is_gone", "tests": "0"}, 1),
        ({"test": "0", "tests": "0"}, 1),  # the test that killed it was another
        ({"tests": "0"}, 0),  # tests were added
        ({"state": "survived", "by": "", "tests": "0"}, 1),
        ({"line": 1}, 0),
    ):
        changed = json.loads(json.dumps(first))
        changed[killed] |= change
        rows.write_text(text(changed), encoding="utf-8")
        assert len(told()) == again, change
        same = [{**row, "seconds": 0, "tests": ""} for row in load(rows)]
        assert same == [{**row, "seconds": 0, "tests": ""} for row in first], change


def test_rows_of_code_that_is_gone_are_told_apart() -> None:
    row = {"file": FILE, "in": "Arithmetic.decay_one", "code": "0"}
    assert standing([row, {**row, "file": "nowhere.py"}]) == []
