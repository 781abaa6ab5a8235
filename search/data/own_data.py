"""A user's own spikes as a task, without code: files made by `numpy.savez` or `targets.contracts.raster.save_rasters`.

One file, split by the seed into 60 % train, 20 % valid and 20 % test, every class alike:

    mine.npz

or a folder of several such files of any names, which are joined and then split likewise:

    mine/monday.npz
    mine/tuesday.npz

or a folder that is split already; where valid.npz is absent 20 % of train.npz is taken for it, where test.npz is
absent likewise:

    mine/train.npz
    mine/valid.npz   (may be absent)
    mine/test.npz    (may be absent)

Each file holds

    spikes   0 or 1, [sample, time, neuron], in any integer or boolean type
    labels   class of every sample, 0, 1, 2, ..., [sample]
    lengths  steps that count, [sample]; may be absent: then all do

All files of a folder have the same number of neurons; those with fewer time steps are padded.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from search.data.holdout import held_out
from search.data.own_events import event_parts, holds_events
from search.data.task import Split, labels_of
from targets.contracts.errors import InputError
from targets.contracts.raster import SpikeRaster, load_rasters

_PARTS = ("train", "valid", "test")
_SHARE = 0.2


def own_split(path: Path, seed: int) -> Split:
    """The spikes at `path`, a .npz or a folder of them, split by `seed`; InputError for anything malformed.

    Recordings of an event camera, sorted into a folder per class, are encoded first (see `search.data.own_events`).
    """
    if holds_events(path):
        return shared_out(event_parts(path), str(path), seed)
    return shared_out(_folder(path) if path.is_dir() else {"train": _spikes(path)}, str(path), seed)


def shared_out(parts: Mapping[str, SpikeRaster], source: str, seed: int) -> Split:
    """The split of labelled parts, of which "valid" and "test" may be absent and are then taken from "train".

    Raises InputError where there are too few classes or samples; `source` says in the message whose they are.
    """
    labels = np.concatenate([labels_of(raster) for raster in parts.values()])
    if labels.min() < 0:
        raise InputError(f"{source} has the label {labels.min()}; labels count from 0, so renumber them.")
    classes = 1 + int(labels.max())
    if classes < 2:
        raise InputError(f"{source} has samples of one class only; at least two are needed, so check its labels.")
    _check_classes(parts["train"], classes, source)
    whole = _completed(parts, source, seed)
    return Split(whole["train"], whole["valid"], whole["test"], classes)


def _folder(path: Path) -> dict[str, SpikeRaster]:
    """The parts in a folder: as its files are named, or all files as one part."""
    files = sorted(file for file in path.glob("*.npz") if file.is_file())
    named = [file for file in files if file.stem in _PARTS]
    if not files:
        raise InputError(f"{path} holds no .npz file; at least one with spikes and labels is needed, so put it there.")
    if named and (len(named) < len(files) or not (path / "train.npz").is_file()):
        raise InputError(
            f"{path} holds {', '.join(file.name for file in files)}; either train.npz with valid.npz and test.npz if "
            "you have them is allowed, or files of other names only, so rename them."
        )
    rasters = [_spikes(file) for file in files]
    for file, raster in zip(files, rasters, strict=True):
        if raster.neurons != rasters[0].neurons:
            raise InputError(
                f"{file} is {raster.neurons} neurons wide and {files[0]} {rasters[0].neurons}; all files of a folder "
                "must be equally wide, so encode them alike."
            )
    return dict(zip((file.stem for file in files), rasters, strict=True)) if named else {"train": _joined(rasters)}


def _joined(rasters: Sequence[SpikeRaster]) -> SpikeRaster:
    """All samples of rasters of one width, one after the other."""
    steps = max(raster.steps for raster in rasters)
    packed = [np.pad(raster.packed, ((0, 0), (0, steps - raster.steps), (0, 0))) for raster in rasters]
    lengths = np.concatenate([raster.lengths for raster in rasters])
    labels = np.concatenate([labels_of(raster) for raster in rasters])
    return SpikeRaster(np.concatenate(packed), rasters[0].neurons, lengths, labels)


def _check_classes(train: SpikeRaster, classes: int, source: str) -> None:
    """InputError when a class below the highest label has no sample to learn from."""
    present = np.unique(labels_of(train))
    absent = next((number for number, label in enumerate(present) if number != label), present.size)
    if absent < classes:
        raise InputError(
            f"{source} has labels up to {classes - 1} but no training sample of class {absent}; labels count from 0 "
            "without a gap, so renumber them or add samples."
        )


def _completed(parts: Mapping[str, SpikeRaster], source: str, seed: int) -> dict[str, SpikeRaster]:
    """All three parts; the absent ones are taken from the training part."""
    parts = dict(parts)
    whole = parts["train"].samples
    absent = [name for name in ("test", "valid") if name not in parts]
    for name in absent:
        labels = labels_of(parts["train"])
        share = _SHARE * whole / labels.size  # of the samples there were at first
        kept, held = held_out(labels, share, seed, _PARTS.index(name))
        parts |= {"train": parts["train"].take(kept), name: parts["train"].take(held)}
    small = [name for name, raster in parts.items() if not raster.samples]
    if small:
        raise InputError(
            f"{source} has {whole} samples to share out among {', '.join(('train', *absent))}, too few to give each "
            "some of a class; at least 3 of a class are needed, so add samples."
        )
    return parts


def _spikes(path: Path) -> SpikeRaster:
    """The labelled spikes of one file."""
    try:
        rasters = load_rasters(path)
    except InputError as error:
        raise InputError(str(error) if str(path) in str(error) else f"in {path}, {error}") from None
    if "spikes" not in rasters:
        raise InputError(f"{path} holds the arrays {sorted(rasters)}; one named 'spikes' is needed, so rename it.")
    raster = rasters["spikes"]
    if raster.labels is None:
        raise InputError(f"{path} holds no array named 'labels'; one class per sample is needed, so add it.")
    if not (raster.samples and raster.steps and raster.neurons):
        raise InputError(
            f"{path} holds spikes of shape {(raster.samples, raster.steps, raster.neurons)} [sample, time, neuron]; "
            "none of the axes may be empty, so write the file again."
        )
    return raster
