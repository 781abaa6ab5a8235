"""What waits in an undecided layer, by hand."""

import dataclasses

import pytest
import torch

from search.nas.hardware_cost import HardwareCost
from search.nas.relaxed_layer import Choices, RelaxedLayer
from targets.contracts.chip import Limit
from tests.search.nas.test_hardware_cost import CPU, RATE, chip, single


def test_what_waits_takes_bits_and_slots() -> None:
    """Half of the links inside wait three steps more, a quarter of the neurons hear their input late."""
    layer = dataclasses.replace(RelaxedLayer.of(8, (2,), "none", CPU), delays=(1, 4), late=(0, 6))
    both = single(2, "none", {(0, 0, 1): 1.0, (0, 1, 0): 1.0})
    half, quarter = torch.tensor([[0.5, 0.5]]).log(), torch.tensor([[1.0, 1e-30], [0.5, 0.5]]).log()
    choices = Choices(both.sizes, both.types, (half,), (quarter,))
    bits = chip(synapse_bytes_per_core=64, synapse_bits=8)
    bits = dataclasses.replace(bits, delay_bits=Limit(4, "bits", "test"))
    estimate = HardwareCost(bits, inputs=3, input_rate=0.5, readout=2).estimate(
        {"hidden": layer}, {"hidden": choices}, {"hidden": RATE}
    )
    # A motif: 8 synapses of 8 bits; 2 links wait with 1/2, 6 of its inputs with 1/4; 2 axons of 32 bits.
    beside = 8 * 64 - 3 * 32
    motif = (8 * 8 + 4 * (2 * 0.5 + 6 * 0.25) + 2 * 32) / beside
    readout = 2 * (8 * 8) / (8 * 64 - 8 * 32)
    assert float(estimate.cores) == pytest.approx(4 * motif + readout, rel=1e-5)
    slots = dataclasses.replace(chip(neurons_per_core=8), input_slots_per_core=Limit(16, "slots", "test"))
    estimate = HardwareCost(slots, inputs=3, input_rate=0.5, readout=2).estimate(
        {"hidden": layer}, {"hidden": choices}, {"hidden": RATE}
    )
    # 16 slots hold 8 neurons at one step, 4 at four and 2 at seven; the longest is 7 with 1/2, 4 with 1/4, 1 with 1/4.
    assert float(estimate.cores) == pytest.approx(8 * (0.5 / 2 + 0.25 / 4 + 0.25 / 8) + 2 / 8, rel=1e-5)
    assert float(estimate.synapses) == 8 * 3 + 8 + 16
