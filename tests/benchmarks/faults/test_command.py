"""Commands that are struck leave whole files, and nothing else; a few of them here, the count of all in the page."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.faults.chain import Struck
from benchmarks.faults.command import KEPT, Kept, Row, load_kept, summary
from benchmarks.faults.fault import KILLS, Fault
from targets.contracts.errors import InputError
from tests.conftest import REPOSITORY

linux = pytest.mark.skipif(sys.platform != "linux", reason="adopts orphans as Linux does")


@linux
@pytest.mark.slow
def test_killed_commands_leave_whole_files_and_the_next_run_nothing_else(tmp_path: Path) -> None:
    kept = tmp_path / "kept.json"
    asked = ["--command", "train", "--command", "export onnx", "--command", "data cache"]
    command = [sys.executable, "-m", "benchmarks.faults", "--kills", "4", "--seed", "7", *asked, "--kept", str(kept)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=REPOSITORY, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    found = load_kept(kept)
    assert sum(row.struck for row in found.rows if row.fault in KILLS) >= 4
    assert "\n".join(summary(found)) + "\n" == done.stdout
    assert found.seeds["7"] > 1


def test_the_count_that_was_kept_is_what_the_page_shows() -> None:
    found = load_kept(KEPT)
    assert sum(row.struck for row in found.rows if row.fault in KILLS) >= 200
    assert not [problem for row in found.rows for problem in row.problems]
    assert "\n".join(summary(found)) in (REPOSITORY / "docs" / "reliability.md").read_text(encoding="utf-8")


def test_rows_add_up_and_what_is_wrong_is_told_with_its_chain() -> None:
    row = Row("run", "write").plus(Struck(Fault("write"), True, "old", ()), "seed 1, chain 2")
    row = row.plus(Struck(Fault("write"), False, "new", ("it hung",)), "seed 1, chain 3")
    assert row == Row("run", "write", 2, 1, 0, 1, 1, 0, ("seed 1, chain 3: it hung",))
    assert summary(Kept({}, (row,)))[2] == "| run | killed | 2 | 1 | 0 | 1 | 1 | 0 | 1 |"


@pytest.mark.parametrize("content", ["{", "3", json.dumps({"seeds": {}, "rows": [{"no": 1}]})])
def test_a_file_of_something_else_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "other.json").write_text(content)
    with pytest.raises(InputError, match=r"other\.json does not hold counts of faults"):
        load_kept(tmp_path / "other.json")
