"""motifc estimate."""

import json

import pytest

from motifc import dense_baseline
from motifc.commands.estimate import ENGINES, chosen
from targets.contracts.errors import InputError
from targets.contracts.raster import save_rasters
from tests.motifc.command_line import Motifc
from tests.networks import labelled_spikes


def test_engines_are_chosen_by_name() -> None:
    assert chosen("own") == ("own",)
    assert chosen("sanafe, own,sanafe") == ("sanafe", "own")
    for wrong in ("", "own,", "lava", "Own"):
        with pytest.raises(InputError, match=rf"^unknown engine .*; known are {', '.join(ENGINES)}, so choose"):
            chosen(wrong)


@pytest.mark.slow
def test_it_tells_a_step_and_every_core(motifc: Motifc) -> None:
    outcome = motifc("estimate", "net.program", "--input", "spikes.npz")
    assert outcome.status == 0
    assert "synaptic operations" in outcome.out
    assert "figures per event from Davies et al." in outcome.out
    assert "Estimates, not measured." in outcome.out
    told = json.loads(motifc("estimate", "net.program", "--input", "spikes.npz", "--limit", "2", "--json").out)
    assert sum(told["cores"]["operations"]) == pytest.approx(told["own"]["synaptic_operations"])
    assert told["sanafe"] is None


@pytest.mark.slow
def test_both_engines_side_by_side(motifc: Motifc) -> None:
    pytest.importorskip("sanafe", reason="sanafe is not installed")
    outcome = motifc("estimate", "net.program", "--input", "spikes.npz", "--engine", "own,sanafe", "--json")
    told = json.loads(outcome.out)
    assert told["sanafe"]["operations"] == pytest.approx(told["own"]["synaptic_operations"])
    assert told["sanafe"]["core_operations"] == pytest.approx(told["cores"]["operations"])
    assert "SANA-FE" in motifc("estimate", "net.program", "--input", "spikes.npz", "--engine", "sanafe").out


@pytest.mark.slow
def test_a_dense_network_stands_beside_it_where_the_data_are_known(
    motifc: Motifc, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dense_baseline, "STEPS", 20)
    save_rasters({"spikes": labelled_spikes(3, 11, 60)}, "mine.npz")
    command = ("estimate", "net.program", "--data", "mine.npz", "--seed", "0")
    told = json.loads(motifc(*command, "--json").out)
    assert told["dense"]["measure"] == "accuracy"
    assert told["dense"]["macs"] >= 11 * 3
    assert "Dense ANN on the same inputs: " in motifc(*command).out
    without = motifc("estimate", "net.program", "--input", "spikes.npz")
    assert "No dense network is compared: net.program does not say which data it was trained on" in without.out
    assert "ense network" not in motifc("estimate", "net.program", "--input", "spikes.npz", "--no-baseline").out
