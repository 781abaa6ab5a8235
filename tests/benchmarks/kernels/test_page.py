from dataclasses import asdict, replace

import pytest
import torch

from benchmarks.kernels.case import Case
from benchmarks.kernels.command import measured
from benchmarks.kernels.competitors import kernels, loop
from benchmarks.kernels.page import page

SMALL = Case(neurons=32, links=5, channels=9, rate=0.3, steps=6, batch=3)


def test_both_of_ours_give_the_same_gradients() -> None:
    for case in (SMALL, replace(SMALL, readout=20)):
        for one, other in zip(kernels(case)(), loop(case)(), strict=True):
            torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-5)


@pytest.mark.slow
def test_what_is_measured_is_written() -> None:
    rows = [{"table": "layer", **row} for row in measured(SMALL, ("kernels", "loop"), 2)]
    assert [row["competitor"] for row in rows] == ["kernels", "loop"]
    assert all(
        row["case"] == asdict(SMALL) and row["repeats"] == 2 and 0 < row["least"] <= row["median"] for row in rows
    )
    text = page(rows)
    assert "## One layer" in text
    assert "| kernels | 32 | 5 | 9 | 6 | 3 | 0 |" in text


def test_growth_is_fitted() -> None:
    rows = [
        {"table": "neurons", "case": asdict(replace(SMALL, neurons=n)), "competitor": "kernels", "median": n * 1e-3}
        | {"least": n * 1e-3, "repeats": 1, "mebibytes": 1.0, "load": 0.5, "cpu": "a processor"}
        for n in (128, 256, 512)
    ]
    assert "Exponents of growth, fitted to the medians: kernels 1.00." in page(rows)
