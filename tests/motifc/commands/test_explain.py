"""motifc explain."""

import json

import pytest

from targets.backends.numpy import NumpyMachine
from targets.contracts.raster import save_rasters
from targets.contracts.semantics import LAVA
from targets.program.program import Program
from tests.motifc.command_line import Motifc
from tests.networks import random_spikes


@pytest.mark.slow
def test_explain_names_the_dialect_of_a_recording(motifc: Motifc) -> None:
    program = Program.load("net.program")
    spikes = random_spikes(0, 11, samples=5)
    for switches, status in ((("reset", "output"), 0), ((), 0)):
        recording = NumpyMachine(program, LAVA.switched(switches)).run({"touch": spikes}).spikes
        save_rasters({"hidden": recording["hidden"]}, "theirs.npz")
        outcome = motifc("explain", "net.program", "--input", "spikes.npz", "--recording", "theirs.npz", "--json")
        assert outcome.status == status
        assert [set(found) for found in json.loads(outcome.out)["sets"]] == [set(switches)]
    save_rasters({"hidden": random_spikes(3, 24, samples=5)}, "theirs.npz")
    assert motifc("explain", "net.program", "--input", "spikes.npz", "--recording", "theirs.npz").status == 1
