"""Events against the dense spikes they stand for."""

import numpy as np
import pytest

from search.data.thinning import Thinning, thinned
from search.training.kernels.events import COLUMNS, add_currents, add_weight_gradient, listed
from search.training.kernels.layout import Ports
from targets.contracts.arrays import Array

SAMPLES, STEPS, CHANNELS = 5, 7, 19


def spikes(seed: int = 0) -> Array:
    return np.random.default_rng(seed).random((SAMPLES, STEPS, CHANNELS)) < 0.3


def test_every_spike_is_listed_once_in_both_orders() -> None:
    dense = spikes()
    events = listed(np.packbits(dense, axis=2), 16)
    found, heard = [], np.zeros((STEPS, 8 * 3), np.uint64)
    for t in range(STEPS):
        for lane in range(16):
            part = events.channel[events.first[t * 16 + lane] : events.first[t * 16 + lane + 1]]
            assert (np.diff(part) > 0).all()
            found += [(lane, t, int(channel)) for channel in part]
            heard[t, part] += np.uint64(1 << lane)
    assert sorted(found) == [tuple(place) for place in np.argwhere(dense).tolist()]
    assert np.array_equal(events.heard, heard.reshape(-1))


@pytest.mark.parametrize("channels", [1, 8, 63, 64, 65, 140])
def test_words_end_where_the_bytes_do(channels: int) -> None:
    dense = np.random.default_rng(channels).random((3, 2, channels)) < 0.5
    events = listed(np.packbits(dense, axis=2), 16)
    assert events.channel.tolist() == np.argwhere(dense.swapaxes(0, 1))[:, 2].tolist()


def ports_of(weights: Array, delays: list[int], second: bool = False) -> Ports:
    """A port onto as many neurons as there are rows; with `second`, another one with the same weights after it."""
    neurons, padded = len(weights), -(-len(weights) // COLUMNS) * COLUMNS
    table = np.zeros((padded, CHANNELS))
    table[:neurons] = weights
    pieces = np.ascontiguousarray(table.reshape(-1, COLUMNS, CHANNELS).swapaxes(1, 2)).reshape(-1, COLUMNS)
    delay = np.pad(np.array(delays, np.int32), (0, padded - neurons), constant_values=1)
    number = 2 if second else 1
    ends = np.array([(0, neurons, 0, padded, -1), (0, neurons, padded, padded, 0)])[:number]
    row = np.arange(neurons, dtype=np.int32)
    delay, pieces = np.tile(delay, number), np.tile(pieces, (number, 1))
    return Ports(CHANNELS, max(delays), padded, ends, row, delay, pieces)


def untabled(slope: Array, neurons: int) -> Array:
    return slope.reshape(-1, CHANNELS, COLUMNS).swapaxes(1, 2).reshape(-1, CHANNELS)[:neurons]


@pytest.mark.parametrize("lanes", [16, 64])
@pytest.mark.parametrize("delays", [[2] * 70, [1, 2, 3, 4, 5] * 14])
def test_currents_and_gradients_are_matrix_products(lanes: int, delays: list[int]) -> None:
    rng, dense, neurons, padded = np.random.default_rng(1), spikes(), len(delays), 128
    weights = rng.standard_normal((neurons, CHANNELS))
    events, ports = listed(np.packbits(dense, axis=2), lanes), ports_of(weights, delays)
    turned, stage = np.zeros((2 * lanes, COLUMNS)), np.zeros((padded, lanes))
    current = np.zeros((6 * padded, lanes))
    g = np.zeros(((STEPS + 6) * neurons + COLUMNS, lanes))
    g[: STEPS * neurons, :SAMPLES] = rng.standard_normal((STEPS * neurons, SAMPLES))
    slope, expected = np.zeros_like(ports.weight), np.zeros((neurons, CHANNELS))
    for t in range(STEPS):
        add_currents(t, events, ports, turned, stage, current)
        for i in range(neurons):
            row = current[(t + delays[i]) % 6 * padded + i, :SAMPLES]
            np.testing.assert_allclose(row, dense[:, t] @ weights[i], atol=1e-12)
            expected[i] += g[(t + delays[i]) * neurons + i, :SAMPLES] @ dense[:, t]
        offset = np.array([(t + d) * neurons for d in range(6)])
        add_weight_gradient(t, events, ports, 1, offset, g, turned, stage, slope)
    np.testing.assert_allclose(untabled(slope, neurons), expected, atol=1e-12)


def test_a_second_port_adds_to_the_rows_of_the_first() -> None:
    dense, weights = spikes(), np.random.default_rng(3).standard_normal((3, CHANNELS))
    events, ports = listed(np.packbits(dense, axis=2), 16), ports_of(weights, [2, 2, 2], second=True)
    current, rooms = np.zeros((3 * 128, 16)), (np.zeros((32, COLUMNS)), np.zeros((COLUMNS, 16)))
    for t in range(3):
        add_currents(t, events, ports, *rooms, current)
    np.testing.assert_allclose(current[2 * 128 : 2 * 128 + 3, :SAMPLES], 2 * weights @ dense[:, 0].T, atol=1e-12)


def test_copies_share_their_weights() -> None:
    dense = spikes()
    rng = np.random.default_rng(2)
    events, ports = listed(np.packbits(dense, axis=2), 16), ports_of(np.zeros((3, CHANNELS)), [1, 1, 1])
    g = np.zeros((6 + COLUMNS, 16))
    g[:6, :SAMPLES] = rng.standard_normal((6, SAMPLES))
    slope = np.zeros((CHANNELS, COLUMNS))
    add_weight_gradient(
        4, events, ports, 2, np.zeros(2, np.int64), g, np.zeros((32, COLUMNS)), np.zeros((64, 16)), slope
    )
    both = g[:3, :SAMPLES] + g[3:6, :SAMPLES]
    np.testing.assert_allclose(untabled(slope, 3), both @ dense[:, 4], atol=1e-12)


@pytest.mark.parametrize("share", [0.0, 0.4, 0.999])
def test_what_is_left_out_is_not_listed(share: float) -> None:
    """As if the spikes were thinned before; the third sample of a batch is the first of its block here."""
    packed, thinning = np.packbits(spikes(3), axis=2), Thinning(share, 5)
    expected = listed(thinned(packed, thinning)[2:], 16)
    for found, each in zip(listed(packed[2:], 16, thinning, 2), expected, strict=True):
        assert np.array_equal(found, each)
