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
    targets  instead of labels: numbers to be told of every sample, [sample] or [sample, value]
    lengths  steps that count, [sample]; may be absent: then all do
    groups   who or what each sample is of, numbers or text, [sample], or one value for the whole file; may be absent

All files of a folder have the same number of neurons; those with fewer time steps are padded. Samples of one group,
also of several files, are never in two parts. Other arrays are not used, and a line on standard error says so.
"""

import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np

from search.data.holdout import groups_held_out, held_out
from search.data.own_events import event_parts, holds_events
from search.data.readers.files import visible
from search.data.task import Split, labels_of, truth_of
from targets.contracts.arrays import Array, sealed
from targets.contracts.errors import InputError
from targets.contracts.names import meant
from targets.contracts.per_sample import RENUMBER
from targets.contracts.raster import SpikeFile, SpikeRaster, load_spikes, unused_told
from targets.contracts.scratch import room

_PARTS = ("train", "valid", "test")
_LIKE_PARTS = {"train": "train", "valid": "valid", "val": "valid", "dev": "valid", "test": "test"}
_SHARE = 0.2


@dataclass(frozen=True, eq=False)
class _Part:
    """Labelled spikes, and the group of every sample as text [sample]; None where samples have no groups."""

    raster: SpikeRaster
    groups: Array | None = None


def own_split(path: Path, seed: int) -> Split:
    """The spikes at `path`, a .npz or a folder of them, split by `seed`; InputError for anything malformed.

    Recordings of an event camera, sorted into a folder per class, are encoded first (see `search.data.own_events`).
    """
    if holds_events(path):
        return shared_out(event_parts(path), str(path), seed)
    files: list[SpikeFile] = []
    parts = _folder(path, files) if path.is_dir() else {"train": _part(path, files)}
    if told := unused_told(path, files):
        sys.stderr.write(f"motifc: {told}\n")
    groups = {name: part.groups for name, part in parts.items() if part.groups is not None}
    return shared_out({name: part.raster for name, part in parts.items()}, str(path), seed, groups)


def shared_out(
    parts: Mapping[str, SpikeRaster], source: str, seed: int, groups: Mapping[str, Array] = MappingProxyType({})
) -> Split:
    """The split of parts with labels or targets, of which "valid" and "test" may be absent: then part of "train".

    `groups` name the group of every sample [sample] of each part, or are empty. Raises InputError where there are too
    few classes or samples, and for a group in two parts; `source` says in the message whose they are.
    """
    told = {name for name, raster in parts.items() if raster.targets is not None}
    if told and told < parts.keys():
        raise InputError(
            f"{source} has targets in {', '.join(sorted(told))} and none in {', '.join(sorted(parts.keys() - told))}; "
            "all parts need them, or all need labels, so write the files alike."
        )
    if told:
        _check_groups(groups, source)
        whole = _completed(parts, groups.get("train"), source, seed)
        values = truth_of(whole["train"]).shape[1]
        return Split(whole["train"], whole["valid"], whole["test"], values, by="value")
    present = np.unique(np.concatenate([labels_of(raster) for raster in parts.values()]))
    if present[0] < 0:
        raise InputError(
            f"{source} has the label {present[0]}; labels count from 0, so renumber them, all parts alike: {RENUMBER}."
        )
    classes = 1 + int(present[-1])
    if classes < 2:
        raise InputError(f"{source} has samples of one class only; at least two are needed, so check its labels.")
    _check_classes(parts["train"], present, source)
    _check_groups(groups, source)
    whole = _completed(parts, groups.get("train"), source, seed)
    return Split(whole["train"], whole["valid"], whole["test"], classes)


def _folder(path: Path, read: list[SpikeFile]) -> dict[str, _Part]:
    """The parts in a folder: as its files are named, or all files as one part."""
    files = [file for file in visible(path) if file.suffix.lower() == ".npz" and file.is_file()]
    named = [file for file in files if file.stem in _PARTS]
    if not files:
        raise InputError(f"{path} holds no .npz file; at least one with spikes and labels is needed, so put it there.")
    _check_names(path, files)
    if named and (len(named) < len(files) or "train" not in {file.stem for file in named}):
        raise InputError(
            f"{path} holds {', '.join(file.name for file in files)}; either train.npz with valid.npz and test.npz if "
            "you have them is allowed, or files of other names only, so rename them."
        )
    parts = [_part(file, read) for file in files]
    for file, part in zip(files, parts, strict=True):
        width, first = part.raster.neurons, parts[0].raster.neurons
        if width != first:
            raise InputError(
                f"{file} is {width} neurons wide and {files[0]} {first}; all files of a folder must be equally wide, "
                "so encode them alike."
            )
        if (part.groups is None) != (parts[0].groups is None):
            with_groups, without = (files[0], file) if part.groups is None else (file, files[0])
            raise InputError(
                f"{with_groups} has groups and {without} has none; all files of a folder need them or none, so add or "
                "remove them."
            )
    return dict(zip((file.stem for file in files), parts, strict=True)) if named else {"train": _joined(parts)}


def _check_names(path: Path, files: Sequence[Path]) -> None:
    """InputError for files that are named almost as parts are, such as Train.npz, val.npz, test_1.npz."""
    found = {}
    for file in files:
        words = [word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+", file.stem)]
        like = [part for word in words for start, part in _LIKE_PARTS.items() if word.startswith(start)]
        if like and file.name not in {f"{part}.npz" for part in _PARTS}:
            found[file.name] = f"{like[0]}.npz"
    if found:
        raise InputError(
            f"{path} holds {', '.join(found)}, named almost as a part of a split; the parts are train.npz, valid.npz "
            f"and test.npz, so rename {', '.join(f'{name} to {part}' for name, part in found.items())}, or, where it "
            "is no part, to a name without such words."
        )


def _joined(parts: Sequence[_Part]) -> _Part:
    """All samples of parts of one width, one after the other."""
    rasters = [part.raster for part in parts]
    samples, steps = sum(raster.samples for raster in rasters), max(raster.steps for raster in rasters)
    packed = room((samples, steps, rasters[0].packed.shape[2]))
    start = 0
    for raster in rasters:
        packed[start : start + raster.samples, : raster.steps] = raster.packed
        start += raster.samples
    lengths = np.concatenate([raster.lengths for raster in rasters])
    labels, targets = _asked(rasters)
    groups = [part.groups for part in parts if part.groups is not None]
    whole = SpikeRaster(sealed(packed), rasters[0].neurons, lengths, labels, targets)
    return _Part(whole, np.concatenate(groups) if groups else None)


def _asked(rasters: Sequence[SpikeRaster]) -> tuple[Array | None, Array | None]:
    """Labels or targets of all samples; InputError where files have not all the same."""
    kinds = {None if raster.targets is None else raster.targets.shape[1] for raster in rasters}
    if len(kinds) > 1:
        told = sorted("labels" if each is None else f"{each} targets" for each in kinds)
        raise InputError(
            f"the files have {', '.join(told)} per sample; all files of a folder need the same, so write them alike."
        )
    truth = np.concatenate([truth_of(raster) for raster in rasters])
    return (truth, None) if kinds == {None} else (None, truth)


def _check_classes(train: SpikeRaster, present: Array, source: str) -> None:
    """InputError when a class up to the highest label has no sample, or none to learn from."""
    gap = next((number for number, label in enumerate(present) if number != label), None)
    if gap is not None:
        raise InputError(
            f"{source} has labels up to {present[-1]} but no sample of class {gap}; labels count from 0 without a gap, "
            f"so add samples or renumber them, all parts alike: {RENUMBER}."
        )
    unlearned = np.setdiff1d(present, labels_of(train))
    if unlearned.size:
        raise InputError(
            f"{source} has labels up to {present[-1]} but no training sample of class {unlearned[0]}; every class must "
            "be learned, so add samples."
        )


def _check_groups(groups: Mapping[str, Array], source: str) -> None:
    """InputError for a group with samples in two parts."""
    homes: dict[str, str] = {}
    for name, each in groups.items():
        for group in np.unique(each).tolist():
            if homes.setdefault(group, name) != name:
                raise InputError(
                    f"{source} has samples of group {group!r} in {homes[group]} and in {name}; a group must be in one "
                    "part alone, so move its samples."
                )


def _completed(
    parts: Mapping[str, SpikeRaster], groups: Array | None, source: str, seed: int
) -> dict[str, SpikeRaster]:
    """All three parts; the absent ones are taken from the training part, whose samples may be of `groups`."""
    train = parts["train"]
    # With values to be told all samples are alike.
    labels = labels_of(train) if train.targets is None else np.zeros(train.samples, np.int32)
    absent = [name for name in ("test", "valid") if name not in parts]
    chosen, rest = {}, np.arange(train.samples)
    for name in absent:
        share = _SHARE * train.samples / max(rest.size, 1)  # of the samples there were at first
        seeds = seed, _PARTS.index(name)
        kept, held = (
            held_out(labels[rest], share, *seeds)
            if groups is None
            else groups_held_out(labels[rest], groups[rest], share, *seeds)
        )
        chosen[name], rest = rest[held], rest[kept]
    if not all(indices.size for indices in (rest, *chosen.values())):
        have, each = (
            (f"{train.samples} samples", "samples")
            if groups is None
            else (f"{np.unique(groups).size} groups of samples", "groups")
        )
        raise InputError(
            f"{source} has {have} to share out among {', '.join(('train', *absent))}, too few to give each some of a "
            f"class; at least {1 + len(absent)} of a class are needed, so add {each}."
        )
    return {**parts, "train": train.take(rest), **{name: train.take(indices) for name, indices in chosen.items()}}


def _part(path: Path, read: list[SpikeFile]) -> _Part:
    """The labelled spikes of one file; what is used of it and what is not is put behind `read`."""
    file = load_spikes(path)
    if "spikes" not in file.rasters:
        guess = meant("spikes", file.rasters) or next(iter(file.rasters))
        raise InputError(
            f"{path} holds the arrays {sorted((*file.rasters, *file.others))}; one named 'spikes' is needed, so add "
            f"it, or rename {guess!r} if that is meant."
        )
    raster = file.rasters["spikes"]
    beside = tuple(name for name in file.rasters if name != "spikes")
    read.append(SpikeFile({}, used=file.used - set(beside), others=(*beside, *file.others)))
    if raster.labels is None and raster.targets is None:
        guessed = meant("labels", file.others)
        raise InputError(
            f"{path} holds no array named 'labels'; one class per sample is needed, so add it"
            + ("." if guessed is None else f", or rename {guessed!r} if that is meant.")
        )
    if not (raster.samples and raster.steps and raster.neurons):
        raise InputError(
            f"{path} holds spikes of shape {(raster.samples, raster.steps, raster.neurons)} [sample, time, neuron]; "
            "none of the axes may be empty, so write the file again."
        )
    return _Part(raster, None if file.groups is None else _groups(file.groups, raster.samples, path))


def _groups(given: Array, samples: int, path: Path) -> Array:
    """The groups of a file as text [sample]."""
    given = np.full(samples, given) if given.ndim == 0 else given
    if given.shape != (samples,) or given.dtype.kind not in "buifUS" or (given != given).any():
        raise InputError(
            f"{path} holds groups {given.dtype} of shape {given.shape} for {samples} samples; one number or text per "
            "sample, or one for the whole file, is needed, so write them anew."
        )
    if given.dtype.kind == "f" and (given == np.floor(given)).all():
        given = given.astype(np.int64)  # so that 3 is the group that is 3.0 in another file
    return given.astype(str)
