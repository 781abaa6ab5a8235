"""A still picture moved over a small event retina, as a sensor with saccades would see it."""

import numpy as np

from targets.contracts.arrays import Array, Floats

TRIANGLE = ((0.0, 0.0), (1.0, 0.5), (0.0, 1.0))
"""Corners (down, right) of the path, in units of its amplitude: an isosceles triangle, as of N-MNIST's saccades."""


def triangular_path(steps: int, amplitude: float) -> Floats:
    """A closed triangle walked once at constant pace per side: shifts (down, right) in pixels, float64 [steps + 1, 2].

    Centred on its own mean corner, so that the picture stays in the middle of the field; the last point is the first.
    """
    corners = np.array([*TRIANGLE, TRIANGLE[0]]) - np.mean(TRIANGLE, axis=0)
    at = np.linspace(0, len(TRIANGLE), steps + 1)
    sides = np.arange(len(corners))
    return amplitude * np.stack([np.interp(at, sides, corners[:, axis]) for axis in (0, 1)], axis=1)


def retina_events(images: Floats, path: Floats, margin: int, threshold: float) -> Array:
    """ON and OFF events of pictures [sample, row, column] (0..1) moved along `path` [step + 1, 2]: bool spikes.

    The field is the picture with `margin` dark pixels around. In every step, for every pixel of the field:
    ```
    x[t]   = picture shifted by path[t], bilinear            # path[0] only sets the reference: no onset flash
    on[t]  = x[t] - ref >= threshold
    off[t] = ref - x[t] >= threshold
    ref    = ref + threshold * (on[t] - off[t])              # so at most one event per pixel and step
    ```
    Result [sample, time, neuron] with time = len(path) - 1 and neuron = polarity * pixels + row * columns + column,
    polarity 0 being ON.
    """
    field = np.pad(images, ((0, 0), (margin, margin), (margin, margin)))
    samples, rows, columns = field.shape
    spikes = np.zeros((samples, len(path) - 1, 2, rows, columns), dtype=bool)
    reference = _shifted(field, *path[0])
    for t, (down, right) in enumerate(path[1:]):
        change = _shifted(field, down, right) - reference
        on, off = change >= threshold, change <= -threshold
        spikes[:, t, 0], spikes[:, t, 1] = on, off
        reference += threshold * (on.astype(np.float64) - off)
    return spikes.reshape(samples, len(path) - 1, 2 * rows * columns)


def _shifted(field: Floats, down: float, right: float) -> Floats:
    """Pictures [sample, row, column] moved by a fraction of pixels, dark coming in from outside."""
    for axis, shift in ((1, down), (2, right)):
        whole = int(np.floor(shift))
        part = shift - whole
        field = (1 - part) * _moved(field, whole, axis) + part * _moved(field, whole + 1, axis)
    return field


def _moved(field: Floats, pixels: int, axis: int) -> Floats:
    """Pictures moved by whole pixels along an axis."""
    size = field.shape[axis]
    moved = np.zeros_like(field)
    kept = max(size - abs(pixels), 0)
    source = np.take(field, np.arange(kept) + max(-pixels, 0), axis=axis)
    target = [slice(None)] * field.ndim
    target[axis] = slice(max(pixels, 0), max(pixels, 0) + kept)
    moved[tuple(target)] = source
    return moved
