"""What producers have recorded of their constructs is what the graphs they wrote are read as."""

import pytest

from benchmarks.producers.constructs import BACKENDS, Kept, kept, row
from benchmarks.producers.makers import MAKERS

EVERY = list(kept())


def test_every_construct_of_six_producers_is_kept() -> None:
    assert {(each.producer, each.construct) for each in EVERY} == set(MAKERS)
    assert len(EVERY) == len(MAKERS)
    assert {each.producer for each in EVERY} == {"snnTorch", "Norse", "sinabs", "SpikingJelly", "Rockpool", "Spyx"}
    assert all(each.answered.any() and (each.voltage or not each.answered.all()) for each in EVERY)


@pytest.mark.slow
@pytest.mark.parametrize("each", EVERY, ids=lambda each: f"{each.producer}: {each.construct}")
def test_no_bin_differs_from_what_its_producer_recorded(each: Kept) -> None:
    found = row(each)
    if each.construct == "PSU_LIF":  # an LI and a Threshold: no core's neuron spikes without a reset
        assert found.differing is None
        assert "cores hear spikes" in found.compiled
        return
    assert found.differing == 0
    assert found.reading is not None
    never = "never resets" in found.compiled
    assert never == (each.construct == "Leaky, no reset")
    assert found.equal or never, BACKENDS
