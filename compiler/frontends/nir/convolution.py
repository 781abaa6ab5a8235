"""convolution_of: convolutions and pools as what they are, sparse weights that repeat at every place of an image."""

from dataclasses import dataclass
from functools import cached_property
from itertools import product
from math import prod
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from compiler.frontends.nir.nodes import Node
from targets.contracts.arrays import Array, Floats
from targets.contracts.errors import InputError

_MOST = 1 << 26
"""Weights of one node when unrolled."""


@dataclass(frozen=True, eq=False)
class Convolution:
    """y[o, p] = b[o] + sum over c, k of W[o, c, k] x[c, p stride + k dilation - padding], zero beyond the rim.

    kernel                     W [channel out, channel in of its group, place...]
    bias                       b [channel out], or None
    image                      places of the input
    before, after              padding along every axis
    stride, dilation, groups   as in torch
    """

    kernel: Floats
    bias: Floats | None
    image: tuple[int, ...]
    before: tuple[int, ...]
    after: tuple[int, ...]
    stride: tuple[int, ...]
    dilation: tuple[int, ...]
    groups: int

    @property
    def taken(self) -> tuple[int, ...]:
        """Shape of the input: channels, then places."""
        return self.kernel.shape[1] * self.groups, *self.image

    @property
    def given(self) -> tuple[int, ...]:
        """Shape of the output: channels, then places."""
        return self.kernel.shape[0], *self._places

    @cached_property
    def _places(self) -> tuple[int, ...]:
        spans = (wide * (k - 1) for wide, k in zip(self.dilation, self.kernel.shape[2:], strict=True))
        axes = zip(self.image, self.before, self.after, spans, self.stride, strict=True)
        return tuple((size + left + right - span - 1) // step + 1 for size, left, right, span, step in axes)

    def weights(self) -> Any:
        """Every weight at its place, float64 [post, pre] in compressed rows; neurons in row-major order."""
        outputs, inputs = prod(self._places), prod(self.image)
        post, pre, values = [], [], []
        channels = np.indices(self.kernel.shape[:2])
        out_channel, in_channel = channels[0], channels[1]
        first = out_channel // (self.kernel.shape[0] // self.groups) * self.kernel.shape[1]
        for offset in product(*(range(size) for size in self.kernel.shape[2:])):
            out_place, in_place = self._pairs(offset)
            shape = (*out_channel.shape, out_place.size)
            post.append(np.broadcast_to((out_channel * outputs)[..., None] + out_place, shape).ravel())
            pre.append(np.broadcast_to(((first + in_channel) * inputs)[..., None] + in_place, shape).ravel())
            values.append(np.broadcast_to(self.kernel[(slice(None), slice(None), *offset, None)], shape).ravel())
        ends = (np.concatenate(post), np.concatenate(pre))
        return csr_array((np.concatenate(values), ends), shape=(prod(self.given), prod(self.taken)))

    def biases(self) -> Floats | None:
        """The bias of every neuron, float64 [post]."""
        return None if self.bias is None else np.repeat(self.bias, prod(self._places))

    def _pairs(self, offset: tuple[int, ...]) -> tuple[Array, Array]:
        """Places of output and input that one place of the kernel joins, counted in row-major order."""
        joined = []
        for axis, k in enumerate(offset):
            places = np.arange(self._places[axis])
            heard = places * self.stride[axis] + k * self.dilation[axis] - self.before[axis]
            inside = (heard >= 0) & (heard < self.image[axis])
            joined.append((places[inside], heard[inside]))
        outs, ins = (np.meshgrid(*each, indexing="ij") for each in zip(*joined, strict=True))
        return (
            np.ravel_multi_index(tuple(each.ravel() for each in outs), self._places),
            np.ravel_multi_index(tuple(each.ravel() for each in ins), self.image),
        )


def convolution_of(name: str, node: Node, shape: tuple[int, ...]) -> Convolution:
    """What the Conv1d, Conv2d, SumPool2d or AvgPool2d node `name` does with an image.

    `shape` is that of the image alone or with its channels, with axes of size 1 more or fewer. Raises InputError for
    numbers that do not fit together.
    """
    axes = 1 if node.kind == "Conv1d" else 2
    if node.kind.startswith("Conv"):
        kernel = node.numbers(name, "weight")
        if kernel.ndim != axes + 2:
            raise InputError(
                f"weight of node {name!r} has shape {kernel.shape}; it needs {axes + 2} axes [out, in, place...], "
                "so reshape it."
            )
        (groups,) = node.whole(name, "groups", 1, 1)
        bias = node.numbers(name, "bias").ravel()
        dilation = node.whole(name, "dilation", axes, 1)
        channels = kernel.shape[1] * groups
        if kernel.shape[0] % groups or bias.size != kernel.shape[0] or not kernel.size:
            raise InputError(
                f"node {name!r} has {kernel.shape[0]} channels out, {groups} groups and {bias.size} biases; channels "
                "must be a multiple of groups and have a bias each, so match them."
            )
        image = _image(name, shape, axes, channels)
    else:
        image = _image(name, shape, axes, None)
        sizes = node.whole(name, "kernel_size", axes, 1)
        groups, bias, dilation = prod(shape[:-axes]), None, (1,) * axes
        if groups * prod(sizes) > _MOST:
            raise InputError(
                f"node {name!r} has a kernel of {' x '.join(f'{size:,}' for size in sizes)} places for {groups:,} "
                f"channels; {_MOST:,} weights can be unrolled, so give it a smaller one."
            )
        kernel = np.full((groups, 1, *sizes), 1 / prod(sizes) if node.kind == "AvgPool2d" else 1.0)
    stride = node.whole(name, "stride", axes, 1)
    span = tuple(wide * (k - 1) for wide, k in zip(dilation, kernel.shape[2:], strict=True))
    before, after = _padding(name, node, axes, span, stride)
    found = Convolution(kernel, bias, image, before, after, stride, dilation, groups)
    if min(found.given) < 1 or prod(found.given) * kernel[0].size > _MOST:
        raise InputError(
            f"node {name!r} makes an image of shape {found.given} of one of shape {found.taken}, with "
            f"{prod(max(size, 0) for size in found.given) * kernel[0].size:,} weights; 1 to {_MOST:,} can be unrolled, "
            "so change its kernel or the image."
        )
    return found


def _image(name: str, shape: tuple[int, ...], axes: int, channels: int | None) -> tuple[int, ...]:
    """The places of an image of that shape."""
    if len(shape) == axes:
        return shape
    wide = tuple(size for size in shape[:-axes] if size != 1) or (1,)
    if len(shape) < axes or len(wide) > 1 or channels not in (None, *wide):
        needed = "channels" if channels is None else f"{channels} channels"
        raise InputError(
            f"node {name!r} hears outputs of shape {shape}; {needed} and {axes} axes of places are needed, so correct "
            "one of the two."
        )
    return shape[-axes:]


def _padding(
    name: str, node: Node, axes: int, span: tuple[int, ...], stride: tuple[int, ...]
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Zeros before and after the image along every axis."""
    padding = node.given.get("padding")
    padding = padding if isinstance(padding, str) else ""
    if padding == "valid":
        return (0,) * axes, (0,) * axes
    if padding == "same":
        if set(stride) != {1}:
            raise InputError(f"node {name!r} has padding 'same' and stride {stride}; only 1 goes with it, so count it.")
        before = tuple(each // 2 for each in span)
        return before, tuple(each - half for each, half in zip(span, before, strict=True))
    both = node.whole(name, "padding", axes, 0)
    return both, both
