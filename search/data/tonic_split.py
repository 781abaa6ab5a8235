"""Any data set of tonic, or one shaped like it, as a task: pairs (events, label) in, a Split out.

    import tonic
    from search.data.tonic_split import tonic_split

    train, test = (tonic.datasets.POKERDVS("data", train=part) for part in (True, False))
    split = tonic_split(train, test, seed=0, sensor=(35, 35, 2), bins=30)

tonic itself is not needed here. For `motifc search` save the parts with `targets.contracts.raster.save_rasters`, or
give it the folder of a data set of tonic: `--data tonic-events --data-dir data`.
"""

import dataclasses
import math
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

import numpy as np

from search.data.encoders.events import SensorSize, downsampled, downsampled_sensor, frames, raster_of
from search.data.holdout import held_out
from search.data.pairs import pairs
from search.data.task import Split, labels_of
from targets.contracts.arrays import Array
from targets.contracts.errors import InputError
from targets.contracts.raster import SpikeRaster

_SHARE = 0.2


class Dataset(Protocol):
    """What tonic's data sets are: samples by number, each (events, label)."""

    def __len__(self) -> int: ...
    def __getitem__(self, index: int) -> tuple[Any, Any]: ...


def tonic_split(
    train: Dataset,
    test: Dataset | None,
    seed: int,
    sensor: SensorSize,
    bins: int = 30,
    window: float | None = None,
    factor: int = 1,
) -> Split:
    """A split of tonic-style data sets: spikes [sample, bins, neuron], neuron = (p * height + y) * width + x.

    train   a fifth of it, every class alike, becomes valid, chosen by the seed
    test    the official test part; None takes a fifth of `train`, chosen by the seed
    sensor  (width, height, polarities) of the events, tonic's `sensor_size`
    bins    number of time bins
    window  width of a bin in the unit of the events' times, the first one beginning with the first event; what comes
            after the last bin is left out. Without it each recording's own span is shared out among the bins
    factor  this many pixels become one, in width and in height

    Instead of events a sample may be frames [time, ...] already, as of tonic's ToFrame; then every number above 0 is a
    spike, and the arguments about binning do nothing. Labels may be numbers or names; classes count them in order.
    Raises InputError for a sample that cannot be read or does not fit the sensor, for times in another unit than
    `window`, and for less than two classes.
    """
    datasets = {"train": train} if test is None else {"train": train, "test": test}
    return completed(labelled(datasets, sensor, bins, window, factor), seed)


def labelled(
    datasets: Mapping[str, Dataset], sensor: SensorSize, bins: int, window: float | None, factor: int
) -> dict[str, SpikeRaster]:
    """The spikes of every part, with classes 0, 1, ... as labels; the arguments are those of `tonic_split`."""
    _check_sizes(sensor, bins, window, factor)
    rasters: dict[str, SpikeRaster] = {}
    given: dict[str, list[Any]] = {}
    spans: list[float] = []
    for part, dataset in datasets.items():
        given[part] = []
        rasters[part] = raster_of(_spikes(part, dataset, given[part], spans, sensor, bins, window, factor))
    longest = max(spans, default=0)
    if window is not None and bins > 1 and longest and not any(each.packed[:, 1:].any() for each in rasters.values()):
        raise InputError(
            f"of every recording only the first of {bins} bins of width {window:g} holds an event; recordings last up "
            f"to {longest:g} in the unit of their times, so give the width of a bin in that unit."
        )
    names, classes = np.unique(np.concatenate([np.asarray(labels) for labels in given.values()]), return_inverse=True)
    if names.size < 2:
        raise InputError(f"the data set has {names.size} class; at least two are needed, so check its labels.")
    ends = np.cumsum([len(labels) for labels in given.values()])[:-1]
    return {
        part: dataclasses.replace(raster, labels=labels)
        for (part, raster), labels in zip(rasters.items(), np.split(classes.astype(np.int32), ends), strict=True)
    }


def completed(parts: Mapping[str, SpikeRaster], seed: int) -> Split:
    """The split of these parts; valid and test, where absent, are a fifth of train each, chosen by the seed."""
    parts = dict(parts)
    for number, name in enumerate(("test", "valid")):
        if name not in parts:
            kept, held = held_out(labels_of(parts["train"]), _SHARE, seed, number)
            parts |= {"train": parts["train"].take(kept), name: parts["train"].take(held)}
    classes = 1 + max(int(labels_of(raster).max()) for raster in parts.values())
    return Split(parts["train"], parts["valid"], parts["test"], classes)


def _spikes(
    part: str,
    dataset: Dataset,
    labels: list[Any],
    spans: list[float],
    sensor: SensorSize,
    bins: int,
    window: float | None,
    factor: int,
) -> Iterator[Array]:
    """The spikes bool [time, neuron] of every sample; its label is put behind `labels`, an event's span to `spans`."""
    coarse = downsampled_sensor(sensor, factor)
    for source, events, label in pairs(dataset, part):
        labels.append(label)
        if events.dtype.names is None:
            yield _framed(events, {math.prod(sensor), math.prod(coarse)}, source)
        else:
            yield frames(downsampled(events, factor), coarse, bins, window, source=source)
            spans.append(float(np.ptp(events["t"])) if events.size else 0)


def _framed(given: Array, channels: set[int], source: str) -> Array:
    """Frames [time, ...] as spikes bool [time, neuron]; InputError for anything else, such as events without names."""
    if given.ndim < 2 or not len(given):
        raise InputError(
            f"{source} has the shape {given.shape}; events with the fields x, y, t, p or frames [time, ...] "
            "are needed, so check its transform."
        )
    if given.ndim == 2 and given.shape[1] not in channels:
        raise InputError(
            f"{source} is a plain array of shape {given.shape}, neither events with the fields x, y, t, p nor frames "
            f"[time, channel] of the sensor's {max(channels):,} channels; name the columns of events by "
            "numpy.lib.recfunctions.unstructured_to_structured, or give the sensor that the frames have."
        )
    if given.dtype.kind not in "buif" or not (given >= 0).all():
        raise InputError(
            f"{source} has frames of {given.dtype} with values below 0 or that are no numbers; counts of events are "
            "needed, so give each polarity a channel of its own."
        )
    return given.reshape(len(given), -1) > 0


def _check_sizes(sensor: SensorSize, bins: int, window: float | None, factor: int) -> None:
    if min(sensor) < 1:
        raise InputError(
            f"sensor is {sensor}; (width, height, polarities) of at least 1 each are needed, so give them."
        )
    if bins < 1 or factor < 1 or (window is not None and not 0 < window < math.inf):
        raise InputError(
            f"bins, window and factor are {bins}, {window} and {factor}; at least one bin, a width above 0 and a "
            "factor of at least 1 are needed, so change them."
        )
