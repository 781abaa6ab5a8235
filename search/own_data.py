"""A user's own spikes as a task, without code: files made by `numpy.savez` or `targets.raster.save_rasters`.

Either one file, split by the seed into 60 % train, 20 % valid and 20 % test, every class alike:

    mine.npz

or a folder; where valid.npz is absent 20 % of train.npz is taken for it, where test.npz is absent likewise:

    mine/train.npz
    mine/valid.npz   (may be absent)
    mine/test.npz    (may be absent)

Each file holds

    spikes   0 or 1, [sample, time, neuron], in any integer or boolean type
    labels   class of every sample, 0, 1, 2, ..., [sample]
    lengths  steps that count, [sample]; may be absent: then all do
"""

from pathlib import Path

import numpy as np

from search.holdout import held_out
from search.task import Split, labels_of
from targets.errors import InputError
from targets.raster import SpikeRaster, load_rasters

_PARTS = ("train", "valid", "test")
_SHARE = 0.2


def own_split(path: Path, seed: int) -> Split:
    """The spikes at `path`, a .npz or a folder of them, split by `seed`; InputError for anything malformed."""
    if path.is_dir():
        parts = {name: _spikes(file) for name in _PARTS if (file := path / f"{name}.npz").is_file()}
        if "train" not in parts:
            raise InputError(
                f"{path} holds no train.npz; a folder of spikes needs one, beside it valid.npz and test.npz if you "
                "have them, so name your files like that."
            )
    else:
        parts = {"train": _spikes(path)}
    classes = 1 + max(int(labels_of(raster).max()) for raster in parts.values())
    if classes < 2:
        raise InputError(f"{path} has samples of one class only; at least two are needed, so check its labels.")
    _check_classes(parts["train"], classes, path)
    parts = _completed(parts, path, seed)
    return Split(parts["train"], parts["valid"], parts["test"], classes)


def _check_classes(train: SpikeRaster, classes: int, path: Path) -> None:
    """InputError when a class below the highest label has no sample to learn from."""
    present = np.unique(labels_of(train))
    absent = next((number for number, label in enumerate(present) if number != label), present.size)
    if absent < classes:
        raise InputError(
            f"{path} has labels up to {classes - 1} but no training sample of class {absent}; labels count from 0 "
            "without a gap, so renumber them or add samples."
        )


def _completed(parts: dict[str, SpikeRaster], path: Path, seed: int) -> dict[str, SpikeRaster]:
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
            f"{path} has {whole} samples to share out among {', '.join(('train', *absent))}, too few to give each "
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
    if raster.labels.min() < 0:
        raise InputError(f"{path} has the label {raster.labels.min()}; labels count from 0, so renumber them.")
    return raster
