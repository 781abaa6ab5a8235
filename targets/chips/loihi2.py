"""Intel Loihi 2 (2021)."""

from targets.contracts.chip import ChipSpec, Limit

_WIKICHIP = "WikiChip, Loihi 2"
_LAVA = "lava-nc 0.10.0, proc/lif/models.py, proc/dense/models.py and proc/dense/process.py"
_UNPUBLISHED = "unpublished; taken from Loihi 1"

CHIP = ChipSpec(
    name="loihi2",
    description="Intel Loihi 2, Intel 4, 128 neuromorphic cores",
    chips=Limit(1152, "chips", "Intel, Hala Point (2024), which counts 140,544 cores, 122 on a chip"),
    chips_x=Limit(32, "chips in a row of the mesh", "unpublished; a plane of 32 x 36 chips", assumed=True),
    cores=Limit(128, "cores", f"{_WIKICHIP} (some sources count 120 usable)"),
    cores_per_tile=Limit(4, "cores per tile", _UNPUBLISHED, assumed=True),
    tiles_x=Limit(8, "tiles in a row of the mesh", _UNPUBLISHED, assumed=True),
    neurons_per_core=Limit(8192, "neurons", f"{_WIKICHIP} (1,048,576 per chip)"),
    synapse_bytes_per_core=Limit(128 * 1024, "bytes", f"{_UNPUBLISHED} (120 M synapses per chip)", assumed=True),
    axons_in_per_core=Limit(4096, "input axons", _UNPUBLISHED, assumed=True),
    axons_out_per_core=Limit(4096, "core-to-core output edges", _UNPUBLISHED, assumed=True),
    decay_profiles_per_core=Limit(31, "(du, dv) pairs", _UNPUBLISHED, assumed=True),
    threshold_profiles_per_core=Limit(7, "thresholds", _UNPUBLISHED, assumed=True),
    synapse_bits=Limit(21, "bits per synapse", "8-bit weight and 13-bit neuron index, no compression", assumed=True),
    axon_bits=Limit(32, "bits per input axon", "one 32-bit list header", assumed=True),
    weight_min=Limit(-256, "weight units", _LAVA),
    weight_max=Limit(254, "weight units", _LAVA),
    weight_step=Limit(2, "weight units", f"{_LAVA} (mixed signs: even numbers)"),
    exponent_min=Limit(-8, "powers of two", _UNPUBLISHED, assumed=True),
    exponent_max=Limit(7, "powers of two", _UNPUBLISHED, assumed=True),
    decay_max=Limit(4095, "1/4096 per step", f"{_LAVA} (12 bits)"),
    threshold_max=Limit(131_071, "64 voltage units", f"{_LAVA} (17 bits)"),
    bias_mantissa_bits=Limit(12, "bits and a sign", _LAVA),
    bias_exponent_max=Limit(7, "powers of two", _LAVA),
    delay_max=Limit(63, "steps", f"{_LAVA} (6 bits)"),
    state_bits=Limit(24, "bits of u and v, sign included", _LAVA),
    decay_bits=Limit(12, "bits of du and dv", _LAVA),
    align_bits=Limit(6, "bits that inputs and thresholds are shifted up by", _LAVA),
    delay_bits=Limit(6, "bits per synapse of more than one step", f"{_LAVA} (6 bits); one width for all", assumed=True),
    input_slots_per_core=Limit(65_536, "input slots", "unpublished; 8 a neuron as on Loihi 1", assumed=True),
    refractory_max=Limit(62, "steps after that of a spike", _UNPUBLISHED, assumed=True),
)
