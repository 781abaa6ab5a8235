"""Events of a sensor as spikes: cut in time, coarser in space, binned; the conventions are those of tonic.

A recording is a structured array with fields x, y, t, p; `EVENT_DTYPE` is the one motifc makes, any other with these
fields is read (y may be absent, as in tonic's audio sets). Times are whole numbers, mostly microseconds, or seconds as
floats; (0, 0) is the upper left pixel, p is 1 (or True) where it became brighter, 0 where it became darker. A sensor
size is (width, height, polarities), as tonic's `sensor_size`.
"""

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt

from targets.contracts.arrays import Array
from targets.contracts.errors import InputError
from targets.contracts.raster import SpikeRaster
from targets.contracts.scratch import padded

EVENT_DTYPE = np.dtype([("x", "<i2"), ("y", "<i2"), ("t", "<i8"), ("p", "?")])

SensorSize = tuple[int, int, int]


def cropped(events: Array, first: int, last: int) -> Array:
    """The events with first <= t <= last, as tonic's CropTime."""
    return events[(events["t"] >= first) & (events["t"] <= last)]


def downsampled(events: Array, factor: int) -> Array:
    """The events on a grid coarser by a whole factor, as tonic's Downsample with spatial_factor 1 / factor."""
    coarse = events.copy()
    for axis in ("x", "y"):
        if axis in (events.dtype.names or ()):
            coarse[axis] = events[axis] // factor
    return coarse


def downsampled_sensor(sensor: SensorSize, factor: int) -> SensorSize:
    """The sensor that `downsampled` events lie on; an incomplete pixel at the far edge counts."""
    width, height, polarities = sensor
    return -(-width // factor), -(-height // factor), polarities


def frames(
    events: Array,
    sensor: SensorSize,
    bins: int,
    window: float | None = None,
    start: float | None = None,
    source: object = "a recording",
) -> Array:
    """Which channel fired in which bin: bool [time, neuron], neuron = (p * height + y) * width + x.

    sensor  (width, height, polarities); with one polarity p is not looked at
    bins    number of bins
    window  width of a bin in the unit of the events' times; without it the recording's own span is shared out
    start   time of the first bin; without it, and without a window, that of the first event
    source  where the events are from, for messages

    With a window, events before the first and after the last bin are left out, as by tonic's
    ToFrame(sensor, time_window=window, start_time=start, end_time=start + bins * window). Without one no event is left
    out: the span from the first to the last event is cut into `bins` equal bins, the last of which holds its end, as by
    numpy.histogram (tonic's n_time_bins rounds the width down and drops what is then behind the last bin); events that
    are all of one moment are in the first bin. Several events in one bin count once; their order does not matter.
    Raises InputError for events outside the sensor, for times that are no finite numbers and for a dtype without x, t
    and p.
    """
    channel = _channels(events, sensor, source)
    width, height, polarities = sensor
    spikes = np.zeros((bins, polarities * height * width), dtype=bool)
    if not events.size:
        return spikes
    times = _times(events, source)
    if window is None:
        start, span = times.min(), np.ptp(times)
        step = np.minimum((times - start) * bins // span, bins - 1) if span else np.zeros_like(times)
    else:
        step = (times - (times.min() if start is None else start)) // window
    inside = (step >= 0) & (step < bins)
    spikes[step[inside].astype(np.int64), channel[inside]] = True
    return spikes


def raster_of(recordings: Iterable[Array], labels: npt.ArrayLike | None = None) -> SpikeRaster:
    """Spikes bool [time, neuron] of many recordings, taken one after the other and packed, as one raster.

    A sample's length is that of its recording; shorter ones are padded. Raises InputError for no recording at all and
    for recordings of different width.
    """
    widths: set[int] = set()

    def rows() -> Iterator[Array]:
        for recording in recordings:
            widths.add(recording.shape[1])
            if len(widths) == 1:
                yield np.packbits(recording, axis=1)

    packed, lengths = padded(rows())
    if len(widths) != 1:
        raise InputError(
            f"recordings are {sorted(widths) or 'none, so 0'} neurons wide; one width for all is needed, so encode "
            "them alike."
        )
    return SpikeRaster(packed, widths.pop(), lengths, None if labels is None else np.asarray(labels))


def _times(events: Array, source: object) -> Array:
    """Time of every event, int64 or float64 [event]."""
    times = events["t"]
    if times.dtype.kind not in "buif" or not np.isfinite(times).all():
        raise InputError(
            f"{source} has events with times of {times.dtype} that are not all finite numbers; give whole numbers such "
            "as microseconds, or seconds."
        )
    return times.astype(np.float64 if times.dtype.kind == "f" else np.int64)


def _channels(events: Array, sensor: SensorSize, source: object) -> Array:
    """Channel of every event, int64 [event]."""
    names = events.dtype.names or ()
    if not {"x", "t", "p"} <= set(names):
        raise InputError(
            f"{source} has events with the fields {', '.join(names) or 'of a plain array'}; x, t and p (and y) are "
            "needed, so name them as tonic does."
        )
    if events.ndim != 1:
        raise InputError(f"{source} has events of shape {events.shape}; one axis [event] is needed, so flatten them.")
    width, height, polarities = sensor
    x = events["x"].astype(np.int64)
    y = events["y"].astype(np.int64) if "y" in names else np.zeros_like(x)
    p = events["p"].astype(np.int64) if polarities > 1 else np.zeros_like(x)
    for axis, values, size in (("x", x, width), ("y", y, height), ("p", p, polarities)):
        if values.size and not (values.min() >= 0 and values.max() < size):
            raise InputError(
                f"{source} has events with {axis} from {values.min()} to {values.max()}; a sensor of {width} x "
                f"{height} pixels and {polarities} polarities allows 0 to {size - 1}, so check the sensor's size."
            )
    return (p * height + y) * width + x
