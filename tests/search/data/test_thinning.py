import numpy as np
import pytest

from search.data.thinning import Thinning, thinned

WHOLE = np.full((40, 30, 5), 255, np.uint8)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_the_asked_share_is_left_out_everywhere_alike(share: float) -> None:
    kept = np.unpackbits(thinned(WHOLE, Thinning(share, 1)), axis=2)
    for axes in ((1, 2), (0, 2), (0, 1)):  # of every sample, step and neuron
        spread = np.sqrt(share * (1 - share) / (kept.size / kept.mean(axes).size))
        assert abs(kept.mean(axes) - (1 - share)).max() < 5 * spread


def test_whether_a_spike_stays_depends_on_itself_and_the_key() -> None:
    some = np.random.default_rng(0).integers(0, 256, WHOLE.shape, np.uint8)
    assert np.array_equal(thinned(some, Thinning(0.3, 7)), some & thinned(WHOLE, Thinning(0.3, 7)))
    assert np.array_equal(thinned(some[:5, :9, :2], Thinning(0.3, 7)), thinned(some, Thinning(0.3, 7))[:5, :9, :2])
    assert not np.array_equal(thinned(some, Thinning(0.3, 7)), thinned(some, Thinning(0.3, 8)))
    assert np.array_equal(thinned(some, Thinning(0.0, 7)), some)
