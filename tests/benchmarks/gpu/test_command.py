"""The check on a GPU: run with the interpreter where five packages alone are installed; what it writes, and when."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("triton", reason="triton is not installed")

from benchmarks.gpu.command import KEPT, agrees, main, measured  # noqa: E402
from benchmarks.gpu.page import page, read  # noqa: E402
from benchmarks.gpu.plan import Task, tasks  # noqa: E402

ROOT = Path(__file__).parents[3]
CPU = torch.device("cpu")
ALONE = """
import os, re, runpy, sys
from importlib import metadata

os.environ["TRITON_INTERPRET"] = "1"
known, left = set(), ["torch", "triton", "numba", "numpy", "networkx"]
while left:
    name = re.split("[^A-Za-z0-9._-]", left.pop())[0].lower().replace("_", "-")
    if name not in known:
        known.add(name)
        try:
            needs = metadata.requires(name) or []
        except metadata.PackageNotFoundError:  # needed elsewhere, as what only other systems need
            continue
        left += [need for need in needs if "extra ==" not in need]
owners = metadata.packages_distributions()
ours = {"benchmarks", "motifc", "compiler", "search", "targets"}
hidden = {top for top, held in owners.items() if not {each.lower().replace("_", "-") for each in held} & known} - ours


class Hide:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in hidden:
            raise ModuleNotFoundError(f"{name} is hidden", name=name)


sys.meta_path.insert(0, Hide())
sys.argv = ["gpu", "--tiny", "--seconds", "1e6", "--out", sys.argv[1]]
for needless in ("safetensors", "scipy", "rich"):
    if needless not in hidden and needless in owners:
        raise SystemExit(f"{needless} is not hidden")
runpy.run_module("benchmarks.gpu", run_name="__main__")
"""


@pytest.mark.slow
def test_five_packages_are_enough(tmp_path: Path) -> None:
    out = tmp_path / "gpu.json"
    done = subprocess.run(
        [sys.executable, "-c", ALONE, str(out)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    kept = json.loads(out.read_text(encoding="utf-8"))
    assert len(kept["rows"]) == len(tasks(tiny=True))
    for row in kept["rows"]:
        if row.get("by") == "graph":
            assert row["not measured"] == "no CUDA graph without a device"
        elif row["table"] == "equality":
            assert row["spikes"] > 0
            assert row["differing"] == 0
        else:
            assert row["seconds"] > 0
    assert "On a GPU" in out.with_suffix(".md").read_text(encoding="utf-8")


def test_every_row_is_written_at_once_and_says_why_it_has_no_figures(tmp_path: Path) -> None:
    path, seen = tmp_path / "gpu.json", []

    def look(device: Any) -> dict[str, Any]:
        kept = read(path)
        assert kept is not None
        seen.append([row.get("seconds", row.get("failed", row.get("not measured"))) for row in kept["rows"]])
        return {"seconds": len(seen)}

    def fail(device: Any) -> dict[str, Any]:
        raise ValueError("of no use")

    planned = [
        Task("training", {"by": "eager"}, 0, look),
        Task("training", {"by": "eager"}, 0, fail),
        Task("training", {"by": "graph"}, 0, fail),
        Task("training", {"by": "eager"}, 1e9, look),
        Task("training", {"by": "eager"}, 0, look),
    ]
    rows = measured(planned, CPU, path, end=1e8)
    ended = "the run ended before"
    assert seen[0] == [ended] * 5
    assert seen[1][:3] == [1, "ValueError: of no use", "no CUDA graph without a device"]
    assert seen[1][4] == ended
    assert "are set aside" in rows[3]["not measured"]
    assert rows[4]["seconds"] == 2
    kept = read(path)
    assert kept is not None
    assert kept["rows"] == rows


def test_a_difference_is_no_agreement() -> None:
    assert agrees({"seconds": 1.0})
    assert agrees({"differing": 0, "gradients": 1e-6})
    assert not agrees({"differing": 1, "gradients": 0.0})
    assert not agrees({"differing": 0, "gradients": 1e-3})


def test_nothing_is_measured_without_a_device(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if torch.cuda.is_available():
        pytest.skip("there is a GPU")
    with pytest.raises(SystemExit) as ended:
        main(["--out", str(tmp_path / "gpu.json")])
    assert ended.value.code == 2
    assert "finds no GPU" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_the_page_is_that_of_the_rows() -> None:
    assert KEPT.with_suffix(".md").read_text(encoding="utf-8") == page(read(KEPT))


def test_without_rows_the_page_says_so() -> None:
    assert "Not measured: no device was at hand." in page(None)
