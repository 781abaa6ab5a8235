"""recorded: somebody's spikes by the names of inputs and populations."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from motifc.recorded import recorded
from targets.contracts.errors import InputError
from targets.contracts.raster import SpikeRaster, save_rasters

SHAPES = {"x": 3, "lif1.lif": 4, "other": 2}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    spikes = {name: SpikeRaster.pack(rng.random((5, 9, size)) < 0.3) for name, size in SHAPES.items()}
    save_rasters(spikes, tmp_path / "theirs.npz")
    return tmp_path / "theirs.npz"


def test_inputs_and_populations_are_told_apart_by_their_names(file: Path) -> None:
    found = recorded(file, ["x"], ["lif1.lif", "lif2"], given=False)
    assert (list(found.inputs), list(found.observed)) == (["x"], ["lif1.lif"])
    assert recorded(file, ["x"], ["lif1.lif"], given=True).inputs == {}
    assert found.first(2).inputs["x"].samples == found.first(2).observed["lif1.lif"].samples == 2


def test_bins_are_compared_where_there_is_a_recording(file: Path) -> None:
    found = recorded(file, ["x"], ["lif1.lif"], given=False)
    mine = {**found.observed, "lif2": found.inputs["x"]}
    report = found.compared(mine, "program")
    assert report.equal
    assert report.sentence() == (
        f"program and {file} are equal: 0 of 180 bins differ, {report.spikes} spikes compared."
    )
    flipped = found.observed["lif1.lif"].dense()
    flipped[0, 0, 0] ^= 1
    assert found.compared({"lif1.lif": SpikeRaster.pack(flipped)}, "program").differing == 1


def test_what_follows_the_end_of_a_sample_is_not_compared(file: Path) -> None:
    found = recorded(file, ["x"], ["lif1.lif"], given=False)
    short = replace(found.observed["lif1.lif"], lengths=np.full(5, 3, np.int32))
    other = short.dense()
    other[:, 5] ^= 1
    mine = {"lif1.lif": SpikeRaster.pack(other, short.lengths)}
    assert found.compared(mine, "program").equal


def test_a_single_input_may_be_called_spikes(tmp_path: Path, file: Path) -> None:
    found = recorded(file, ["x"], ["lif1.lif"], given=False)
    save_rasters({"spikes": found.inputs["x"], "lif1.lif": found.observed["lif1.lif"]}, tmp_path / "s.npz")
    again = recorded(tmp_path / "s.npz", ["x"], ["lif1.lif"], given=False)
    assert np.array_equal(again.inputs["x"].packed, found.inputs["x"].packed)
    with pytest.raises(InputError, match="holds no spikes of input 'x'"):
        recorded(tmp_path / "s.npz", ["x", "y"], ["lif1.lif"], given=False)


def test_what_lacks_is_told(tmp_path: Path, file: Path) -> None:
    with pytest.raises(InputError) as error:
        recorded(file, ["x"], ["lif"], given=False)
    assert str(error.value) == (
        f"{file} holds ['lif1.lif', 'other', 'x']; it needs an array [sample, time, neuron] for at least one of the "
        "populations ['lif'], so name them alike."
    )
    save_rasters({"lif": SpikeRaster.pack(np.ones((1, 2, 3), bool))}, tmp_path / "no.npz")
    with pytest.raises(InputError) as error:
        recorded(tmp_path / "no.npz", ["x"], ["lif"], given=False)
    assert str(error.value) == (
        f"{tmp_path / 'no.npz'} holds no spikes of input 'x', to which its populations answered; add them under that "
        "name, or give them as --input."
    )
