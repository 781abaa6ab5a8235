"""The kernels for a GPU under Triton's interpreter, beside the plain loop: spikes, voltages and all gradients."""

import os
import subprocess
import sys

import pytest

pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("triton", reason="triton is not installed")

INTERPRETED = """
import itertools
import numpy as np
import torch
from search.training.kernels.device import _in_order, by_layers
from search.training.kernels.loop import Places, Wire, run
from search.training.neuron import Cells, Surrogate
from tests.search.training.kernels.random_case import _Drawn

for seed, dtype, steps, samples, sizes in (
    (0, torch.float64, 9, 2, {"a": 5, "b": 17}),
    (1, torch.float32, 7, 1, {"a": 20}),
    (2, torch.float64, 1, 2, {"a": 1}),
):
    rng = np.random.default_rng(seed)
    drawn, channels = _Drawn(rng, dtype), 6
    cells = {name: drawn.cells(size) for name, size in sizes.items()}
    wires = [drawn.wire("in", channels, "a", sizes["a"]), Wire("in", "a", drawn.tensor(rng.random((sizes["a"], 6))))]
    wires += [drawn.wire("a", sizes["a"], "a", sizes["a"]) for _ in range(2)]
    flat = torch.from_numpy(rng.integers(0, sizes["a"] ** 2 + 1, 2 * sizes["a"]))
    strong = drawn.tensor(rng.standard_normal(2 * sizes["a"]))
    wires.append(Wire("a", "a", strong, 2, Places(flat, (sizes["a"], sizes["a"]))))
    if "b" in sizes:
        wires.append(Wire("a", "b", drawn.tensor(rng.standard_normal((17, 5)))))
        wires.append(Wire("b", "b", drawn.tensor(rng.standard_normal((17, 17)))))
    inputs = {"in": torch.from_numpy(rng.random((steps, samples, channels)) < 0.4).to(dtype)}
    tensors = [wire.values for wire in wires] + [value for each in cells.values() for value in vars(each).values()]
    results = []
    for way in (run, lambda *call: by_layers(*call, _in_order(cells, wires))):
        for each in cells.values():
            for key in ("gain", "keep_u", "keep_v"):
                vars(each).pop(key, None)
        told = way(inputs, cells, wires, Surrogate(4.0))
        score = np.random.default_rng(9)
        total = torch.zeros((), dtype=dtype)
        for trace in told.values():
            for values in (trace.spikes, trace.voltages):
                total = total + (values * torch.from_numpy(score.standard_normal(values.shape)).to(dtype)).sum()
        found = torch.autograd.grad(total, tensors, allow_unused=True, materialize_grads=True)
        results.append((told, found))
    (one, expected), (other, found) = results
    for name in cells:
        assert torch.equal(one[name].spikes, other[name].spikes), (seed, name)
        torch.testing.assert_close(one[name].voltages, other[name].voltages, rtol=1e-4, atol=1e-5)
        assert steps == 1 or one[name].spikes.sum() > 0
    for number, (a, b) in enumerate(zip(expected, found)):
        torch.testing.assert_close(b, a, rtol=1e-4, atol=1e-5, msg=lambda text: f"{seed}, {number}: {text}")
assert not _in_order({"a": 0, "b": 0}, [Wire("a", "b", strong), Wire("b", "a", strong)])
"""


@pytest.mark.slow
def test_spikes_voltages_and_gradients_are_those_of_the_plain_loop() -> None:
    environment = os.environ | {"TRITON_INTERPRET": "1"}
    called = [sys.executable, "-c", INTERPRETED]
    done = subprocess.run(called, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
