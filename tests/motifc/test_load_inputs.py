"""Which samples a command takes."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from motifc.load_inputs import samples
from search.data.load import load_split
from targets.contracts.errors import InputError
from targets.contracts.ports import Readout
from targets.contracts.raster import SpikeRaster, save_rasters

READOUT = Readout("answer", 3)


def test_commands_take_the_test_part_of_a_users_own_data(mine: Path) -> None:
    taken = samples(None, str(mine), seed=3, limit=2)
    assert isinstance(taken, SpikeRaster)
    test = load_split(str(mine), None, 3).test
    assert np.array_equal(taken.packed, test.packed[:2])
    with pytest.raises(InputError, match="absent is no folder"):
        samples(None, "nmnist", folder=Path("absent"))


@pytest.mark.parametrize("label", [-1, 3, 9])
def test_labels_are_held_to_the_readout_for_as_many_samples_as_are_taken(tmp_path: Path, label: int) -> None:
    path = tmp_path / "labelled.npz"
    np.savez(path, spikes=np.zeros((4, 2, 5), np.uint8), labels=[0, 2, 1, label])
    with pytest.raises(InputError) as raised:
        samples(path, None, readout=READOUT)
    assert str(raised.value) == (
        f"1 of 4 labels of {path} lie outside 0 to 2, the classes of readout 'answer', the first being {label} of "
        "sample 3; renumber the labels or give the data it was made for."
    )
    assert _labels(samples(path, None, limit=3, readout=READOUT)) == {"spikes": [0, 2, 1]}
    assert _labels(samples(path, None)) == {"spikes": [0, 2, 1, label]}


def test_own_data_of_more_classes_than_the_readout_are_refused(mine: Path) -> None:
    with pytest.raises(InputError, match=r"^2 of 4 labels of .*mine\.npz lie outside 0 to 0, "):
        samples(None, str(mine), readout=Readout("answer", 1))


def test_the_labels_of_one_input_are_those_of_all_and_must_not_differ(tmp_path: Path) -> None:
    path, dense = tmp_path / "two.npz", np.zeros((2, 3, 4))
    left, right = SpikeRaster.pack(dense), SpikeRaster.pack(dense, labels=[0, 2])
    save_rasters({"left": left, "right": right}, path)
    assert _labels(samples(path, None, readout=READOUT)) == {"left": [0, 2], "right": [0, 2]}
    save_rasters({"left": SpikeRaster.pack(dense, labels=[1, 2]), "right": right}, path)
    with pytest.raises(InputError) as raised:
        samples(path, None, readout=READOUT)
    assert str(raised.value) == (
        f"the inputs 'left' and 'right' of {path} have different labels; a sample has one class, so give the labels "
        "once."
    )


def test_what_else_a_file_holds_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mine.npz"
    np.savez(path, spikes=np.zeros((4, 2, 5), np.uint8), y=np.arange(4), groups=np.arange(4))
    assert _labels(samples(path, None)) == {"spikes": []}
    assert capsys.readouterr().err == (
        f"motifc: {path} also holds 'y', which nothing here uses; did you mean 'labels' by 'y'?\n"
    )


def _labels(taken: SpikeRaster | Mapping[str, SpikeRaster]) -> dict[str, list[int]]:
    assert isinstance(taken, Mapping)
    return {name: [] if raster.labels is None else raster.labels.tolist() for name, raster in taken.items()}
