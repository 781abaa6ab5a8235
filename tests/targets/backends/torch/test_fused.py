"""All steps in one launch: equal to the oracle, under Triton's interpreter and on a GPU where there is one."""

import importlib.util
import os
import subprocess
import sys

import numpy as np
import pytest

from targets.runtime.backend import run
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

program, inputs = random_program(np.random.default_rng(int(sys.argv[1])))
inputs = {name: raster.until(12) for name, raster in inputs.items()}
expected, cpu = load(program).raw(inputs), torch.device("cpu")
for alone, bins in ((1 << 20, 1 << 24), (0, 200)):
    fused = replace(fused_program(program, cpu), alone=alone)
    found = record(replace(TorchMachine.of(program, cpu), fused=fused), inputs, bins=bins)
    for name in expected.u:
        np.testing.assert_array_equal(expected.spikes[name].packed, found.spikes[name].packed)
        np.testing.assert_array_equal(expected.u[name], found.u[name])
        np.testing.assert_array_equal(expected.v[name], found.v[name])
print(sum(int(raster.counts().sum()) for raster in expected.spikes.values()))
"""


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_one_launch_or_one_for_each_step_give_the_spikes_and_registers_of_the_oracle(seed: int) -> None:
    environment = os.environ | {"TRITON_INTERPRET": "1"}
    called = [sys.executable, "-c", INTERPRETED, str(seed)]
    done = subprocess.run(called, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 0


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU")
@pytest.mark.parametrize("seed", seeds(20, 4))
def test_a_gpu_gives_the_spikes_and_registers_of_the_oracle(seed: int) -> None:
    program, inputs = random_program(np.random.default_rng(seed))
    given = many(inputs, 20, seed)
    assert_same(run(program, given), run(program, given, "torch:cuda"))
