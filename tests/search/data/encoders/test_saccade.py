import math
from itertools import pairwise
from pathlib import Path

import numba
import numpy as np
import pytest

from search.data.encoders.events import EVENT_DTYPE
from search.data.encoders.saccade import CORNERS, SACCADE, Sensor, saccade_events
from search.data.readers.aer import read_recording, write_recordings
from search.data.readers.idx import read_idx
from targets.contracts.arrays import Array
from targets.contracts.errors import InputError

BAR = np.zeros((28, 28), dtype=np.uint8)
BAR[:, 10:13] = 255
IDEAL = Sensor(mismatch=0)


def blobs(seed: int, number: int) -> Array:
    """Soft blobs of about the size of digits."""
    generator = np.random.default_rng(seed)
    rows, columns = np.mgrid[:28, :28]
    at = generator.uniform(9, 19, (number, 2, 1, 1))
    grey = np.exp(-((rows - at[:, 0]) ** 2 + (columns - at[:, 1]) ** 2) / 20)
    return (255 * np.where(grey > 0.2, grey, 0)).astype(np.uint8)


@pytest.mark.slow
def test_pixels_fire_when_the_motion_says_so_and_as_often_as_contrast_allows() -> None:
    """An upright bar; saccade 1 moves it right by 3.5 pixels in 105 ms, from columns 9.5 to 11.5."""
    (events,) = saccade_events(BAR[None], sensor=IDEAL)
    first = events[(events["t"] < SACCADE) & (events["y"] == 15)]
    ahead, behind = first[first["x"] == 14], first[first["x"] == 10]
    ground = 1 + IDEAL.dark
    steps = math.floor(math.log(ground / IDEAL.dark) / IDEAL.threshold)
    change = np.exp(IDEAL.threshold * np.arange(1, steps + 1))
    assert ahead["p"].tolist() == [False] * steps
    assert behind["p"].tolist() == [True] * steps
    reached = {1.5: (ahead, ground - ground / change), 0.5: (behind, IDEAL.dark * change - IDEAL.dark)}
    for way, (pixel, part) in reached.items():  # of the pixel that the bar's edge crosses after `way`
        assert np.abs(pixel["t"] - (way + part) * SACCADE / 3.5).max() <= 1


def test_where_no_ink_passes_nothing_fires() -> None:
    blank, bar = saccade_events(np.stack([np.zeros_like(BAR), BAR]), sensor=IDEAL)
    assert blank.size == 0
    assert blank.dtype == EVENT_DTYPE
    assert (int(bar["x"].min()), int(bar["x"].max())) == (9, 19)  # 10 to 12, moved by -0.5 to 6.5


def test_an_image_s_events_do_not_depend_on_its_place_the_threads_or_the_batch() -> None:
    images = blobs(0, 300)
    together = list(saccade_events(images, seed=5))
    threads = numba.get_num_threads()
    numba.set_num_threads(1)
    try:
        alone = [next(saccade_events(images[index : index + 1], seed=5)) for index in (0, 17, 299)]
    finally:
        numba.set_num_threads(threads)
    backwards = list(saccade_events(images[::-1], seed=5))
    for index, events in zip((0, 17, 299), alone, strict=True):
        assert np.array_equal(events, together[index])
        assert np.array_equal(events, backwards[299 - index])


def test_the_seed_moves_the_thresholds() -> None:
    first, second, again = (next(saccade_events(BAR[None], seed)) for seed in (0, 1, 0))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, second)
    assert abs(len(first) - len(second)) < 0.05 * len(first)


def test_more_events_than_there_was_room_for_are_all_kept() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (1, 28, 28), dtype=np.uint8)
    (events,) = saccade_events(noise, sensor=Sensor(threshold=0.1))
    assert len(events) > 1 << 13
    assert (np.diff(events["t"]) >= 0).all()
    for axis in ("x", "y"):
        assert (int(events[axis].min()), int(events[axis].max())) == (0, 33)


def test_real_digits_give_about_as_many_events_as_n_mnist_half_of_them_on(shared: Path) -> None:
    images = read_idx(shared / "data" / "mnist" / "t10k-images-idx3-ubyte.gz", 3)[:200]
    recordings = list(saccade_events(images))
    counts = np.array([len(events) for events in recordings])
    assert 3_800 < counts.mean() < 4_300
    assert 1_000 < counts.min() < counts.max() < 8_000
    assert 0.47 < np.concatenate([events["p"] for events in recordings]).mean() < 0.53
    assert 310_000 < max(int(events["t"].max()) for events in recordings) < 3 * SACCADE


def test_tonic_reads_what_is_written_and_its_stabilize_takes_the_motion_out(tmp_path: Path) -> None:
    datasets = pytest.importorskip("tonic.datasets", reason="tonic is not installed")
    recordings = list(saccade_events(blobs(1, 4)))
    write_recordings(tmp_path / "NMNIST", "Train", recordings, [3, 3, 8, 9])
    complete = type("NMNIST", (datasets.NMNIST,), {"_check_exists": lambda self: True})
    read, steady = complete(str(tmp_path)), complete(str(tmp_path), stabilize=True)
    assert [label for _, label in read] == [3, 3, 8, 9]
    for index, events in enumerate(recordings):
        theirs = read[index][0]
        assert all(np.array_equal(theirs[name], events[name]) for name in ("x", "y", "t", "p"))
        assert spread(steady[index][0]) < 0.6 * spread(theirs)


def test_leading_edges_are_off_as_in_the_real_recording(shared: Path) -> None:
    """In steady coordinates ON events lie behind OFF events, against the motion of each saccade."""
    nmnist = pytest.importorskip("tonic.datasets.nmnist", reason="tonic is not installed")
    real = read_recording(shared / "data" / "events" / "sample_nmnist.bin")
    simulated = np.concatenate(list(saccade_events(blobs(0, 20))))
    motions = np.diff([*CORNERS, CORNERS[0]], axis=0)
    for events in (real, simulated):
        steady = nmnist.stabilize(events.copy())
        for saccade, motion in enumerate(motions):
            inside = steady[steady["t"] // SACCADE == saccade]
            on, off = inside[inside["p"]], inside[~inside["p"]]
            ahead = [on[axis].mean() - off[axis].mean() for axis in ("x", "y")]
            assert np.dot(ahead, motion) < 0


def spread(events: Array) -> float:
    """How far the middle of the events wanders over 30 slices of time, pixels."""
    slices = np.array_split(events[["x", "y"]], 30)
    return float(np.std([each["x"].mean() for each in slices]) + np.std([each["y"].mean() for each in slices]))


def test_the_corners_are_those_that_stabilize_inverts() -> None:
    moves = [(after[0] - before[0], after[1] - before[1]) for before, after in pairwise([*CORNERS, CORNERS[0]])]
    assert moves == [(3.5, 7), (3.5, -7), (-7, 0)]


def test_other_images_and_impossible_sensors_are_refused() -> None:
    with pytest.raises(InputError) as raised:
        next(saccade_events(np.zeros((2, 32, 32), dtype=np.uint8)))
    assert str(raised.value) == (
        "images are uint8 of shape (2, 32, 32); uint8 [sample, row, column] of at most 28 x 28 pixels are needed, so "
        "scale them."
    )
    with pytest.raises(InputError) as raised:
        next(saccade_events(BAR[None], seed=-1))
    assert str(raised.value) == "the seed -1 is below 0; 0 and above is allowed, so choose another."
    with pytest.raises(InputError) as raised:
        Sensor(step=400)
    assert str(raised.value) == (
        "Sensor(threshold=0.5, mismatch=0.04, dark=0.075, step=400) is no sensor: threshold and dark above 0, mismatch "
        "from 0 to below 0.2 and a step that divides 105000 are needed, so change it."
    )
