"""Provenance: the data that weights were trained on, and who made a network or program, when and with what."""

import hashlib
import os
import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

import numpy as np

from targets.contracts.arrays import Array, readonly
from targets.contracts.errors import InputError
from targets.contracts.raster import SpikeRaster

TOLD = frozenset(
    {"origin", "settings", "provenance", "proofs", "own_rates", "refractory_max", "delay_bits", "input_slots_per_core"}
)
"""Fields that tell of a network or program and compute nothing: no part of its digest, but of its file's.

The longest refractory period of a chip, and what delays take there, are among them since they came later, and digests
are not to change.
"""
_PACKAGES = ("motifc", "numpy", "torch")
_MOST_SEED = (1 << 32) - 1


@dataclass(frozen=True, eq=False)
class DataOrigin:
    """A data split that weights were trained on: all that is needed to make it again, and to know its samples.

    data, folder  a task's name or a path, and the folder of a task's files, as given; empty for data made in Python
    seed          seed of the split; None where nobody has told
    split         digest of the split
    train, valid, test   samples of its parts; weights are trained on the first two
    trained       uint64 [sample]: `keys_of` what was trained on, ascending
    """

    data: str
    folder: str
    seed: int | None
    split: str
    train: int
    valid: int
    test: int
    trained: Array

    def __post_init__(self) -> None:
        object.__setattr__(self, "trained", readonly(self.trained, np.uint64, "keys of samples trained on"))
        if min(self.train, self.valid, self.test) < 0:
            raise InputError(
                f"a split has {self.train}, {self.valid} and {self.test} samples; none may be below 0, so write the "
                "file again."
            )
        if self.seed is not None and not 0 <= self.seed <= _MOST_SEED:
            raise InputError(
                f"a split has the seed {self.seed}; 0 to {_MOST_SEED} is allowed, so write the file again."
            )

    @property
    def name(self) -> str:
        """What a user calls it: "digits, split of seed 3"."""
        data = self.data or "data made in Python"
        return data if self.seed is None else f"{data}, split of seed {self.seed}"


@dataclass(frozen=True)
class Making:
    """One step on the way to a file: what was done, the command, the machine and the day. No digest depends on it.

    step      "search by hrmas", "train", "compile"
    command   the command line as typed
    versions  package -> version
    device    what torch ran on, and on how many threads; empty and 0 where torch was not used
    cpu       kind of processor
    date      UTC, ISO 8601
    """

    step: str
    command: str
    versions: Mapping[str, str]
    device: str
    threads: int
    cpu: str
    date: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "versions", MappingProxyType(dict(self.versions)))

    @property
    def sentence(self) -> str:
        """All of it on one line."""
        packages = ", ".join(f"{name} {number}" for name, number in self.versions.items())
        threads = f"{self.threads} {'thread' if self.threads == 1 else 'threads'}"
        device = f", {self.device} with {threads}" if self.device else ""
        return f"{self.step}, {self.date}: {self.command} ({packages}{device}, {self.cpu})"


@dataclass(frozen=True, eq=False)
class Provenance:
    """Where a network or program comes from: splits its weights were trained on and steps taken, each oldest first."""

    trained_on: tuple[DataOrigin, ...] = ()
    made: tuple[Making, ...] = field(default=())

    @property
    def latest(self) -> DataOrigin | None:
        """The split that weights were trained on last."""
        return self.trained_on[-1] if self.trained_on else None

    def after_training(self, origin: DataOrigin) -> "Provenance":
        """The same with one more split trained on, once."""
        others = tuple(each for each in self.trained_on if each.split != origin.split)
        return replace(self, trained_on=(*others, origin))

    def after(self, step: Making) -> "Provenance":
        """The same with one more step."""
        return replace(self, made=(*self.made, step))

    def seen(self, raster: SpikeRaster) -> int | None:
        """How many of these samples were trained on: same counted spikes, same label or targets.

        None where that cannot be known: nothing tells what was trained on, or the samples have neither.
        """
        if not self.trained_on or (raster.labels is None and raster.targets is None):
            return None
        known = np.concatenate([origin.trained for origin in self.trained_on])
        return int(np.isin(keys_of(sample_digests(raster)), known).sum())

    def rows(self) -> list[tuple[str, str]]:
        """(what, told) of all of it, for people."""
        told = [
            (
                "trained on",
                f"{origin.name}: {origin.train:,} training and {origin.valid:,} validation samples, {origin.test:,} "
                f"left for the test; split digest {origin.split[:16]}",
            )
            for origin in self.trained_on
        ]
        return [*told, *(("made by", step.sentence) for step in self.made)]


def sample_digests(raster: SpikeRaster) -> Array:
    """SHA-256 of every sample, uint8 [sample, 32]: its counted spikes, their number of neurons and steps, its label or
    targets.

    Steps beyond a sample's length do not matter.
    """
    found = np.empty((raster.samples, 32), np.uint8)
    for number, length in enumerate(raster.lengths.tolist()):
        counted = raster.packed[number, :length]
        label = "" if raster.labels is None else int(raster.labels[number])
        if raster.targets is not None:
            label = ",".join(value.hex() for value in raster.targets[number].tolist())
        sha = hashlib.sha256(f"{raster.neurons} {length} {label} ".encode())
        sha.update(np.ascontiguousarray(counted).data)
        found[number] = np.frombuffer(sha.digest(), np.uint8)
    return found


def keys_of(digests: Array) -> Array:
    """The first eight bytes of `sample_digests`, uint64 [sample]: enough to know a sample again."""
    return np.ascontiguousarray(digests[:, :8]).view("<u8")[:, 0].astype(np.uint64)


def making(step: str, device: str = "", threads: int = 0) -> Making:
    """The step taken now, by the command of this process."""
    import platform  # these two take a tenth of the time in which a command starts
    from importlib.metadata import PackageNotFoundError, version

    program = Path(sys.argv[0])
    name = program.parent.name if program.stem == "__main__" else program.name
    command = shlex.join([name, *sys.argv[1:]])
    versions = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            continue
    date = datetime.now(UTC).isoformat(timespec="seconds")
    return Making(step, command, versions, device, threads, _cpu(), date)


def _cpu() -> str:
    """The kind of processor, as the system calls it."""
    import platform

    try:
        lines = Path(os.sep, "proc", "cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, "") or platform.processor() or platform.machine()
