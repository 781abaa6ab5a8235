import numpy as np
import pytest
from scipy.signal import gammatone, lfilter, sosfilt

from search.data.encoders.gammatone import cochleagram, gammatone_bank
from tests.search.data.tasks.sounds import tone

BANK = gammatone_bank(8000, 78, 100.0, 3700.0)


def test_the_centres_are_even_on_the_erb_scale() -> None:
    assert BANK.centres[[0, -1]] == pytest.approx([100, 3700])
    erbs = 21.4 * np.log10(1 + 0.00437 * BANK.centres)
    assert np.diff(erbs) == pytest.approx(np.full(77, (erbs[-1] - erbs[0]) / 77))


@pytest.mark.parametrize("rate", [8000, 12_500])
def test_as_a_cascade_of_sections_one_channel_at_a_time(rate: int) -> None:
    sound = np.random.default_rng(0).normal(size=1000)
    bank = gammatone_bank(rate, 78, 100.0, 3700.0)
    rows = []
    for channel, gain in enumerate(bank.gain):
        sections = [[1, zero, 0, 1, *bank.poles[:, channel]] for zero in bank.zeros[:, channel]]
        rows.append(np.maximum(sosfilt(sections, gain * sound), 0).reshape(25, 40).mean(axis=1))
    assert cochleagram(sound, bank, 40) == pytest.approx(np.transpose(rows), rel=1e-9, abs=1e-12)


def test_as_the_published_recursions_within_their_rounding() -> None:
    sound = np.random.default_rng(0).normal(size=1000)
    filtered = [lfilter(*gammatone(centre, "iir", fs=8000), sound) for centre in BANK.centres]
    expected = np.maximum(filtered, 0).reshape(78, 25, 40).mean(axis=2).T
    assert cochleagram(sound, BANK, 40) == pytest.approx(expected, abs=1e-3)
    assert cochleagram(sound, BANK, 40)[:, 20:] == pytest.approx(expected[:, 20:], abs=1e-9)


def test_each_filter_has_the_poles_and_zeros_of_the_published_one() -> None:
    for channel in (0, 30, 77):
        published = gammatone(BANK.centres[channel], "iir", fs=8000)
        section = np.array([1.0, *BANK.poles[:, channel]])
        assert np.poly(np.roots(section).repeat(4)).real == pytest.approx(published[1])
        assert np.poly(-BANK.zeros[:, channel]) == pytest.approx(published[0] / published[0][0])


@pytest.mark.parametrize("hertz", [120.0, 900.0, 3500.0])
def test_a_tone_at_the_centre_passes_with_its_amplitude(hertz: float) -> None:
    channel = int(np.abs(BANK.centres - hertz).argmin())
    passed = cochleagram(tone(1.0, float(BANK.centres[channel]), amplitude=0.3), BANK, 4000)[1, channel]
    assert passed == pytest.approx(0.3 / np.pi, rel=0.01)  # the mean of a rectified sine


def test_the_last_frame_is_filled_up_with_silence() -> None:
    sound = np.random.default_rng(1).normal(size=50)
    assert np.array_equal(cochleagram(sound, BANK, 40)[0], cochleagram(sound[:40], BANK, 40)[0])
    longer = np.concatenate([sound, np.zeros(30)])
    assert cochleagram(sound, BANK, 10)[4] == pytest.approx(cochleagram(longer, BANK, 10)[4])
    filtered = lfilter(*gammatone(BANK.centres[40], "iir", fs=8000), sound)
    assert cochleagram(sound, BANK, 40)[1, 40] == pytest.approx(np.maximum(filtered[40:], 0).sum() / 40)


@pytest.mark.parametrize("hertz", [200.0, 1000.0, 3000.0])
def test_a_tone_is_loudest_at_its_own_place(hertz: float) -> None:
    loudest = cochleagram(tone(0.3, hertz), BANK, 40)[-10:].mean(axis=0).argmax()
    assert abs(int(loudest) - int(np.abs(BANK.centres - hertz).argmin())) <= 1


def test_silence_stays_silent() -> None:
    assert not cochleagram(np.zeros(100), BANK, 40).any()


def test_the_coefficients_cannot_be_written_to() -> None:
    with pytest.raises(ValueError, match="read-only"):
        BANK.poles[0, 0] = 2.0
