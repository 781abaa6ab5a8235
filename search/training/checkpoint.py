"""Checkpoint: the state of a long search in one safetensors file."""

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from search.ranks import Ranks
from search.training.adam import Adam, Moments
from targets.contracts import artefact
from targets.contracts.arrays import Array
from targets.contracts.artefact import Artefact
from targets.contracts.errors import InputError
from targets.contracts.shown import brief, shown

History = tuple[Mapping[str, float], ...]
_ADAM = {"step", "exp_avg", "exp_avg_sq"}
"""State of a parameter in Adam and AdamW, as torch calls it."""
_MOST_STEPS = 1 << 24
"""float32 counts no further."""
_LARGEST = 1e300


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
    begun, histories = stored.header.get("identity"), stored.header.get("stages")
    if not isinstance(begun, Mapping) or not isinstance(histories, Mapping):
        raise _damaged(f"{path} tells neither of its run nor of its stages")
    for key, value in identity.items():
        found = begun.get(key)
        if found != value:
            raise InputError(
                f"{path} was written with another {key} ({_short(found)}, now {_short(value)}); "
                "continue with what it was begun with, or remove it to begin anew."
            )
    return {
        name: Stage(
            {key.split("/", 1)[1]: array for key, array in stored.arrays.items() if key.startswith(f"{name}/")},
            _history(history, path),
        )
        for name, history in histories.items()
    }


def begun_stages(path: Path | None, identity: Mapping[str, Any], ranks: Ranks) -> dict[str, Stage]:
    """What `load_checkpoint` finds, on every rank; rank 0 alone looks at the file."""
    stages = load_checkpoint(path, identity) if ranks.first and path is not None else {}
    content = ranks.broadcast(path.read_bytes() if stages and path is not None else b"")
    if ranks.first or not content:
        return stages
    with tempfile.NamedTemporaryFile(suffix=".checkpoint") as copy:
        copy.write(content)
        copy.flush()
        return load_checkpoint(copy.name, identity)


def stored_tensors(tensors: Mapping[str, Tensor], optimizers: Mapping[str, Adam]) -> dict[str, Array]:
    """Tensors and the state of optimizers (moments and step counts) as arrays."""
    arrays = {f"tensor/{name}": value.detach().cpu().numpy().copy() for name, value in tensors.items()}
    for name, optimizer in optimizers.items():
        for number, kept in optimizer.moments.items():
            prefix = f"optimizer/{name}/{number}"
            arrays[f"{prefix}/step"] = np.array(kept.step, np.float32)
            arrays[f"{prefix}/exp_avg"] = kept.mean.cpu().numpy().copy()
            arrays[f"{prefix}/exp_avg_sq"] = kept.square.cpu().numpy().copy()
    return arrays


def restore_tensors(arrays: Mapping[str, Array], tensors: Mapping[str, Tensor], optimizers: Mapping[str, Adam]) -> None:
    """Fill tensors and optimizers, made as for a fresh run, with what `stored_tensors` took."""
    with torch.no_grad():
        for name, value in tensors.items():
            value.copy_(torch.from_numpy(_like(arrays, f"tensor/{name}", value).copy()))
    for name, optimizer in optimizers.items():
        state: dict[int, dict[str, Tensor]] = {}
        parameters = optimizer.parameters
        prefix = f"optimizer/{name}/"
        for address in (address for address in arrays if address.startswith(prefix)):
            number, _, key = address.removeprefix(prefix).partition("/")
            if number not in map(str, range(len(parameters))):
                raise _damaged(f"the checkpoint holds {brief(address)}, of no parameter")
            like = torch.tensor(0.0) if key == "step" else parameters[int(number)]
            state.setdefault(int(number), {})[key] = torch.from_numpy(_like(arrays, address, like).copy())
        for place, held in state.items():
            if held.keys() != _ADAM or not 1 <= held["step"] < _MOST_STEPS:
                raise _damaged(f"the checkpoint holds no state of optimizer {name!r} for its parameter {place}")
            mean, square = (held[key].to(parameters[place].device) for key in ("exp_avg", "exp_avg_sq"))
            optimizer.moments[place] = Moments(int(held["step"]), mean, square)


def _like(arrays: Mapping[str, Array], address: str, like: Tensor) -> Array:
    """The array at an address, of the shape and type of a tensor."""
    array = arrays.get(address)
    if array is None:
        raise _damaged(f"the checkpoint holds no {brief(address)}")
    if array.size == like.numel() == 1:
        array = array.reshape(tuple(like.shape))  # a file holds a single number as an array of one
    if array.shape != tuple(like.shape) or array.dtype != torch.empty(0, dtype=like.dtype).numpy().dtype:
        raise _damaged(
            f"the checkpoint holds {brief(address)} as {array.dtype} {array.shape}, where {like.dtype} "
            f"{tuple(like.shape)} is trained"
        )
    return array


def _history(given: object, path: str | os.PathLike[str]) -> History:
    """The figures of every epoch: text to number."""
    if not isinstance(given, list) or not all(isinstance(entry, Mapping) for entry in given):
        raise _damaged(f"{path} has a history {brief(given)}")
    for value in (value for entry in given for value in entry.values()):
        if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > _LARGEST:
            raise _damaged(f"{path} has a history with {brief(value)}")
    return tuple(given)


def _damaged(found: str) -> InputError:
    return InputError(f"{found}: it is damaged or of another search, so remove it, and the search begins anew.")


def _short(value: object) -> str:
    text = shown(value) if isinstance(value, str) else brief(value)
    return text if len(text) <= 16 else f"{text[:12]}..."
