from pathlib import Path

import numpy as np

from search.data.readers.heidelberg import heidelberg_labels, heidelberg_raster, heidelberg_speakers
from tests.search.data.tasks.spike_files import write_heidelberg


def test_spikes_labels_and_speakers_of_a_file(tmp_path: Path) -> None:
    recordings = [([0.0, 0.0125], [5, 699]), ([1.0, 2.0], [1, 2])]
    path = write_heidelberg(tmp_path / "a.h5", recordings, [1, 0], [7, 9])
    raster = heidelberg_raster(path, 2)
    assert np.argwhere(raster.dense()).tolist() == [[0, 0, 5], [0, 1, 699], [1, 100, 1]]  # steps of 10 ms, cut at 1.4 s
    assert raster.lengths.tolist() == [2, 140]
    assert heidelberg_labels(path, 2).tolist() == [1, 0]
    assert heidelberg_speakers(path).tolist() == [7, 9]
