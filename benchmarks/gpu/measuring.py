"""seconds_of: how long passes on a device take."""

import time
from collections.abc import Callable
from statistics import median

import torch
from torch import Tensor

Pass = Callable[[], list[Tensor]]
"""Work that is queued on a device, and its results."""
_ENOUGH, _MOST = 2.0, 30
"""Seconds of passes after which there are no more, and passes at most."""


def seconds_of(once: Pass, device: torch.device) -> dict[str, float]:
    """Median and least seconds of passes, each waited for, and their number; two more go before them.

    On a CPU, where nothing is measured for its own sake, there is one.
    """
    most, before = (_MOST, 2) if device.type == "cuda" else (1, 0)
    for _ in range(before):
        once()
    wait(device)
    seconds: list[float] = []
    while not seconds or (sum(seconds) < _ENOUGH and len(seconds) < most):
        begin = time.perf_counter()
        once()
        wait(device)
        seconds.append(time.perf_counter() - begin)
    return {"seconds": median(seconds), "least": min(seconds), "passes": len(seconds)}


def wait(device: torch.device) -> None:
    """Until the device has done all that was asked of it."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
