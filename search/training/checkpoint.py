"""Checkpoint: the state of a long search in one safetensors file."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from targets.contracts import artefact
from targets.contracts.arrays import Array
from targets.contracts.artefact import Artefact
from targets.contracts.errors import InputError

History = tuple[Mapping[str, float], ...]


@dataclass(frozen=True, eq=False)
class Stage:
    """A phase between two epochs: its tensors and optimizers as arrays, and the figures of every epoch so far.

    Nothing random is pending between two epochs: every epoch draws from a stream of its own, named by the seed, the
    phase and its number.
    """

    arrays: Mapping[str, Array]
    history: History


def save_checkpoint(path: str | os.PathLike[str], identity: Mapping[str, Any], stages: Mapping[str, Stage]) -> None:
    """Write all stages in one step; `identity` (JSON values) names the run they belong to."""
    header = {
        "identity": dict(identity),
        "stages": {name: [dict(entry) for entry in stage.history] for name, stage in stages.items()},
    }
    arrays = {f"{name}/{key}": array for name, stage in stages.items() for key, array in stage.arrays.items()}
    artefact.save(Artefact("checkpoint", header, arrays), path)


def load_checkpoint(path: str | os.PathLike[str], identity: Mapping[str, Any]) -> dict[str, Stage]:
    """The stages at `path`, none when there is no such file yet.

    Raises InputError when the file is damaged or belongs to a run of another identity.
    """
    if not Path(path).exists():
        return {}
    stored = artefact.load(path, "checkpoint")
    for key, value in identity.items():
        found = stored.header.get("identity", {}).get(key)
        if found != value:
            raise InputError(
                f"{path} was written with another {key} ({_short(found)}, now {_short(value)}); "
                "continue with what it was begun with, or remove it to begin anew."
            )
    return {
        name: Stage(
            {key.split("/", 1)[1]: array for key, array in stored.arrays.items() if key.startswith(f"{name}/")},
            tuple(history),
        )
        for name, history in stored.header["stages"].items()
    }


def stored_tensors(tensors: Mapping[str, Tensor], optimizers: Mapping[str, torch.optim.Optimizer]) -> dict[str, Array]:
    """Tensors and the state of optimizers (moments and step counts) as arrays."""
    arrays = {f"tensor/{name}": value.detach().cpu().numpy().copy() for name, value in tensors.items()}
    for name, optimizer in optimizers.items():
        for number, state in optimizer.state_dict()["state"].items():
            for key, value in state.items():
                arrays[f"optimizer/{name}/{number}/{key}"] = value.detach().cpu().numpy().copy()
    return arrays


def restore_tensors(
    arrays: Mapping[str, Array], tensors: Mapping[str, Tensor], optimizers: Mapping[str, torch.optim.Optimizer]
) -> None:
    """Fill tensors and optimizers, made as for a fresh run, with what `stored_tensors` took."""
    with torch.no_grad():
        for name, value in tensors.items():
            value.copy_(torch.from_numpy(arrays[f"tensor/{name}"].copy()))
    for name, optimizer in optimizers.items():
        state: dict[int, dict[str, Tensor]] = {}
        for address, array in arrays.items():
            if address.startswith(f"optimizer/{name}/"):
                number, key = address.split("/")[2:]
                state.setdefault(int(number), {})[key] = torch.from_numpy(array.copy())
        groups = optimizer.state_dict()["param_groups"]
        optimizer.load_state_dict({"state": state, "param_groups": groups})


def _short(value: object) -> str:
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= 16 else f"{text[:12]}..."
