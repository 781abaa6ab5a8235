from dataclasses import replace

import numpy as np
import pytest

from search.data.encoders.ear import RunningEar, StretchedEar, accumulated
from search.data.encoders.gammatone import cochleagram, gammatone_bank
from tests.search.data.tasks.sounds import tone

RUNNING = RunningEar(rate=8000, frame=80, steps=30, longest=2.0, lowest=100.0, highest=3700.0)
STRETCHED = StretchedEar(rate=8000, frame=80, steps=30, longest=2.0, lowest=100.0, highest=3700.0)
NOISE = np.random.default_rng(0).normal(0, 0.1, 2000)


@pytest.mark.parametrize("ear", [RUNNING, STRETCHED])
def test_a_tone_spikes_at_its_place_and_nowhere_else(ear: RunningEar | StretchedEar) -> None:
    rates = ear.spikes(tone(0.3, 1000.0)).mean(axis=0)
    assert rates[33:42].max() > 0.8  # channel 38 is at 1,000 Hz
    assert rates[:25].max() < 0.05  # the click of its onset is heard elsewhere too
    assert rates[55:].max() < 0.05


@pytest.mark.parametrize("ear", [RUNNING, STRETCHED])
@pytest.mark.parametrize("factor", [1e-6, 4.0])
def test_loudness_changes_nothing(ear: RunningEar | StretchedEar, factor: float) -> None:
    assert np.array_equal(ear.spikes(factor * NOISE), ear.spikes(NOISE))


def test_no_spike_of_the_running_ear_depends_on_what_comes_later() -> None:
    whole, other = RUNNING.spikes(NOISE), RUNNING.spikes(np.concatenate([NOISE[:1200], 9 * NOISE[:400]]))
    assert (len(whole), len(other)) == (25, 20)
    assert np.array_equal(whole[:15], other[:15])
    assert not np.array_equal(whole[15:20], other[15:])
    assert not np.array_equal(STRETCHED.spikes(NOISE)[:15], STRETCHED.spikes(NOISE[:1200])[:15])


def test_the_running_ear_waits_in_silence_and_then_hears() -> None:
    spikes = RUNNING.spikes(np.concatenate([np.zeros(800), NOISE]))
    assert len(spikes) == 30
    assert not spikes[:10].any()
    assert spikes[10:].any()
    assert not RUNNING.spikes(np.zeros(800)).any()


def test_the_stretched_ear_hears_fast_and_slow_alike() -> None:
    fast = [tone(0.1, hertz) for hertz in (400.0, 1600.0)]
    slow = [tone(0.3, hertz) for hertz in (400.0, 1600.0)]
    one, other = (STRETCHED.spikes(np.concatenate(each)) for each in (fast, slow))
    assert one.shape == other.shape == (30, 78)
    assert np.mean(one != other) < 0.1
    assert not STRETCHED.spikes(np.zeros(800)).any()


def test_stretched_loudness_is_linear_between_the_middles_of_frames() -> None:
    strength = np.array([[0.0], [1.0], [8.0]])
    found = replace(STRETCHED, steps=6).loudness(strength)[:, 0] * np.cbrt(3.0)
    assert found == pytest.approx([0, 0.25, 0.75, 1.25, 1.75, 2])
    assert replace(STRETCHED, steps=1).loudness(strength)[:, 0] * np.cbrt(3.0) == pytest.approx([1])


def test_running_loudness_by_hand() -> None:
    strength = np.array([[0.0, 0.0], [2.0, 6.0], [4.0, 0.0]])
    assert RUNNING.loudness(strength) == pytest.approx(np.cbrt([[0, 0], [1, 3], [2, 0]]))


def test_inhibition_by_hand() -> None:
    plain = replace(RUNNING, inhibition=0.0, centre=0.01, gain=0.3)  # a Gaussian that narrow is one channel wide
    strength = cochleagram(NOISE, gammatone_bank(8000, 78, 100.0, 3700.0), 80)
    assert np.array_equal(plain.spikes(NOISE), accumulated(0.3 * plain.loudness(strength)))
    assert RUNNING.spikes(NOISE).sum() < replace(RUNNING, inhibition=0.0).spikes(NOISE).sum()


def test_channels_add_up_and_fire() -> None:
    drive = np.array([[0.25, 0.5, 3.0], [0.25, 0.5, 0.0], [0.25, 0.25, 0.0], [0.25, 0.75, 0.0]])
    assert accumulated(drive).tolist() == [
        [False, True, True],
        [True, False, True],
        [False, False, False],
        [False, True, False],
    ]


def test_every_parameter_is_in_the_recipe() -> None:
    assert RUNNING.recipe != STRETCHED.recipe
    assert {"frame", "steps", "channels", "gain", "version"} <= RUNNING.recipe.keys()
