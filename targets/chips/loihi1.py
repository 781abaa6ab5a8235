"""Intel Loihi (2018)."""

from targets.contracts.chip import ChipSpec, Limit

_DAVIES = "Davies et al., IEEE Micro 38(1), 2018"
_NENGO = "nengo-loihi 1.1.0, hardware/nxsdk_objects.py and builder/discretize.py"
_LAVA = "lava-nc 0.10.0, proc/lif/models.py and proc/dense/models.py"

CHIP = ChipSpec(
    name="loihi1",
    description="Intel Loihi, 14 nm, 128 neuromorphic cores",
    chips=Limit(768, "chips", "Intel, Pohoiki Springs (2020): 24 boards of 32 chips"),
    chips_x=Limit(
        32, "chips in a row of the mesh", "unpublished; a board of 32 as a row of a plane of chips", assumed=True
    ),
    cores=Limit(128, "cores", _DAVIES),
    cores_per_tile=Limit(4, "cores per tile", "SANA-FE 2.2.9, loihi.yaml (32 tiles of 4 cores)"),
    tiles_x=Limit(8, "tiles in a row of the mesh", "SANA-FE 2.2.9, loihi.yaml (8 x 4 tiles)"),
    neurons_per_core=Limit(1024, "neurons", f"{_DAVIES}, p. 89; nengo-loihi block.py"),
    synapse_bytes_per_core=Limit(128 * 1024, "bytes", f"{_DAVIES}, p. 89 (128 KB); {_NENGO} (16,384 x 64 bit)"),
    axons_in_per_core=Limit(4096, "input axons", f"{_DAVIES}, p. 89"),
    axons_out_per_core=Limit(4096, "core-to-core output edges", f"{_DAVIES}, p. 89"),
    decay_profiles_per_core=Limit(31, "(du, dv) pairs", f"{_NENGO}: 32, its builder asserts strictly fewer"),
    threshold_profiles_per_core=Limit(7, "thresholds", f"{_NENGO}: 8, its builder asserts strictly fewer"),
    synapse_bits=Limit(18, "bits per synapse", "8-bit weight and 10-bit neuron index, no compression", assumed=True),
    axon_bits=Limit(32, "bits per input axon", "one 32-bit list header", assumed=True),
    weight_min=Limit(-256, "weight units", _LAVA),
    weight_max=Limit(254, "weight units", _LAVA),
    weight_step=Limit(2, "weight units", f"{_LAVA} (mixed signs: even numbers)"),
    exponent_min=Limit(-8, "powers of two", _NENGO),
    exponent_max=Limit(7, "powers of two", _NENGO),
    decay_max=Limit(4095, "1/4096 per step", f"{_LAVA} (12 bits)"),
    threshold_max=Limit(131_071, "64 voltage units", f"{_LAVA} (17 bits)"),
    bias_mantissa_bits=Limit(12, "bits and a sign", f"{_LAVA}; {_NENGO}"),
    bias_exponent_max=Limit(7, "powers of two", f"{_LAVA}; {_NENGO}"),
    delay_max=Limit(62, "steps", _NENGO),
    state_bits=Limit(24, "bits of u and v, sign included", _LAVA),
    decay_bits=Limit(12, "bits of du and dv", _LAVA),
    align_bits=Limit(6, "bits that inputs and thresholds are shifted up by", _LAVA),
    delay_bits=Limit(6, "bits per synapse of more than one step", "62 steps; one width for all", assumed=True),
    input_slots_per_core=Limit(
        8192, "input slots", f"{_NENGO}: 3 delay bits with 1,024 neurons; their product taken as fixed", assumed=True
    ),
    refractory_max=Limit(62, "steps after that of a spike", f"{_NENGO} (a register of 1..63, of which 1 is none)"),
)
