"""compare: do two recordings hold the same spikes, and where do they first differ?"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from targets.contracts.errors import InputError
from targets.contracts.raster import SpikeRaster
from targets.runtime.recording import Recording


@dataclass(frozen=True)
class Difference:
    """The first bin, by sample, then step, then population, then neuron, in which two recordings differ."""

    sample: int
    step: int
    population: str
    neuron: int
    left: bool
    right: bool


@dataclass(frozen=True)
class Agreement:
    """One population: bins and spikes compared, bins that differ."""

    population: str
    bins: int
    spikes: int
    differing: int


@dataclass(frozen=True)
class EquivalenceReport:
    """The outcome of `compare` between two named sides."""

    left: str
    right: str
    populations: tuple[Agreement, ...]
    first: Difference | None

    @property
    def equal(self) -> bool:
        """True when no bin differs."""
        return self.first is None

    @property
    def differing(self) -> int:
        """Bins that differ, over all populations."""
        return sum(agreement.differing for agreement in self.populations)

    @property
    def spikes(self) -> int:
        """Spikes of the left side, over all populations."""
        return sum(agreement.spikes for agreement in self.populations)

    def sentence(self) -> str:
        """The report in one sentence."""
        bins = sum(agreement.bins for agreement in self.populations)
        if self.first is None:
            return (
                f"{self.left} and {self.right} are equal: 0 of {bins:,} bins differ, {self.spikes:,} spikes compared."
            )
        first = self.first
        left, right = ("spikes" if side else "is silent" for side in (first.left, first.right))
        where = f"sample {first.sample}, step {first.step}, population {first.population!r}, neuron {first.neuron}"
        return (
            f"{self.left} and {self.right} differ in {self.differing:,} of {bins:,} bins, first in {where}: "
            f"{self.left} {left}, {self.right} {right}."
        )

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self) | {"equal": self.equal, "differing": self.differing, "spikes": self.spikes}


def compare(
    left: Mapping[str, SpikeRaster],
    right: Mapping[str, SpikeRaster],
    names: tuple[str, str] = ("left", "right"),
) -> EquivalenceReport:
    """Compare two recordings bin by bin in every population, padding included.

    Raises InputError when the two do not have the same populations, samples, steps and neurons.
    """
    if set(left) != set(right):
        raise InputError(
            f"{names[0]} has populations {sorted(left)} and {names[1]} {sorted(right)}; "
            "only equal sets can be compared, so compare programs of the same network."
        )
    agreements, firsts = [], []
    for position, (name, mine) in enumerate(left.items()):
        theirs = right[name]
        sizes = [(r.samples, r.steps, r.neurons) for r in (mine, theirs)]
        if sizes[0] != sizes[1]:
            raise InputError(
                f"population {name!r} has (samples, steps, neurons) {sizes[0]} in {names[0]} and {sizes[1]} in "
                f"{names[1]}; both must be equal, so run both on the same input."
            )
        changed = np.bitwise_xor(mine.packed, theirs.packed)
        differing = int(np.bitwise_count(changed).sum())
        agreements.append(Agreement(name, mine.bins, int(np.bitwise_count(mine.packed).sum()), differing))
        if differing:
            sample, step = (int(index) for index in np.argwhere(changed)[0][:2])
            bits = np.unpackbits(changed[sample, step], count=mine.neurons)
            neuron = int(bits.argmax())
            spikes = [bool(np.unpackbits(r.packed[sample, step], count=r.neurons)[neuron]) for r in (mine, theirs)]
            firsts.append((sample, step, position, Difference(sample, step, name, neuron, spikes[0], spikes[1])))
    first = min(firsts, key=lambda entry: entry[:3])[3] if firsts else None
    return EquivalenceReport(names[0], names[1], tuple(agreements), first)


def merged(reports: Sequence[tuple[int, EquivalenceReport]]) -> EquivalenceReport:
    """One report of consecutive pieces of samples, each given with the number of samples before it."""
    _, head = reports[0]
    populations = tuple(
        replace(
            agreement,
            bins=sum(report.populations[number].bins for _, report in reports),
            spikes=sum(report.populations[number].spikes for _, report in reports),
            differing=sum(report.populations[number].differing for _, report in reports),
        )
        for number, agreement in enumerate(head.populations)
    )
    firsts = [replace(report.first, sample=report.first.sample + before) for before, report in reports if report.first]
    return replace(head, populations=populations, first=firsts[0] if firsts else None)


def state_difference(expected: Recording, got: Recording, names: tuple[str, str]) -> str | None:
    """Where the final u, v of two recordings of one program first differ, or their traces; None where they do not."""
    for register, left, right in (("u", expected.u, got.u), ("v", expected.v, got.v)):
        for population, mine in left.items():
            theirs = right.get(population)
            if theirs is None or theirs.shape != mine.shape:
                return f"{names[1]} has no final {register} of population {population!r} in the shape {mine.shape}."
            if differing := np.argwhere(mine != theirs).tolist():
                sample, neuron = differing[0]
                return (
                    f"{names[0]} and {names[1]} have the same spikes but differ in {len(differing):,} of {mine.size:,} "
                    f"final {register} of population {population!r}, first in sample {sample}, neuron {neuron}: "
                    f"{mine[sample, neuron]:,} and {theirs[sample, neuron]:,}."
                )
    for population, trace in expected.traces.items():
        for register in ("u", "v"):
            mine, theirs = getattr(trace, register), getattr(got.traces[population], register)
            if differing := np.argwhere(mine != theirs).tolist():
                sample, step, neuron = differing[0]
                return (
                    f"{names[0]} and {names[1]} differ in {len(differing):,} of {mine.size:,} {register} of population "
                    f"{population!r}, first in sample {sample}, step {step}, neuron {neuron}: "
                    f"{mine[sample, step, neuron]:,} and {theirs[sample, step, neuron]:,}."
                )
    return None
