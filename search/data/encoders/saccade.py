"""Events simulated from still images: the three saccades with which N-MNIST was recorded, before an ideal sensor.

G. Orchard et al., Front. Neurosci. 9:437, 2015, moved a camera before a screen; the events are made anew here from
the images. What is as recorded: 34 x 34 pixels, three saccades of 105 ms along a closed triangle, back and forth by
7 pixels, exactly the motion that the authors' `stabilize` (also tonic's) takes out again; and ink that is dark on a
bright ground, for in a recording the leading edge of a digit gives OFF events. What is a model: a pixel whose log
intensity has risen (fallen) by its threshold gives an ON (OFF) event and takes the new level as reference
(P. Lichtsteiner, C. Posch and T. Delbruck, IEEE J. Solid-State Circuits 43(2), 2008). The thresholds of every pixel
differ by a few per cent and are drawn anew for every image. There is no noise without light changing, no refractory
time and no bandwidth, and the pace along each side is constant.

With the default sensor a digit gives about 4,100 events, just under half of them ON.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numba import prange

from search.data.encoders.events import EVENT_DTYPE
from targets.contracts.arrays import Array, Floats
from targets.contracts.errors import InputError
from targets.contracts.jit import compiled

SIDE = 34
SACCADE = 105_000
CORNERS = ((-0.5, -0.5), (3.0, 6.5), (6.5, -0.5))
"""Where the upper left corner of an image of 28 x 28 pixels is (right, down) at the start of each saccade."""

_CHUNK = 256
_RIM = 8  # blank pixels around an image, more than any pixel ever looks past it
_ROOM = 1 << 13


@dataclass(frozen=True)
class Sensor:
    """What the pixels do.

    threshold  change of log intensity per event
    mismatch   standard deviation of the thresholds, as a share of them
    dark       intensity of full ink; that of the blank ground is 1 + dark
    step       simulated time step, microseconds; events in between are placed by linear interpolation
    """

    threshold: float = 0.5
    mismatch: float = 0.04
    dark: float = 0.075
    step: int = 1_000

    def __post_init__(self) -> None:
        good = self.threshold > 0 and 0 <= self.mismatch < 0.2 and self.dark > 0 and 0 < self.step <= SACCADE
        if not good or SACCADE % self.step:
            raise InputError(
                f"{self} is no sensor: threshold and dark above 0, mismatch from 0 to below 0.2 and a step that "
                f"divides {SACCADE} are needed, so change it."
            )


def saccade_events(images: Array, seed: int = 0, sensor: Sensor | None = None) -> Iterator[Array]:
    """The events of images uint8 [sample, row, column], one after the other: `EVENT_DTYPE` [event] in order of time.

    An image's events depend on nothing but its pixels, the seed and the sensor: not on its index, on
    the number of threads or on how many are simulated together. Raises InputError for images above 28 x 28 pixels and a
    seed below 0.
    """
    sensor = Sensor() if sensor is None else sensor
    if images.ndim != 3 or max(images.shape[1:]) > 28 or images.dtype != np.uint8:
        raise InputError(
            f"images are {images.dtype} of shape {images.shape}; uint8 [sample, row, column] of at most 28 x 28 "
            "pixels are needed, so scale them."
        )
    if seed < 0:
        raise InputError(f"the seed {seed} is below 0; 0 and above is allowed, so choose another.")
    path = _path(sensor.step)
    for start in range(0, len(images), _CHUNK):
        chunk = images[start : start + _CHUNK]
        factors = np.stack([_factors(image, seed, sensor) for image in chunk])
        light = np.full((len(chunk), SIDE + 2 * _RIM, SIDE + 2 * _RIM), 1 + sensor.dark)
        light[:, _RIM : _RIM + chunk.shape[1], _RIM : _RIM + chunk.shape[2]] -= chunk / 255
        yield from _simulated(light, factors, path, sensor)


def _path(step: int) -> Floats:
    """Shifts (right, down) of the image at every time step, float64 [step + 1, 2]."""
    corners = np.array([*CORNERS, CORNERS[0]])
    at = np.arange(0, 3 * SACCADE + step, step) / SACCADE
    return np.stack([np.interp(at, np.arange(4), corners[:, axis]) for axis in (0, 1)], axis=1)


def _factors(image: Array, seed: int, sensor: Sensor) -> Floats:
    """By what intensity must change for an event: float64 [pixel, polarity], OFF below 1 and ON above."""
    content = hashlib.blake2b(image.tobytes(), digest_size=8).digest()
    spread = np.random.default_rng((seed, int.from_bytes(content, "little"))).standard_normal((SIDE * SIDE, 2))
    threshold = sensor.threshold * (1 + sensor.mismatch * np.clip(spread, -4, 4))
    return np.exp(threshold * (-1, 1))


def _simulated(light: Floats, factors: Floats, path: Floats, sensor: Sensor) -> Iterator[Array]:
    looks = np.floor(_RIM - path).astype(np.int64)
    right, down = (_RIM - path - looks).T
    weights = np.stack([(1 - down) * (1 - right), (1 - down) * right, down * (1 - right), down * right], axis=1)
    room = _ROOM
    while True:  # hardly ever twice: an image of 28 x 28 pixels rarely has more events than that
        keys = np.empty((len(light), room), dtype=np.int64)
        counts = _detect(light, factors, looks, weights, sensor.step, keys)
        if counts.max() <= room:
            break
        room = int(counts.max())
    for key, count in zip(keys, counts, strict=True):
        key = np.sort(key[:count])
        events = np.empty(count, EVENT_DTYPE)
        events["p"] = key & 1
        events["t"], pixel = np.divmod(key >> 1, SIDE * SIDE)
        events["y"], events["x"] = np.divmod(pixel, SIDE)
        yield events


@compiled(parallel=True)
def _detect(light: Floats, factors: Floats, looks: Array, weights: Floats, step: int, keys: Array) -> Array:
    """Simulate the pixels of every image and return how many events each has, int64 [sample].

    light    float64 [sample, row, column], images with blank rims
    factors  float64 [sample, pixel, polarity]
    looks    int64 [time, (right, down)]: which pixel of `light` the first pixel of the sensor sees
    weights  float64 [time, corner]: bilinear weights of that pixel and of those right of, below and across it
    keys     int64 [sample, room]: (t * pixels + pixel) * 2 + polarity of the events, as many as there is room for

    Thresholds on log intensity are factors on intensity, so no logarithm is taken:
    ```
    x[t] > ref * factor_on    ->  ON,   ref = ref * factor_on,   again
    x[t] < ref * factor_off   ->  OFF,  ref = ref * factor_off,  again
    ```
    """
    samples = len(light)
    counts = np.zeros(samples, dtype=np.int64)
    for sample in prange(samples):
        image = light[sample]
        count = 0
        for pixel in range(SIDE * SIDE):
            y, x = pixel // SIDE, pixel % SIDE
            if image[y : y + _RIM + 2, x : x + _RIM + 2].min() == image[0, 0]:
                continue  # it sees nothing but the blank ground
            fall, rise = factors[sample, pixel, 0], factors[sample, pixel, 1]
            before = reference = 0.0
            for t in range(len(looks)):
                column, row = x + looks[t, 0], y + looks[t, 1]
                now = (
                    weights[t, 0] * image[row, column]
                    + weights[t, 1] * image[row, column + 1]
                    + weights[t, 2] * image[row + 1, column]
                    + weights[t, 3] * image[row + 1, column + 1]
                )
                if t == 0:
                    before = reference = now
                while True:
                    if now > reference * rise:
                        reference *= rise
                        polarity = 1
                    elif now < reference * fall:
                        reference *= fall
                        polarity = 0
                    else:
                        break
                    if count < keys.shape[1]:
                        time = int(step * (t - 1 + (reference - before) / (now - before)))
                        keys[sample, count] = (time * SIDE * SIDE + pixel) * 2 + polarity
                    count += 1
                before = now
        counts[sample] = count
    return counts
