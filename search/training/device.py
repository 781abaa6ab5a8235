"""The device a search runs on."""

import torch

from targets.contracts.errors import InputError


def chosen_device(name: str) -> torch.device:
    """The device called "auto" (cuda where there is one), "cpu" or "cuda"; InputError when it is not there."""
    if name not in ("auto", "cpu", "cuda"):
        raise InputError(f"unknown device {name!r}; allowed are auto, cpu and cuda, so choose one of them.")
    available = torch.cuda.is_available()
    if name == "cuda" and not available:
        raise InputError("device 'cuda' is not available on this machine; choose cpu or auto.")
    return torch.device("cuda" if available and name != "cpu" else "cpu")
