"""The scripts of docs/scripts.md: short, of motifc and numpy alone, and run as they stand."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parent.parent
SCRIPTS = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "scripts.md").read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("script", SCRIPTS, ids=range(len(SCRIPTS)))
def test_a_script_is_short_and_needs_motifc_alone(script: str) -> None:
    assert len([line for line in script.splitlines() if line.strip()]) <= 12
    nodes = list(ast.walk(ast.parse(script)))
    imported = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    assert imported <= {"motifc", "numpy"}


@pytest.mark.slow
def test_the_scripts_run_one_after_the_other(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    assert len(SCRIPTS) == 5
    rng = np.random.default_rng(0)
    labels = np.arange(40) % 2
    spikes = rng.random((40, 12, 6)) < np.where(labels == 1, 0.4, 0.1)[:, None, None]
    np.savez(tmp_path / "mine.npz", spikes=spikes.astype(np.uint8), labels=labels)
    environment = os.environ | {"PYTHONPATH": str(ROOT), "MPLBACKEND": "agg"}
    for script in SCRIPTS:
        command = [sys.executable, "-c", script]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    assert (tmp_path / "raster.png").stat().st_size > 1_000
    assert (tmp_path / "chip.png").stat().st_size > 1_000
