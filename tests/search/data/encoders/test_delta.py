import numpy as np
import pytest

from search.data.encoders.delta import delta_spikes


def test_a_hand_computed_trace() -> None:
    """Held at 0.5, then down to -0.5 within two steps: 0.5 0.5 | 0 -0.5."""
    spikes = delta_spikes(np.array([[0.5], [-0.5]]), threshold=0.25, repeat=2)
    assert spikes.tolist() == [[False, True], [False, True], [True, False], [True, False]]


def test_off_channels_come_before_on_channels() -> None:
    spikes = delta_spikes(np.array([[1.0, -1.0, 0.0]]), threshold=0.5, repeat=1)
    assert spikes.tolist() == [[False, True, False, True, False, False]]


@pytest.mark.parametrize("seed", range(3))
def test_the_events_tell_a_slow_signal_to_within_a_threshold(seed: int) -> None:
    steps = np.random.default_rng(seed).uniform(-1, 1, (50, 3))
    signal = np.cumsum(np.concatenate([np.zeros((1, 3)), steps]), axis=0)
    spikes = delta_spikes(signal, threshold=0.25, repeat=8).reshape(-1, 2, 3).astype(float)
    told = 0.25 * np.cumsum(spikes[:, 1] - spikes[:, 0], axis=0)[7::8]
    assert np.abs(told - signal).max() < 0.25
