"""A recording that somebody else made: the spikes that were given, those of each population, and how ours compare."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from targets.conformance.equivalence import EquivalenceReport, compare
from targets.contracts.errors import InputError
from targets.contracts.raster import SpikeRaster, load_rasters


@dataclass(frozen=True, eq=False)
class Recorded:
    """The file, and the spikes in it of inputs (none, or all) and of populations."""

    path: Path
    inputs: Mapping[str, SpikeRaster]
    observed: Mapping[str, SpikeRaster]

    def first(self, limit: int | None) -> Recorded:
        """The first so many samples, or all."""
        chosen = slice(limit)
        return Recorded(
            self.path,
            {name: raster.take(chosen) for name, raster in self.inputs.items()},
            {name: raster.take(chosen) for name, raster in self.observed.items()},
        )

    def compared(self, spikes: Mapping[str, SpikeRaster], name: str) -> EquivalenceReport:
        """Spikes of the side `name` with what was recorded, of the populations that were, in the steps that count."""
        mine = {each: spikes[each].counted() for each in self.observed}
        theirs = {
            each: SpikeRaster(raster.packed, raster.neurons, mine[each].lengths).counted()
            if raster.samples == mine[each].samples
            else raster
            for each, raster in self.observed.items()
        }
        return compare(mine, theirs, (name, str(self.path)))


def recorded(path: Path, inputs: Collection[str], populations: Collection[str], given: bool) -> Recorded:
    """What the .npz file at `path` holds; arrays are keyed by the names of inputs and populations.

    A single input may be called `spikes`.
    Raises InputError where it holds no population, and where it lacks an input while none are `given` elsewhere.
    """
    found = load_rasters(path)
    observed = {name: raster for name, raster in found.items() if name in populations}
    if not observed:
        raise InputError(
            f"{path} holds {sorted(found)}; it needs an array [sample, time, neuron] for at least one of the "
            f"populations {sorted(populations)}, so name them alike."
        )
    if given:
        return Recorded(path, {}, observed)
    if len(inputs) == 1 and "spikes" in found and "spikes" not in populations:
        found.setdefault(next(iter(inputs)), found["spikes"])
    lacking = sorted(set(inputs) - set(found))
    if lacking:
        raise InputError(
            f"{path} holds no spikes of input {lacking[0]!r}, to which its populations answered; add them under that "
            "name, or give them as --input."
        )
    return Recorded(path, {name: found[name] for name in inputs}, observed)


def told(report: EquivalenceReport) -> dict[str, Any]:
    """A comparison as JSON values."""
    return {**report.as_dict(), "sentence": report.sentence()}
