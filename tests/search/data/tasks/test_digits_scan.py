import numpy as np

from search.data.tasks.digits import pictures
from search.data.tasks.digits_scan import scanned


def test_a_scan_tells_every_pixel_once() -> None:
    images = pictures()[0][:5]
    spikes = scanned(images)
    levels = np.digitize(images.reshape(5, 64) * 16, (1, 5, 9, 13))
    assert np.array_equal(spikes[:, :64, :4].sum(2), levels)
    assert np.array_equal(spikes[:, :64, 4:].argmax(2), np.tile(np.arange(8), (5, 8)))
    assert not spikes[:, 64:].any()
