"""motifc estimate."""

import json

import pytest

from motifc.commands.estimate import ENGINES, chosen
from targets.contracts.errors import InputError
from tests.motifc.command_line import Motifc


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
