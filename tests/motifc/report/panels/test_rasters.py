"""The panel of spikes."""

from dataclasses import replace

import numpy as np
import pytest

from motifc.report.panels.rasters import chosen_samples, panel, spikes_shown
from targets.contracts.raster import SpikeRaster
from tests.motifc.report.runs import by_hand, whole_run


@pytest.mark.slow
def test_a_sample_that_is_right_and_one_that_is_wrong_are_drawn_with_their_input() -> None:
    run = whole_run()
    found = panel(run)
    assert found is not None
    chosen = chosen_samples(run)
    assert run.readout is not None
    labels = run.inputs["touch"].labels
    assert labels is not None
    classes = run.readout.classify(run.integers["answer"].counts())
    assert {bool(classes[sample] == labels[sample]) for sample in chosen} == {True, False}
    assert [drawing.caption.split(",")[0] for drawing in found.drawings] == ["touch", "hidden", "answer"] * 2
    (table,) = found.tables
    assert table.rows[0][:2] == ("touch", "11")


def test_a_recording_is_shown_where_nothing_was_run() -> None:
    run = by_hand()
    assert panel(run) is None
    spikes = SpikeRaster.pack(np.ones((2, 40, 200)))
    found = panel(replace(run, recordings={"out.npz": {"hidden": spikes}}))
    assert found is not None
    assert found.drawings[0].caption == "hidden, sample 0: the first 150 of 200 neurons"
    assert list(spikes_shown(run)) == []
