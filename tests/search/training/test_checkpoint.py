from pathlib import Path

import pytest
import torch

from search.training.checkpoint import (
    Stage,
    load_checkpoint,
    restore_tensors,
    save_checkpoint,
    stored_tensors,
)
from targets.contracts.errors import InputError

IDENTITY = {"method": "hrmas", "seed": 3}


def trained(steps: int) -> tuple[torch.Tensor, torch.optim.Optimizer]:
    """A parameter and its optimizer after `steps` steps down x^2."""
    x = torch.tensor([1.0, -2.0], requires_grad=True)
    optimizer = torch.optim.Adam([x], lr=0.1)
    descend(x, optimizer, steps)
    return x, optimizer


def descend(x: torch.Tensor, optimizer: torch.optim.Optimizer, steps: int) -> None:
    for _ in range(steps):
        (x.grad,) = torch.autograd.grad(x.square().sum(), x)
        optimizer.step()


def test_a_restored_optimizer_goes_on_as_if_it_had_never_stopped(tmp_path: Path) -> None:
    path = tmp_path / "run.checkpoint"
    x, optimizer = trained(3)
    save_checkpoint(path, IDENTITY, {"train": Stage(stored_tensors({"x": x}, {"a": optimizer}), ({"loss": 0.5},))})
    stage = load_checkpoint(path, IDENTITY)["train"]
    assert stage.history == ({"loss": 0.5},)
    y, fresh = trained(0)
    restore_tensors(stage.arrays, {"x": y}, {"a": fresh})
    descend(y, fresh, 4)
    assert torch.equal(y, trained(7)[0])


def test_no_file_is_no_stage(tmp_path: Path) -> None:
    assert load_checkpoint(tmp_path / "none", IDENTITY) == {}


def test_a_checkpoint_of_another_run_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "run.checkpoint"
    save_checkpoint(path, IDENTITY, {})
    with pytest.raises(InputError) as error:
        load_checkpoint(path, {**IDENTITY, "seed": 4})
    assert str(error.value) == (
        f"{path} was written with another seed (3, now 4); continue with what it was begun with, or remove it to begin "
        "anew."
    )
