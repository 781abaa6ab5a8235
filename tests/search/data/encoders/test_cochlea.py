from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from search.data.encoders.cochlea import Cochlea
from search.data.encoders.gammatone import cochleagram, gammatone_bank
from targets.contracts.errors import InputError
from tests.search.data.tasks.sounds import tone, write_wav

ENCODER = Cochlea(rate=8000, frame=40, steps=50, longest=2.0, lowest=100.0, highest=3700.0)


def test_a_tone_spikes_at_its_place_and_nowhere_else() -> None:
    spikes = ENCODER.spikes(tone(0.25, 1000.0))
    assert spikes.shape == (50, 78)
    rates = spikes.mean(axis=0)
    assert rates[33:42].max() > 0.3  # channel 38 is at 1,000 Hz
    assert not rates[:25].any()
    assert not rates[55:].any()


@pytest.mark.parametrize("factor", [0.01, 0.5, 2.0])
def test_loudness_changes_nothing(factor: float) -> None:
    sound = np.random.default_rng(0).normal(0, 0.1, 1600)
    assert ENCODER.drive(factor * sound) == pytest.approx(ENCODER.drive(sound), rel=1e-9)


def test_silence_gives_no_spike() -> None:
    assert not ENCODER.spikes(np.zeros(800)).any()


def test_frames_are_held_and_the_end_is_cut() -> None:
    sound = np.random.default_rng(1).normal(0, 0.1, 1000)  # 25 frames
    once, held = ENCODER.drive(sound), replace(ENCODER, hold=3).drive(sound)
    assert len(once) == 25
    assert len(held) == 50
    assert np.array_equal(held, np.repeat(once, 3, axis=0)[:50])


def test_the_gain_scales_the_drive() -> None:
    sound = np.random.default_rng(2).normal(0, 0.1, 1000)
    assert replace(ENCODER, gain=2.4).drive(sound) == pytest.approx(2 * ENCODER.drive(sound))


def test_without_inhibition_the_cube_of_the_drive_is_the_cochleagram_over_its_mean() -> None:
    sound = np.random.default_rng(3).normal(0, 0.1, 1000)
    plain = replace(ENCODER, inhibition=0.0, centre=0.01, gain=1.0)  # a Gaussian that narrow is one channel wide
    strength = cochleagram(sound, gammatone_bank(8000, 78, 100.0, 3700.0), 40)
    assert plain.drive(sound) ** 3 == pytest.approx(strength / strength.mean())


def test_inhibition_by_hand() -> None:
    sound = np.random.default_rng(4).normal(0, 0.1, 1000)
    plain = replace(ENCODER, inhibition=0.0, gain=1.0)
    near = plain.drive(sound)
    far = replace(plain, centre=12.0).drive(sound)
    assert replace(plain, inhibition=0.8).drive(sound) == pytest.approx(np.maximum(near - 0.8 * far, 0))


def test_what_all_channels_share_is_inhibited() -> None:
    sound = np.zeros(800)
    sound[::40] = 1.0  # clicks move all channels
    weak = ENCODER.drive(sound).mean()
    assert weak < 0.6 * replace(ENCODER, inhibition=0.0).drive(sound).mean()


def test_files_become_a_raster_of_their_own_lengths(tmp_path: Path) -> None:
    paths = [write_wav(tmp_path / f"{n}.wav", tone(n / 10, 500.0)) for n in (1, 9, 2)]
    raster = ENCODER.encode(paths, [4, 5, 6])
    assert raster.lengths.tolist() == [20, 50, 40]
    assert (raster.steps, raster.neurons) == (50, 78)
    assert raster.labels is not None
    assert raster.labels.tolist() == [4, 5, 6]
    assert not raster.dense()[0, 20:].any()
    assert raster.counts()[1].sum() > 0


def test_a_recording_of_minutes_is_refused(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "long.wav", np.zeros(8000 * 180))
    with pytest.raises(InputError) as raised:
        ENCODER.encode([path], [0])
    assert str(raised.value) == (
        f"{path} lasts 180 seconds; a recording of one word, more than 0 and at most 2 seconds, is needed, so cut it "
        "or take it away."
    )


def test_every_parameter_is_part_of_the_recipe() -> None:
    recipe = ENCODER.recipe
    assert {"version", "rate", "frame", "steps", "gain", "inhibition", "centre", "surround", "hold"} <= recipe.keys()
    assert replace(ENCODER, gain=1.0).recipe != recipe
