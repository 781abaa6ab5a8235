"""The notebook of examples/ runs from its first cell to its last, and shows what stands in it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks.notebook import executed, text

ROOT = Path(__file__).parent.parent
NOTEBOOK = ROOT / "examples" / "tour.ipynb"
ANEW = """
import json, sys
from pathlib import Path
from benchmarks.notebook import executed
print(json.dumps(executed(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))))
"""


def shown(notebook: dict[str, Any]) -> list[Any]:
    """Outputs of all code cells; of a picture, which the version of matplotlib changes, only that there is one."""
    found = json.loads(json.dumps([cell["outputs"] for cell in notebook["cells"] if cell["cell_type"] == "code"]))
    for output in (output for outputs in found for output in outputs):
        if "image/png" in output.get("data", {}):
            output["data"]["image/png"] = len(output["data"]["image/png"]) > 1_000
    return list(found)


@pytest.mark.slow
def test_its_cells_show_what_stands_there() -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    environment = os.environ | {"PYTHONPATH": str(ROOT), "MPLBACKEND": "agg", "PYTHONWARNINGS": "error"}
    command = [sys.executable, "-c", ANEW, str(NOTEBOOK)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    assert shown(json.loads(done.stdout)) == shown(json.loads(NOTEBOOK.read_text(encoding="utf-8")))


def test_it_is_small_shows_pictures_and_tables_and_ends_with_a_proof() -> None:
    written = NOTEBOOK.read_text(encoding="utf-8")
    assert len(written) < 300_000
    notebook = json.loads(written)
    assert text(notebook) == written
    told = json.dumps(shown(notebook))
    assert told.count("image/png") == 4
    assert told.count("text/html") == 3
    assert "numpy and numba are equal: 0 of " in told


def test_cells_share_names_and_the_last_line_is_shown() -> None:
    cells = [{"cell_type": "code", "source": [line]} for line in ("a = 2\nprint(a)", "a * 3", "None", "")]
    made = executed({"cells": [*cells, {"cell_type": "markdown", "source": ["a"]}]})
    printed, value, *nothing, markdown = made["cells"]
    assert printed["outputs"] == [{"output_type": "stream", "name": "stdout", "text": ["2\n"]}]
    assert value["outputs"][0]["data"] == {"text/plain": ["6"]}
    assert [cell["outputs"] for cell in nothing] == [[], []]
    assert markdown == {"cell_type": "markdown", "source": ["a"]}


def test_a_cell_that_fails_is_not_passed_over() -> None:
    with pytest.raises(ZeroDivisionError):
        executed({"cells": [{"cell_type": "code", "source": ["1 / 0"]}]})
