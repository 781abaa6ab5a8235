"""The kernels for a GPU under Triton's interpreter, beside the plain loop: spikes, voltages and all gradients."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")

from search.training.kernels import device  # noqa: E402
from search.training.kernels.loop import Wire  # noqa: E402
from search.training.neuron import Cells, Surrogate  # noqa: E402
from tests.compiled_kernels import compiled_for_a_gpu  # noqa: E402


@pytest.mark.slow
@pytest.mark.parametrize("seeds", [range(5), range(5, 10)])
def test_spikes_voltages_and_gradients_are_those_of_the_plain_loop(seeds: range) -> None:
    pytest.importorskip("triton", reason="triton is not installed")
    called = [sys.executable, "-m", "tests.search.training.kernels.on_device", *map(str, seeds)]
    environment = os.environ | {"TRITON_INTERPRET": "1"}
    done = subprocess.run(called, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert sum(int(spikes) > 0 for spikes in done.stdout.split()) >= 3


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:TRITON_DEFAULT_FP_FUSION")
def test_the_kernels_compile_for_a_gpu(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pytest.importorskip("triton", reason="triton is not installed")
    from search.training.kernels import triton_kernels as kernels

    monkeypatch.setenv("TRITON_CACHE_DIR", str(tmp_path))
    whole = ("begin", "count", "last", "steps", "samples", "neurons", "rows", "links")
    scalars = dict.fromkeys(whole, "i32") | dict.fromkeys(("silent", "slope", "clamp", "width"), "fp32")
    arrays = dict.fromkeys(("first", "other", "delay", "post", "pre"), "i32") | {"quiet": "i8"}
    for kernel in (kernels.forward, kernels.backward):
        for tssl in (False, True):
            assert compiled_for_a_gpu(kernel, {"TSSL": tssl, "BLOCK": 32}, scalars, arrays)
    assert compiled_for_a_gpu(kernels.of_links, {"LINKS": 32, "ROWS": 32}, scalars, arrays)


def test_the_plain_loop_runs_what_is_not_on_a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*given: Any) -> None:
        raise AssertionError("the kernels were asked")

    monkeypatch.setattr(device, "by_stages", fail)
    cells = {"a": Cells(*torch.full((5, 3), 2.0))}
    told = device.run({"in": torch.ones(4, 2, 1)}, cells, [Wire("in", "a", torch.ones(3, 1))], Surrogate(1.0))
    assert told["a"].spikes.shape == (4, 2, 3)
