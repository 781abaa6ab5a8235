"""What only the torch backend has: devices, precision settings, pieces of time and samples."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from targets.conformance.equivalence import compare
from targets.contracts.errors import InputError
from targets.runtime.backend import run
from targets.runtime.machine import record
from tests.seeds import seeds
from tests.strategies import random_program

torch = pytest.importorskip("torch", reason="torch is not installed")

from targets.backends.torch import TorchMachine  # noqa: E402


@pytest.fixture
def reduced_precision() -> Iterator[str]:
    """Matrix products in bfloat16 or TF32 wherever the machine can, as a training script may have set it."""
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("medium")
    yield "medium"
    torch.set_float32_matmul_precision(before)


@pytest.mark.parametrize("seed", range(10))
def test_reduced_precision_changes_nothing(reduced_precision: str, seed: int) -> None:
    program, inputs = random_program(np.random.default_rng(seed))
    oracle, mine = run(program, inputs), run(program, inputs, "torch:cpu")
    assert compare(oracle.spikes, mine.spikes).equal
    assert all(np.array_equal(oracle.u[name], mine.u[name]) for name in oracle.u)
    assert torch.get_float32_matmul_precision() == reduced_precision


def test_gradients_are_on_again_after_a_run() -> None:
    run(*random_program(np.random.default_rng(0)), "torch")
    assert torch.is_grad_enabled()
    assert not torch.is_inference_mode_enabled()


@pytest.mark.parametrize("bins", [1, 50, 500])
@pytest.mark.parametrize("seed", range(6))
def test_pieces_of_time_and_samples_change_nothing(seed: int, bins: int) -> None:
    program, inputs = random_program(np.random.default_rng(seed))
    oracle = run(program, inputs)
    with torch.inference_mode():
        mine = record(TorchMachine.of(program, torch.device("cpu")), inputs, bins=bins)
    assert compare(oracle.spikes, mine.spikes).equal
    assert all(np.array_equal(oracle.v[name], mine.v[name]) for name in oracle.v)


@pytest.mark.slow
@pytest.mark.parametrize("seed", seeds(20, 4))
def test_every_tensor_is_on_the_device(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The meta device computes shapes only and refuses to be mixed with another, as a GPU does.

    Of sparse products it knows nothing, so these are stood in for.
    """
    meta = torch.device("meta")

    def sparse_product(matrix: Any, dense: Any) -> Any:
        assert matrix.device == dense.device == meta
        return torch.empty(matrix.shape[0], dense.shape[1], dtype=matrix.dtype, device=meta)

    monkeypatch.setattr(torch.sparse, "mm", sparse_product)
    program, inputs = random_program(np.random.default_rng(seed))
    machine = TorchMachine.of(program, meta)
    first = next(iter(inputs.values()))
    given = {name: torch.from_numpy(raster.dense()).to(meta) for name, raster in inputs.items()}
    start = machine.start(first.samples)
    state, emitted = machine.simulate(start, given)
    kept = [*emitted.values()]
    for held in (start.u, start.v, start.past, state.u, state.v, state.past):
        kept += held.values()
    assert {tensor.device for tensor in kept} == {meta}
    assert {name: tuple(dense.shape) for name, dense in emitted.items()} == {
        population.name: (first.samples, first.steps, population.neurons) for population in program.populations
    }


def test_unknown_device_is_refused() -> None:
    program, inputs = random_program(np.random.default_rng(0))
    with pytest.raises(InputError) as error:
        run(program, inputs, "torch:tpu")
    known = ", ".join(["cpu", *(["cuda"] if torch.cuda.is_available() else [])])
    assert str(error.value).startswith(f"device 'tpu' is not available to torch here; choose auto, {known}")


def test_missing_gpu_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 0)
    program, inputs = random_program(np.random.default_rng(0))
    with pytest.raises(InputError) as error:
        run(program, inputs, "torch:cuda:1")
    assert str(error.value) == "device 'cuda:1' is not available to torch here; choose auto, cpu."


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU here")
def test_gpu_equals_the_oracle() -> None:
    for seed in range(40):
        program, inputs = random_program(np.random.default_rng(seed))
        oracle, mine = run(program, inputs), run(program, inputs, "torch:cuda")
        assert compare(oracle.spikes, mine.spikes).equal, f"seed {seed}"
        assert all(np.array_equal(oracle.u[name], mine.u[name]) for name in oracle.u), f"seed {seed}"
