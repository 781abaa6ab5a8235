"""Spyx: layers behind a linear one, and images."""

from typing import Any

import numpy as np

from benchmarks.producers.made import INPUTS, NEURONS, SIDE, Made, spikes


def spyx_network(kind: str, voltage: bool = False, **settings: Any) -> Made:
    """A layer behind a linear one."""
    import jax.numpy as jnp
    from flax import nnx
    from spyx import nn
    from spyx.nir import to_nir

    rng = np.random.default_rng(8)
    linear = nnx.Linear(INPUTS, NEURONS, use_bias=False, rngs=nnx.Rngs(0))
    linear.kernel[...] = jnp.asarray(rng.normal(0.1, 0.3, (INPUTS, NEURONS)).astype(np.float32))
    cell = getattr(nn, kind)((NEURONS,), rngs=nnx.Rngs(1), **settings)
    net = nn.Sequential(linear, cell)
    given = spikes(7)
    state, answers = net.initial_state(1), []
    for step in given:
        out, state = net(jnp.asarray(step[None]), state)
        answers.append(np.asarray(out).ravel())
    written = to_nir(net, {"input": np.array([INPUTS])}, {"output": np.array([NEURONS])}, dt=1)
    return Made(written, 1.0, given, np.stack(answers), voltage)


def spyx_image(kind: str, dense: bool = False, **settings: Any) -> Made:
    """A layer in space behind a convolution, or behind pool, Flatten and a dense layer.

    Spyx flattens channels last and its file channels first: before a Flatten the convolution has one channel.
    """
    import jax.numpy as jnp
    from flax import nnx
    from spyx import nn
    from spyx.nir import to_nir

    rng = np.random.default_rng(9)
    channels, side = (1, SIDE) if dense else (2, SIDE // 2)
    convolution = nnx.Conv(
        2, channels, (3, 3), strides=(1, 1) if dense else (2, 2), padding=((1, 1), (1, 1)), rngs=nnx.Rngs(0)
    )
    convolution.kernel[...] = jnp.asarray(rng.normal(0.1, 0.35, (3, 3, 2, channels)).astype(np.float32))
    front: list[Any] = [convolution]
    shape: tuple[int, ...] = (side, side, channels)
    if dense:
        linear = nnx.Linear((SIDE // 2) ** 2, NEURONS, rngs=nnx.Rngs(0))
        linear.kernel[...] = jnp.asarray(rng.normal(0.02, 0.12, linear.kernel.shape).astype(np.float32))
        front += [nn.SumPool((2, 2), (2, 2), "VALID"), nn.Flatten(), linear]
        shape = (NEURONS,)
    net = nn.Sequential(*front, getattr(nn, kind)(shape, rngs=nnx.Rngs(1), **settings))
    given = spikes(10, (2, SIDE, SIDE))
    state, answers = net.initial_state(1), []
    for step in given:
        out, state = net(jnp.asarray(step.transpose(1, 2, 0)[None]), state)
        first = np.asarray(out)[0]
        answers.append((first if dense else first.transpose(2, 0, 1)).ravel())
    last = np.array(shape if dense else (channels, side, side))
    written = to_nir(net, {"input": np.array([2, SIDE, SIDE])}, {"output": last}, dt=1)
    return Made(written, 1.0, given, np.stack(answers))
