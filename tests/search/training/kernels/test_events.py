"""Events against the dense spikes they stand for."""

import numpy as np
import pytest

from search.training.kernels.events import COLUMNS, add_currents, add_weight_gradient, listed
from search.training.kernels.layout import Port
from targets.contracts.arrays import Array

SAMPLES, STEPS, CHANNELS = 5, 7, 19


def spikes(seed: int = 0) -> Array:
    return np.random.default_rng(seed).random((SAMPLES, STEPS, CHANNELS)) < 0.3


def test_every_spike_is_listed_once_in_both_orders() -> None:
    dense = spikes()
    events = listed(np.packbits(dense, axis=2), 16)
    found = []
    for t in range(STEPS):
        first, end = events.first[t * 16], events.first[(t + 1) * 16]
        for lane in range(16):
            part = events.channel[events.first[t * 16 + lane] : events.first[t * 16 + lane + 1]]
            assert (np.diff(part) > 0).all()
            found += [(lane, t, int(channel)) for channel in part]
        ordered = list(zip(events.ordered[first:end].tolist(), events.lane[first:end].tolist(), strict=True))
        assert ordered == sorted((channel, lane) for lane, when, channel in found if when == t)
    assert sorted(found) == [tuple(place) for place in np.argwhere(dense).tolist()]


@pytest.mark.parametrize("lanes", [16, 64])
@pytest.mark.parametrize("delays", [[2] * 70, [1, 2, 3, 4, 5] * 14])
def test_currents_and_gradients_are_matrix_products(lanes: int, delays: list[int]) -> None:
    rng, dense, neurons, padded = np.random.default_rng(1), spikes(), len(delays), 128
    weights = rng.standard_normal((neurons, CHANNELS))
    table = np.zeros((padded, CHANNELS))
    table[:neurons] = weights
    pieces = np.ascontiguousarray(table.reshape(-1, COLUMNS, CHANNELS).swapaxes(1, 2)).reshape(-1, COLUMNS)
    delay, uniform = np.array(delays, np.int32), len(set(delays)) == 1
    port = Port(listed(np.packbits(dense, axis=2), lanes), CHANNELS, pieces, delay)
    turned, stage = np.zeros((lanes, COLUMNS)), np.zeros((padded, lanes))
    current = np.zeros((6 * padded, lanes))
    g = np.zeros(((STEPS + 6) * neurons + COLUMNS, lanes))
    g[: STEPS * neurons, :SAMPLES] = rng.standard_normal((STEPS * neurons, SAMPLES))
    slope, expected = np.zeros_like(pieces), np.zeros((neurons, CHANNELS))
    for t in range(STEPS):
        add_currents(t, port, uniform, turned, stage, current)
        for i in range(neurons):
            row = current[(t + delays[i]) % 6 * padded + i, :SAMPLES]
            np.testing.assert_allclose(row, dense[:, t] @ weights[i], atol=1e-12)
            expected[i] += g[(t + delays[i]) * neurons + i, :SAMPLES] @ dense[:, t]
        offset = np.array([(t + d) * neurons for d in range(6)])
        add_weight_gradient(t, port, uniform, 1, offset, g, turned, stage, slope)
    found = slope.reshape(2, CHANNELS, COLUMNS).swapaxes(1, 2).reshape(padded, CHANNELS)[:neurons]
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_copies_share_their_weights() -> None:
    dense = spikes()
    rng = np.random.default_rng(2)
    port = Port(listed(np.packbits(dense, axis=2), 16), CHANNELS, np.zeros((CHANNELS, COLUMNS)), np.ones(3, np.int32))
    g = np.zeros((6 + COLUMNS, 16))
    g[:6, :SAMPLES] = rng.standard_normal((6, SAMPLES))
    slope = np.zeros((CHANNELS, COLUMNS))
    rooms = np.zeros((16, COLUMNS)), np.zeros((COLUMNS, 16))
    add_weight_gradient(4, port, True, 2, np.zeros(2, np.int64), g, *rooms, slope)
    both = g[:3, :SAMPLES] + g[3:6, :SAMPLES]
    np.testing.assert_allclose(slope[:, :3].T, both @ dense[:, 4], atol=1e-12)
