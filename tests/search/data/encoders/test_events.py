from fractions import Fraction

import numpy as np
import pytest

from search.data.encoders.events import EVENT_DTYPE, cropped, downsampled, downsampled_sensor, frames, raster_of
from targets.contracts.arrays import Array
from targets.contracts.errors import InputError
from tests.search.data.tasks.event_files import some_events

SEEDS = range(3)


def events_at(*rows: tuple[int, int, int, int]) -> Array:
    return np.array(list(rows), EVENT_DTYPE)


def test_a_neuron_is_polarity_then_row_then_column() -> None:
    events = events_at((2, 1, 0, 0), (0, 0, 19, 1), (0, 0, 19, 1), (2, 1, 20, 1), (1, 0, 60, 0))
    spikes = frames(events, (3, 2, 2), bins=4, window=10, start=0)
    assert [tuple(map(int, source)) for source in np.argwhere(spikes)] == [(0, 5), (1, 6), (2, 11)]


def test_bins_begin_with_the_first_event_where_no_start_is_given() -> None:
    events = events_at((0, 0, 105, 1), (1, 0, 114, 1), (2, 0, 115, 1))
    assert frames(events, (3, 1, 1), bins=2, window=10).tolist() == [[True, True, False], [False, False, True]]


def test_without_a_window_the_span_is_shared_out_and_its_end_is_in_the_last_bin() -> None:
    events = events_at((0, 0, 0, 1), (1, 0, 49, 1), (2, 0, 50, 1), (3, 0, 100, 1))
    spikes = frames(events, (4, 1, 1), bins=2)
    assert spikes.tolist() == [[True, True, False, False], [False, False, True, True]]


@pytest.mark.parametrize("bins", [1, 7, 30, 59, 60, 61, 200])
def test_no_event_is_lost_however_the_span_divides(bins: int) -> None:
    """Sixty events at 1,000 .. 1,059, one per pixel: a span of 59."""
    spikes = frames(events_at(*((pixel, 0, 1_000 + pixel, 1) for pixel in range(60))), (60, 1, 1), bins)
    assert spikes.sum(axis=0).tolist() == [1] * 60
    edges = [Fraction(59 * number, bins) for number in range(bins)]
    assert spikes.argmax(axis=0).tolist() == [sum(edge <= pixel for edge in edges) - 1 for pixel in range(60)]


def test_events_are_spread_as_they_would_be_in_another_unit() -> None:
    events = some_events(0)
    seconds = np.empty(len(events), [("x", "<i2"), ("y", "<i2"), ("t", "<f8"), ("p", "?")])
    for name in ("x", "y", "p"):
        seconds[name] = events[name]
    seconds["t"] = events["t"] / 2**20  # exact, so that no edge moves
    for bins in (30, 1_000):
        assert np.array_equal(frames(seconds, (34, 34, 2), bins), frames(events, (34, 34, 2), bins))
    in_seconds = frames(seconds, (34, 34, 2), 32, 2**13 / 2**20, start=0)
    assert np.array_equal(in_seconds, frames(events, (34, 34, 2), 32, 2**13, start=0))
    assert in_seconds.sum() > 300


def test_events_need_no_order() -> None:
    events = some_events(1)
    mixed = events[np.random.default_rng(0).permutation(len(events))]
    for window in (None, 10_000):
        assert np.array_equal(frames(mixed, (34, 34, 2), 30, window), frames(events, (34, 34, 2), 30, window))


def test_no_events_give_silence() -> None:
    spikes = frames(events_at(), (2, 2, 2), bins=3)
    assert spikes.shape == (3, 8)
    assert not spikes.any()


@pytest.mark.parametrize("window", [None, 5])
def test_events_of_one_moment_are_in_the_first_bin(window: int | None) -> None:
    for events in (events_at((1, 1, 7, 1)), events_at((1, 1, 7, 1), (0, 0, 7, 0))):
        spikes = frames(events, (2, 2, 2), 3, window)
        assert spikes[0].sum() == len(events)
        assert not spikes[1:].any()


@pytest.mark.parametrize("time", [np.nan, np.inf])
def test_times_that_are_no_numbers_are_refused(time: float) -> None:
    events = np.zeros(3, [("x", "<i2"), ("t", "<f8"), ("p", "?")])
    events["t"][1] = time
    with pytest.raises(InputError) as raised:
        frames(events, (2, 1, 1), 3, source="7.bin")
    assert str(raised.value) == (
        "7.bin has events with times of float64 that are not all finite numbers; give whole numbers such as "
        "microseconds, or seconds."
    )


def test_events_in_a_column_are_refused() -> None:
    with pytest.raises(InputError) as raised:
        frames(events_at((0, 0, 0, 1))[:, None], (2, 1, 1), 3)
    assert str(raised.value) == ("a recording has events of shape (1, 1); one axis [event] is needed, so flatten them.")


@pytest.mark.parametrize("seed", SEEDS)
def test_frames_are_those_of_tonic(seed: int) -> None:
    transforms = pytest.importorskip("tonic.transforms", reason="tonic is not installed")
    events, sensor = some_events(seed), (34, 34, 2)
    window = transforms.ToFrame(sensor, time_window=10_000, start_time=0, end_time=320_000)(events)
    assert np.array_equal(frames(events, sensor, 32, 10_000, start=0), window.reshape(32, -1) > 0)
    assert np.count_nonzero(window) > 300
    events["t"][[0, -1]] = 0, 300_000  # 30 bins of equal width; tonic leaves out the last event
    binned = transforms.ToFrame(sensor, n_time_bins=30)(events).reshape(30, -1) > 0
    last = (events["p"][-1] * 34 + events["y"][-1]) * 34 + events["x"][-1]
    binned[29, last] = True
    assert np.array_equal(frames(events, sensor, 30), binned)


@pytest.mark.parametrize("seed", SEEDS)
def test_frames_of_sounds_are_those_of_tonic(seed: int) -> None:
    transforms = pytest.importorskip("tonic.transforms", reason="tonic is not installed")
    whole = some_events(seed, width=64)
    events = np.empty(len(whole), [("t", "<i8"), ("x", "<i8"), ("p", "<i8")])
    events["t"], events["x"], events["p"] = whole["t"], whole["x"], 1
    expected = transforms.ToFrame((64, 1, 1), time_window=7_000, start_time=0, end_time=280_000)(events.copy())
    assert np.array_equal(frames(events, (64, 1, 1), 40, 7_000, start=0), expected.reshape(40, -1) > 0)


@pytest.mark.parametrize("seed", SEEDS)
def test_cropping_and_downsampling_are_those_of_tonic(seed: int) -> None:
    transforms = pytest.importorskip("tonic.transforms", reason="tonic is not installed")
    events = some_events(seed, width=128, height=128)
    edges = int(events["t"][10]), int(events["t"][-10])
    assert np.array_equal(cropped(events, *edges), transforms.CropTime(*edges)(events))
    assert len(cropped(events, *edges)) < len(events)
    assert np.array_equal(downsampled(events, 4), transforms.Downsample(spatial_factor=0.25)(events))


def test_downsampling_keeps_its_input_and_an_incomplete_pixel_at_the_edge() -> None:
    events = some_events(0)
    before = events.copy()
    coarse = downsampled(events, 4)
    assert np.array_equal(events, before)
    assert downsampled_sensor((34, 34, 2), 4) == (9, 9, 2)
    assert coarse["x"].max() == 8


def test_events_outside_the_sensor_are_refused() -> None:
    with pytest.raises(InputError) as raised:
        frames(events_at((0, 0, 0, 1), (34, 0, 5, 1)), (34, 30, 2), 2, source="7.bin")
    assert str(raised.value) == (
        "7.bin has events with x from 0 to 34; a sensor of 34 x 30 pixels and 2 polarities allows 0 to 33, so check "
        "the sensor's size."
    )


def test_arrays_without_the_fields_are_refused() -> None:
    with pytest.raises(InputError) as raised:
        frames(np.zeros((3, 4)), (34, 34, 2), 2)
    assert str(raised.value) == (
        "a recording has events with the fields of a plain array; x, t and p (and y) are needed, so name them as tonic "
        "does."
    )


def test_recordings_of_different_length_are_padded() -> None:
    recordings = [np.ones((length, 3), dtype=bool) for length in (2, 4)]
    raster = raster_of(iter(recordings), [1, 0])
    assert raster.lengths.tolist() == [2, 4]
    assert raster.labels is not None
    assert raster.labels.tolist() == [1, 0]
    assert raster.dense().sum(axis=(1, 2)).tolist() == [6, 12]


@pytest.mark.parametrize(("widths", "got"), [((), "none, so 0"), ((2, 3), "[2, 3]")])
def test_no_recordings_and_recordings_of_different_width_are_refused(widths: tuple[int, ...], got: str) -> None:
    with pytest.raises(InputError) as raised:
        raster_of(np.zeros((4, width), dtype=bool) for width in widths)
    assert str(raised.value) == (
        f"recordings are {got} neurons wide; one width for all is needed, so encode them alike."
    )
