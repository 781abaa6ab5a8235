"""motifc check."""

import json

import pytest

from benchmarks.producers.feasibility import late, layers
from tests.motifc.command_line import Motifc

nir = pytest.importorskip("nir", reason="nir is not installed")


def test_check_says_whether_a_graph_fits(motifc: Motifc) -> None:
    nir.write("fits.nir", layers([12, 20, 5], 1.0, 10))
    nir.write("late.nir", late(200))
    outcome = motifc("check", "fits.nir", "--chip", "loihi2", "--dt", "1e-3")
    assert outcome.status == 0, outcome.err
    assert outcome.out.startswith("It fits loihi2: 1 core of 1 chip, 25 neurons, ")
    outcome = motifc("check", "late.nir", "--dt", "1e-3", "--json")
    assert outcome.status == 1
    told = json.loads(outcome.out)
    assert not told["fits"]
    assert told["faults"][0].startswith(
        "projection 'late' has a delay of 199 steps; loihi2 allows 1 to 63 (delay), so "
    )


def test_check_takes_a_network(motifc: Motifc) -> None:
    outcome = motifc("check", "net.network")
    assert outcome.status == 0, outcome.err
    assert outcome.out.startswith("It fits loihi2: 1 core of 1 chip, ")
