"""samples: the spikes a command works on, and how many of them were trained on; split_of: the split they are from."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from targets.contracts.errors import InputError
from targets.contracts.ports import Readout
from targets.contracts.provenance import DataOrigin, Provenance
from targets.contracts.raster import SpikeRaster, load_spikes, unused_told

if TYPE_CHECKING:
    from search.data.task import Split


@dataclass(frozen=True, eq=False)
class Samples:
    """Spikes, where they are from, and what of them is known.

    spikes   one raster, or a raster per input
    source   "digits, split of seed 3, the one net.program was trained on", or the name of a file
    kind     "test samples", "training samples" or "samples"
    data, seed   of the split; the name of a file and None where there is none
    seen     how many of them were trained on; None where that cannot be known
    """

    spikes: SpikeRaster | Mapping[str, SpikeRaster]
    source: str
    kind: str
    data: str
    seed: int | None
    seen: int | None

    @property
    def raster(self) -> SpikeRaster:
        """The spikes of the first input; all inputs have the same samples and labels."""
        return self.spikes if isinstance(self.spikes, SpikeRaster) else next(iter(self.spikes.values()))

    @property
    def sentence(self) -> str:
        """All of it on one line."""
        seen = "" if self.seen is None else f", {self.seen:,} of them trained on"
        return f"{self.source}: {self.raster.samples:,} {self.kind}{seen}"

    def as_dict(self) -> dict[str, Any]:
        """The same as JSON values."""
        told = {"data": self.data, "seed": self.seed, "samples": self.raster.samples}
        return {**told, "trained_on": self.seen, "sentence": self.sentence}


def samples(
    owner: str,
    provenance: Provenance,
    file: Path | None = None,
    data: str | None = None,
    seed: int | None = None,
    limit: int | None = None,
    folder: Path | None = None,
    readout: Readout | None = None,
) -> Samples:
    """The first `limit` samples of a .npz file, or of the test part of the split that `split_of` gives.

    `owner` names the file that has the provenance. Labels or targets, where there are any, are held to `readout`.
    Raises InputError where both a file and data are given, where neither is and the provenance tells of none, and for
    labels that are no class or targets of other number.
    """
    if file is not None and data is not None:
        raise InputError("--input and --data were both given; spikes come from one of them, so leave the other out.")
    if limit is not None and limit < 1:
        raise InputError(f"--limit is {limit}; at least 1 sample is needed, so give a larger number.")
    chosen = slice(limit)
    if file is not None:
        rasters = _labelled({name: raster.take(chosen) for name, raster in _read(file).items()}, readout, file)
        return given_samples(owner, provenance, rasters, file)
    split = split_of(owner, provenance, data, seed, folder, "--data or --input")
    given = part(owner, provenance, split, "test", chosen)
    return replace(given, spikes=_labelled({"spikes": given.raster}, readout, given.data)["spikes"])


def given_samples(
    owner: str, provenance: Provenance, rasters: Mapping[str, SpikeRaster], file: Path, limit: int | None = None
) -> Samples:
    """The first `limit` samples of spikes that were read from `file` already."""
    if limit is not None and limit < 1:
        raise InputError(f"--limit is {limit}; at least 1 sample is needed, so give a larger number.")
    taken = {name: raster.take(slice(limit)) for name, raster in rasters.items()}
    source = f"{file}; {owner} {_past(provenance)}"
    return Samples(taken, source, "samples", str(file), None, provenance.seen(next(iter(taken.values()))))


def part(owner: str, provenance: Provenance, split: "Split", name: str, chosen: slice = slice(None)) -> Samples:
    """Samples of the "test" or "train" part of a split."""
    raster = (split.test if name == "test" else split.train).take(chosen)
    kind = "test samples" if name == "test" else "training samples"
    source = _source(owner, provenance, split)
    return Samples(raster, source, kind, split.data, split.seed, provenance.seen(raster))


def calibrating(
    owner: str,
    provenance: Provenance,
    data: str | None,
    seed: int | None,
    folder: Path | None,
    option: str = "--calibrate",
) -> Samples:
    """The training part of the split that `split_of` gives; of a .npz without labels all samples."""
    if data is not None and data.endswith(".npz") and Path(data).is_file():
        rasters = _read(Path(data))
        if all(raster.labels is None for raster in rasters.values()):
            seen = provenance.seen(next(iter(rasters.values())))
            return Samples(rasters, data, "samples", data, None, seen)
    split = split_of(owner, provenance, data, seed, folder, option)
    return part(owner, provenance, split, "train")


def split_of(
    owner: str,
    provenance: Provenance,
    data: str | None = None,
    seed: int | None = None,
    folder: Path | None = None,
    option: str = "--data",
) -> "Split":
    """The split that the file `owner` was trained on last, or another one where data or a seed is given.

    `option` is what an error asks for where neither the file nor the caller names data.
    """
    from search.data.load import load_split

    latest = provenance.latest
    if data is None:
        data, told = _data_of(owner, latest, option)
        folder = Path(told) if folder is None and told else folder
    if seed is None:
        seed = 0 if latest is None or latest.seed is None else latest.seed
    return load_split(data, folder, seed)


def _read(file: Path) -> Mapping[str, SpikeRaster]:
    """The rasters of a file; a line on standard error names what else it holds."""
    found = load_spikes(file)
    if told := unused_told(file, [found]):
        sys.stderr.write(f"motifc: {told}\n")
    return found.rasters


def _labelled(rasters: Mapping[str, SpikeRaster], readout: Readout | None, source: object) -> Mapping[str, SpikeRaster]:
    """The rasters of all inputs, each with the labels or targets that any has, once `readout` can be held to them."""
    key = "targets" if readout is not None and readout.tells_values else "labels"
    found = {name: asked for name, raster in rasters.items() if (asked := getattr(raster, key)) is not None}
    if readout is None or not found:
        return rasters
    first, labels = next(iter(found.items()))
    for name, others in found.items():
        if not np.array_equal(labels, others):
            raise InputError(
                f"the inputs {first!r} and {name!r} of {source} have different {key}; a sample has one "
                f"{'class' if key == 'labels' else 'row of them'}, so give the {key} once."
            )
    known = readout.known_targets if readout.tells_values else readout.known_labels
    known(labels, str(source))
    # An input of another number of samples is refused where it is bound, in words of its own.
    return {
        name: replace(each, **{key: labels}) if each.samples == len(labels) else each for name, each in rasters.items()
    }


def _data_of(owner: str, latest: DataOrigin | None, option: str) -> tuple[str, str]:
    """(data, folder) of the split trained on last; InputError where there is none or it is gone."""
    from search.data.task import task_in

    if latest is None or not latest.data:
        told = "does not say which data it was trained on" if latest is None else f"was trained on {latest.name}"
        raise InputError(f"{owner} {told}; say which data to take, by {option}.")
    if not task_in(latest.data) and not Path(latest.data).exists():
        raise InputError(
            f"{owner} was trained on {latest.name}; there is nothing of that name here, so give its path as --data."
        )
    return latest.data, latest.folder


def _source(owner: str, provenance: Provenance, split: "Split") -> str:
    """The split's name, and whether it is the one trained on."""
    name, known = split.origin.name, provenance.trained_on
    if [each.split for each in known] == [split.digest]:
        return f"{name}, the one {owner} was trained on"
    if [each.name for each in known] == [name]:
        return f"{name}, whose samples have changed since {owner} was trained on it"
    return f"{name}; {owner} {_past(provenance)}"


def _past(provenance: Provenance) -> str:
    """What was trained on, as the end of a sentence."""
    if not provenance.trained_on:
        return "does not say what it was trained on"
    return f"was trained on {' and '.join(origin.name for origin in provenance.trained_on)}"
