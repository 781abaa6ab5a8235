from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from search.training.adam import Adam
from search.training.checkpoint import (
    Stage,
    load_checkpoint,
    restore_tensors,
    save_checkpoint,
    stored_tensors,
)
from targets.contracts import artefact
from targets.contracts.artefact import Artefact
from targets.contracts.errors import InputError

IDENTITY = {"method": "hrmas", "seed": 3}


def trained(steps: int) -> tuple[torch.Tensor, Adam]:
    """A parameter and its optimizer after `steps` steps down x^2."""
    x = torch.tensor([1.0, -2.0], requires_grad=True)
    optimizer = Adam([x])
    descend(x, optimizer, steps)
    return x, optimizer


def descend(x: torch.Tensor, optimizer: Adam, steps: int) -> None:
    for _ in range(steps):
        optimizer.step(torch.autograd.grad(x.square().sum(), x), 0.1)


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


def left(path: Path, header: dict[str, Any] | None = None, **changed: np.ndarray | None) -> dict[str, Stage]:
    """The stages of a checkpoint in which arrays or the header are others."""
    x, optimizer = trained(3)
    save_checkpoint(path, IDENTITY, {"train": Stage(stored_tensors({"x": x}, {"a": optimizer}), ({"loss": 0.5},))})
    stored = artefact.load(path, "checkpoint")
    given = {key.replace("__", "/"): value for key, value in changed.items()}
    arrays = {key: value for key, value in {**stored.arrays, **given}.items() if value is not None}
    artefact.save(Artefact("checkpoint", {**stored.header, **(header or {})}, arrays), path)
    return load_checkpoint(path, IDENTITY)


@pytest.mark.parametrize(
    "header",
    [
        {"identity": 3},
        {"stages": 3},
        {"stages": {"train": 3}},
        {"stages": {"train": [3]}},
        {"stages": {"train": [{"loss": "x"}]}},
        {"stages": {"train": [{"loss": True}]}},
    ],
)
def test_a_checkpoint_of_another_form_is_to_be_removed(tmp_path: Path, header: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=r": it is damaged or of another search, so remove it, and the search begins"):
        left(tmp_path / "run.checkpoint", header)


@pytest.mark.parametrize(
    "changed",
    [
        {"train__tensor__x": None},
        {"train__tensor__x": np.zeros(3, np.float32)},
        {"train__tensor__x": np.zeros(1, np.float32)},
        {"train__tensor__x": np.zeros(2)},
        {"train__optimizer__a__0__step": None},
        {"train__optimizer__a__0__step": np.array([-1], np.float32)},
        {"train__optimizer__a__0__step": np.array([np.nan], np.float32)},
        {"train__optimizer__a__0__exp_avg": np.zeros((2, 1), np.float32)},
        {"train__optimizer__a__1__exp_avg": np.zeros(2, np.float32)},
        {"train__optimizer__a__x__y__z": np.zeros(2, np.float32)},
    ],
)
def test_tensors_of_another_training_are_not_taken(tmp_path: Path, changed: dict[str, np.ndarray | None]) -> None:
    """A shape that would be spread over the right one is refused too."""
    stage = left(tmp_path / "run.checkpoint", None, **changed)["train"]
    y, fresh = trained(0)
    with pytest.raises(InputError, match=r"so remove it, and the search begins anew\.$"):
        restore_tensors(stage.arrays, {"x": y}, {"a": fresh})
