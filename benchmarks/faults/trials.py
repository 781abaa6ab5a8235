"""trials: the commands that faults befall, each with the files that it needs."""

import os
import shutil
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.faults.attempt import Place, attempt
from benchmarks.faults.fault import Fault
from targets.contracts.errors import InputError
from targets.contracts.raster import SpikeRaster, save_rasters

_SETTINGS = """
[model]
neurons = [8]
sizes = [2, 4]
readout_neurons = 1
[search]
epochs = 2
batch = 24
[plasticity]
window = 2
[training]
epochs = 3
batch = 24
"""
_LONG_AGO = 1_000_000_000
"""When the recordings were last changed: the cache remembers no file that was changed within two seconds."""
_TRAIN = ("train", "--network", "base.network", "--data", "mine.npz", "--config", "tiny.toml", "--device", "cpu")
_RUN = ("run", "base.program", "--input", "mine.npz", "--out", "out.npz", "--force")
_SEARCH = ("search", "--data", "mine.npz", "--config", "tiny.toml", "--device", "cpu", "--seed", "0")


@dataclass(frozen=True)
class Trial:
    """A command, the files that it reads (of those that `made` makes), and those that may be there already.

    share  how often it is chosen
    once   whether it refuses to run where its result, the folder "out", is already
    """

    name: str
    arguments: tuple[str, ...]
    inputs: tuple[str, ...]
    old: tuple[str, ...] = ()
    share: int = 4
    once: bool = False


TRIALS = (
    Trial("search", (*_SEARCH, "--out", "out.network", "--resume"), ("mine.npz",), ("out.network",), 8),
    Trial(
        "train",
        (*_TRAIN, "--out", "out.network", "--resume"),
        ("mine.npz", "base.network"),
        ("out.network",),
        8,
    ),
    Trial(
        "compile",
        ("compile", "base.network", "--out", "out.program", "--dump", "stages", "--force"),
        ("base.network",),
        ("out.program",),
    ),
    Trial(
        "export onnx",
        ("export", "base.program", "--format", "onnx", "--out", "out.onnx", "--force"),
        ("base.program",),
        ("out.onnx",),
    ),
    Trial("export lava", ("export", "base.program", "--format", "lava", "--out", "out"), ("base.program",), once=True),
    Trial(
        "report",
        ("report", "base.program", "--out", "out.html", "--force"),
        ("base.program", "mine.npz"),
        ("out.html",),
    ),
    Trial(
        "run",
        _RUN,
        ("base.program", "mine.npz"),
        ("out.npz",),
    ),
    Trial(
        "run on lava",
        (
            "run",
            "base.program",
            "--input",
            "mine.npz",
            "--backend",
            "lava",
            "--limit",
            "4",
            "--out",
            "out.npz",
            "--force",
        ),
        ("base.program", "mine.npz"),
        ("out.npz",),
    ),
    Trial("data cache", ("data", "check", "recordings"), ("recordings",)),
    Trial("demo", ("demo", "--out", "out", "--force"), (), ("out/report.html",), 2),
)


def made(place: Place) -> None:
    """Make all inputs in the folder of a place, with motifc itself; InputError where that fails."""
    folder = place.folder
    (folder / "tiny.toml").write_text(_SETTINGS, encoding="utf-8")
    save_rasters({"spikes": _spikes()}, folder / "mine.npz")
    _recordings(folder / "recordings")
    for arguments in (
        (*_SEARCH, "--out", "base.network"),
        ("compile", "base.network", "--out", "base.program"),
    ):
        ended = attempt(arguments, place, Fault())
        if ended.status:
            raise InputError(f"motifc {' '.join(arguments)} failed: {ended.said.strip()}")


def copied(trial: Trial, source: Path, folder: Path) -> None:
    """Copy the inputs of a trial into a new folder."""
    folder.mkdir(exist_ok=True)
    for name in ("tiny.toml", *trial.inputs):
        if (source / name).is_dir():
            shutil.copytree(source / name, folder / name)
        else:
            shutil.copy2(source / name, folder / name)


def chosen(names: Sequence[str] | None) -> tuple[Trial, ...]:
    """The trials of some names, or all; InputError for a name that is none."""
    known = {trial.name: trial for trial in TRIALS}
    if names is None:
        return TRIALS
    if unknown := [name for name in names if name not in known]:
        raise InputError(f"there is no command {', '.join(unknown)}; choose of {', '.join(known)}.")
    return tuple(known[name] for name in names)


def _spikes() -> SpikeRaster:
    """48 samples of two classes, told apart by which half of eight channels fires first."""
    rng = np.random.default_rng(0)
    labels = np.arange(48) % 2
    first = (np.arange(8) < 4)[None, None, :] ^ (labels == 1)[:, None, None]
    early = (np.arange(12) < 6)[None, :, None]
    return SpikeRaster.pack(rng.random((48, 12, 8)) < np.where(first == early, 0.5, 0.05), labels=labels)


def _recordings(folder: Path) -> None:
    """Six recordings of two classes in Prophesee's DAT format: little-endian time, then p << 28 + y << 14 + x."""
    rng = np.random.default_rng(0)
    for number in range(6):
        place = folder / ("left", "right")[number % 2]
        place.mkdir(parents=True, exist_ok=True)
        times = np.sort(rng.integers(0, 30_000, 60)).tolist()
        x, y, p = (rng.integers(0, most, 60).tolist() for most in (16, 12, 2))
        header = b"% Data file containing CD events\n% Version 2\n% Width 16\n% Height 12\n" + bytes((12, 8))
        events = (struct.pack("<II", t, c + r * 2**14 + s * 2**28) for t, c, r, s in zip(times, x, y, p, strict=True))
        recording = place / f"{number}.dat"
        recording.write_bytes(header + b"".join(events))
        os.utime(recording, (_LONG_AGO, _LONG_AGO))
