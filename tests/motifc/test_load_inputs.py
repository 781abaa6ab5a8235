"""Which samples a command takes."""

from pathlib import Path

import numpy as np
import pytest

from motifc.load_inputs import samples
from search.data.load import load_split
from targets.contracts.errors import InputError
from targets.contracts.raster import SpikeRaster


def test_commands_take_the_test_part_of_a_users_own_data(mine: Path) -> None:
    taken = samples(None, str(mine), seed=3, limit=2)
    assert isinstance(taken, SpikeRaster)
    test = load_split(str(mine), None, 3).test
    assert np.array_equal(taken.packed, test.packed[:2])
    with pytest.raises(InputError, match="absent is no folder"):
        samples(None, "nmnist", folder=Path("absent"))
