"""The HDF5 files of the Heidelberg spiking data sets, SHD and SSC.

spikes/times   seconds, per recording a list of floats (float16 or float32)
spikes/units   channel 0 to 699, per recording a list of as many integers
labels         class, [recording]
extra/speaker  speaker, [recording]
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from search.data.encoders.channel_bins import channel_bins
from search.data.encoders.events import raster_of
from search.data.readers.hdf5 import channel_events, lists_of, open_hdf5, values_of
from targets.contracts.arrays import Array, Ints
from targets.contracts.errors import InputError
from targets.contracts.raster import SpikeRaster
from targets.contracts.shown import brief

CHANNELS = 700
STEP = 10_000
"""Microseconds."""
STEPS = 140
"""Steps kept at most: 1.4 s, a little more than the longest recording of both sets."""


def heidelberg_recipe() -> dict[str, object]:
    """All that the spikes depend on beside the files."""
    return {"encoder": "channel_bins", "version": 1, "channels": CHANNELS, "step": STEP, "steps": STEPS}


def heidelberg_raster(path: Path, classes: int) -> SpikeRaster:
    """All recordings of a file as spikes [sample, time <= 140, 700] with labels; InputError for a damaged file."""
    spikes = (channel_bins(events, CHANNELS, STEP, STEPS) for events in heidelberg_events(path))
    return raster_of(spikes, heidelberg_labels(path, classes))


def heidelberg_events(path: Path) -> Iterator[Array]:
    """The events of every recording of a file, fields x, t (microseconds) and p; InputError for a damaged file."""
    with open_hdf5(path) as file:
        times, units = lists_of(file, "spikes/times", path), lists_of(file, "spikes/units", path)
        if len(times) != len(units):
            raise InputError(
                f"{path} holds {len(times)} recordings in spikes/times and {len(units)} in spikes/units; both must be "
                "equal, so unpack or copy it again."
            )
        for index in range(len(times)):
            yield channel_events(times[index], units[index], CHANNELS, f"recording {index} of {path}")


def heidelberg_labels(path: Path, classes: int) -> Ints:
    """The class of every recording of a file, int32 [recording]; InputError for a damaged file."""
    return _per_recording(path, "labels", classes)


def heidelberg_speakers(path: Path) -> Ints:
    """The speaker of every recording of a file, int32 [recording]; InputError where the file does not say."""
    return _per_recording(path, "extra/speaker", 2**16)


def _per_recording(path: Path, name: str, below: int) -> Ints:
    with open_hdf5(path) as file:
        values, recordings = values_of(file, name, path), len(lists_of(file, "spikes/times", path))
    if values.shape != (recordings,) or not recordings:
        raise InputError(
            f"{path} holds {recordings} recordings and {name} of shape {values.shape}; one each and at least one is "
            "needed, so unpack or copy it again."
        )
    whole = values.dtype.kind in "iu"
    if not (whole and values.min() >= 0 and values.max() < below):
        found = f"from {values.min()} to {values.max()}" if whole else f"of type {brief(str(values.dtype))}"
        raise InputError(
            f"{path} has {name} {found}; integers from 0 to {below - 1} are allowed, so unpack or copy it again."
        )
    return values.astype(np.int32)
