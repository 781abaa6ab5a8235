"""The page on backends: conditions, times, and reasons where there are none."""

import numpy as np

from motifc.bench.backends import BackendTime
from motifc.bench.page import page


def test_page() -> None:
    rows = [
        BackendTime("numpy", 80, 1, 0.5, 0.3, 0.01, 0.002, 0.001, 20, 2, 0.1, None, "", 1234.5, "80 neurons"),
        BackendTime("torch", 80, 8, 1.25, 0.4, 0.01, 0.004, 0.003, 10, 1, 0.1, 3, "", 300.2, "80 neurons"),
        BackendTime("lava:core", 160, 1, 2.0, reason="too many processes; run fewer.", program="net.program"),
    ]
    text = page(rows, "motifc bench backends --neurons 80,160", "What is run.")
    assert text.startswith("# Time per step of each backend\n\nWritten by `motifc bench backends --neurons 80,160`.\n")
    assert "load average over the last minute 0.5 to 2.0 while measuring" in text
    assert "a process of its own and one thread" in text
    assert "\n\nWhat is run.\n\n" in text
    assert f"numpy {np.__version__}" in text
    assert "| numpy | 1 | 2 | 1 | 2.5e+04 | 0.3 | 0.01 | 1,234 | 20 | 2 | 0.100 | reference |" in text
    assert "| torch | 8 | 4 | 3 | 6.25e+03 | 0.4 | 0.01 | 300 | 10 | 1 | 0.100 | 3 |" in text
    assert "| lava:core | 1 | not measured, see below | | | | | | | | | |" in text
    assert text.endswith("\nlava:core, batch 1: too many processes; run fewer.\n")
    assert (
        text.index("## 80 neurons") < text.index("| torch") < text.index("## net.program") < text.index("lava:core |")
    )
