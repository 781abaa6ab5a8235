"""A study whose trials take a moment each, and an executor without processes."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from motifc.sweep.chain import run_trial
from motifc.sweep.executors import Ended, Job
from motifc.sweep.plan import Plan
from motifc.sweep.plan_file import plan_of

TINY: Mapping[str, Any] = {
    "name": "tiny",
    "data": ["mine.npz"],
    "methods": ["hrmas", "random-motif"],
    "replicates": 2,
    "backends": ["numpy", "numba"],
    "settings": {
        "model": {"neurons": [8], "sizes": [2, 4], "readout_neurons": 1},
        "search": {"epochs": 2, "batch": 16},
        "training": {"epochs": 2, "batch": 16},
    },
}


def tiny_data(path: Path, steps: int = 12) -> Path:
    """Sixty labelled samples of two classes in a file; of one step nothing can be learned."""
    rng = np.random.default_rng(0)
    labels = np.arange(60) % 2
    spikes = rng.random((60, steps, 6)) < np.where(labels == 1, 0.4, 0.1)[:, None, None]
    np.savez(path, spikes=spikes.astype(np.uint8), labels=labels)
    return path


def tiny_plan(folder: Path, **changes: Any) -> Plan:
    """The plan `TINY` with changes, on data in a folder."""
    if not (folder / "mine.npz").exists():
        tiny_data(folder / "mine.npz")
    return plan_of({**TINY, **changes}, folder, "plan.toml")


def toml(table: Mapping[str, Any], name: str = "") -> str:
    """A plan as TOML, of the few kinds of values that plans have."""
    plain = {key: value for key, value in table.items() if not isinstance(value, Mapping)}
    lines = [f"[{name}]"] if name and plain else []
    lines += [f"{key} = {value!r}".replace("'", '"') for key, value in plain.items()]
    inner = [toml(value, f"{name}.{key}".lstrip(".")) for key, value in table.items() if isinstance(value, Mapping)]
    return "\n".join([*lines, *inner]) + "\n"


def here(jobs: Sequence[Job], ended: Ended) -> None:
    """Run all jobs in this process, the last one first."""
    for job in reversed(jobs):
        run_trial(job.folder, job.digest)
        ended(job)
