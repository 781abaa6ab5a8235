"""All steps in one launch: equal to the oracle, under Triton's interpreter and on a GPU where there is one."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from targets.runtime.backend import run
from tests.compiled_kernels import compiled_for_a_gpu
from tests.seeds import seeds
from tests.strategies import random_program
from tests.targets.backends.numba.loops import assert_same, many

torch = pytest.importorskip("torch", reason="torch is not installed")
if importlib.util.find_spec("triton") is None:
    pytest.skip("triton is not installed", allow_module_level=True)

INTERPRETED = """
import sys
from dataclasses import replace
import numpy as np
import torch
from targets.backends.torch.machine import TorchMachine, fused_program
from targets.runtime.backend import load
from targets.runtime.machine import record
from tests.strategies import random_program

drawn, inputs = random_program(np.random.default_rng(int(sys.argv[1])))
inputs, cpu = {name: raster.until(12) for name, raster in inputs.items()}, torch.device("cpu")
later = tuple(replace(each, delay=each.delay + 3) for each in drawn.projections)
late = replace(drawn, projections=later)
for program, alone, bins in ((drawn, 1 << 20, 1 << 24), (drawn, 0, 200), (late, 0, 1 << 24)):
    expected, fused = load(program).raw(inputs), replace(fused_program(program, cpu), alone=alone)
    assert not fused.shortest or fused.shortest >= (4 if program is not drawn else 1)
    found = record(replace(TorchMachine.of(program, cpu), fused=fused), inputs, bins=bins)
    for name in expected.u:
        np.testing.assert_array_equal(expected.spikes[name].packed, found.spikes[name].packed)
        np.testing.assert_array_equal(expected.u[name], found.u[name])
        np.testing.assert_array_equal(expected.v[name], found.v[name])
print(sum(int(raster.counts().sum()) for raster in expected.spikes.values()))
"""


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_one_launch_or_several_give_the_spikes_and_registers_of_the_oracle(seed: int) -> None:
    environment = os.environ | {"TRITON_INTERPRET": "1"}
    called = [sys.executable, "-c", INTERPRETED, str(seed)]
    done = subprocess.run(called, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 0


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:TRITON_DEFAULT_FP_FUSION")
def test_the_kernel_compiles_for_a_gpu(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from targets.backends.torch.fused import _steps

    monkeypatch.setenv("TRITON_CACHE_DIR", str(tmp_path))
    whole = ("begin", "count", "neurons", "senders", "depth", "length", "groups", "blocks")
    arrays = dict.fromkeys(("u", "v", "bias", "threshold", "other", "delay", "weight"), "i32") | {"trains": "i8"}
    arrays |= dict.fromkeys(("rows", "floor", "shift"), "i64") | {"keep_u": "fp64", "keep_v": "fp64"}
    assert compiled_for_a_gpu(_steps, {"LIMIT": 1 << 23, "BLOCK": 32}, dict.fromkeys(whole, "i32"), arrays)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU")
@pytest.mark.parametrize("seed", seeds(20, 4))
def test_a_gpu_gives_the_spikes_and_registers_of_the_oracle(seed: int) -> None:
    program, inputs = random_program(np.random.default_rng(seed))
    given = many(inputs, 20, seed)
    assert_same(run(program, given), run(program, given, "torch:cuda"))
