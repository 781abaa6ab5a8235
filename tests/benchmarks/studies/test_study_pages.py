"""Pages of studies whose rows are not kept, written of made-up rows."""

import numpy as np
import pytest

pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("sklearn", reason="scikit-learn is not installed")

from benchmarks.studies import digits, linear_readout, plasticity, quantize_aware
from benchmarks.studies.searched import Searched
from search.settings import Settings


def searched(method: str, seed: int, accuracy: float) -> Searched:
    history = [
        {f"{figure}{step}": value for figure in ("rate_kl", "loss") for step, value in steps.items()}
        | {"accuracy": 0.9}
        for steps in ({"_before": 1.0, "_step_1": 0.8, "": 0.7}, {"_before": 0.7, "_step_1": 0.6, "": 0.65})
    ]
    return Searched(method, seed, accuracy, 900, 100, 5_000, 60.0, "ab", 8, history, [10.0, 12.0], [10.0, 8.0])


def test_digits_names_every_backend_and_what_did_not_run() -> None:
    ran = {"backend": "numpy", "missing": "", "accuracy": 0.975, "differing": 0, "spikes": 1_200}
    left = {"backend": "lava", "missing": "lava", "accuracy": 0.0, "differing": 0, "spikes": 0}
    row = {"seed": 0, "float_accuracy": 0.98, "agreeing": 358, "samples": 360, "cores": 1}
    written = digits.page([row | {"network": "n" * 64, "program": "p" * 64, "backends": [ran, left]}])
    assert "| seed | float accuracy | program on numpy | program on lava | same class |" in written
    assert "| 0 | 98.00% | 97.50% | not run | 358 of 360 | 0 | 1 |" in written
    assert f"| 0 | `{'n' * 16}` | `{'p' * 16}` |" in written
    assert "**358 of 360** pooled test images (99.44%)." in written


def test_the_linear_readout_gives_errors_and_the_mean_of_held_out_speakers() -> None:
    rows = [
        linear_readout.Score(f"fsdd, {name} held out", 2_500, 500, 10, 624, 0.04, 0.3, 5.0, accuracy)
        for name, accuracy in (("ann", 0.8), ("bob", 0.9))
    ]
    written = linear_readout.page(rows)
    assert "| fsdd, ann held out | 2,500 | 500 | 10 | 624 | 4.0% | 0.3 | 5 | 80.0% ± 1.8% |" in written
    assert "fsdd, mean over all 2 held-out speakers: **85.0%**." in written


def test_training_on_the_grid_is_set_beside_training_on_floats() -> None:
    outcomes = [
        quantize_aware.Outcome(
            bits, 0, aware, 0.95, 0.94, 359, 360, 20, 1_000, {"input": None if aware else 30.25}, 2.0
        )
        for bits in quantize_aware.BITS
        for aware in (False, True)
    ]
    written = quantize_aware.page(outcomes)
    assert "; 12 CPU seconds with one torch thread" in written
    assert "| 8 | floats | 95.00% | **94.00%** | 99.72% | 2.00% |" in written
    assert "| 8 | 0 | the grid | 95.00% | 94.00% | 359 of 360 | 20 | 1,000 | exact |" in written
    assert "| 4 | 0 | floats | 95.00% | 94.00% | 359 of 360 | 20 | 1,000 | 30.2 dB |" in written


def test_plasticity_counts_what_step_2_lowers() -> None:
    searches = {name: [searched(name, seed, 0.96) for seed in (0, 1)] for name in plasticity.METHODS}
    rates = np.full((4, 2), 0.1)
    alone = {
        name: plasticity.Alone(rates, 2 * rates, np.array([0.9, 0.4]), rates[0], rates[1]) for name in plasticity.STARTS
    }
    written = plasticity.page(searches, alone, Settings(), 1)
    assert "lowers the rate KL divergence in **2 of 4** iterations (50.0%)" in written
    assert "| 0 | 1 of 2 | 1 of 2 | 0.650 / 0.650 | 0.650 / 0.650 | 90.00% / 90.00% | 96.00% / 96.00% |" in written
    assert "| default, 1 | 0.100 to 0.200 | 0.900 to 0.400 | 0.000 to 0.000 | 0.10 | 0.10 |" in written
