import numpy as np

from search.data.encoders.channel_bins import channel_bins
from search.data.readers.hdf5 import CHANNEL_EVENT_DTYPE
from targets.contracts.arrays import Array


def _events(*events: tuple[int, int]) -> Array:
    return np.array([(x, t, True) for x, t in events], CHANNEL_EVENT_DTYPE)


def test_steps_start_with_the_clock_and_end_with_the_last_event() -> None:
    spikes = channel_bins(_events((2, 10), (0, 19), (1, 20), (3, 59)), 4, 10, 100)
    assert np.argwhere(spikes).tolist() == [[1, 0], [1, 2], [2, 1], [5, 3]]
    assert spikes.shape == (6, 4)


def test_several_events_in_a_step_are_one_spike() -> None:
    assert channel_bins(_events((1, 0), (1, 5), (1, 9)), 2, 10, 100).tolist() == [[False, True]]


def test_late_events_are_cut() -> None:
    spikes = channel_bins(_events((0, 5), (1, 10**15)), 2, 10, 3)
    assert spikes.tolist() == [[True, False], [False, False], [False, False]]


def test_no_event_is_one_silent_step() -> None:
    assert channel_bins(_events(), 3, 10, 100).tolist() == [[False, False, False]]
