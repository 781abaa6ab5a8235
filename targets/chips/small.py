"""An imaginary chip of small cores, on which networks of some hundred neurons are already cut."""

from targets.contracts.chip import ChipSpec, Limit

_IMAGINARY = "imaginary"
_AS_LOIHI = "imaginary; as Loihi 1"


def _limit(value: int, unit: str, source: str = _IMAGINARY) -> Limit:
    return Limit(value, unit, source, assumed=True)


CHIP = ChipSpec(
    name="small",
    description="imaginary, no such chip exists: 64 cores of 32 neurons and 8 KiB, to see small networks cut",
    chips=_limit(4, "chips"),
    chips_x=_limit(2, "chips in a row of the mesh"),
    cores=_limit(64, "cores"),
    cores_per_tile=_limit(1, "cores per tile"),
    tiles_x=_limit(8, "tiles in a row of the mesh"),
    neurons_per_core=_limit(32, "neurons"),
    synapse_bytes_per_core=_limit(8 * 1024, "bytes"),
    axons_in_per_core=_limit(512, "input axons"),
    axons_out_per_core=_limit(512, "core-to-core output edges"),
    decay_profiles_per_core=_limit(31, "(du, dv) pairs", _AS_LOIHI),
    threshold_profiles_per_core=_limit(7, "thresholds", _AS_LOIHI),
    synapse_bits=_limit(13, "bits per synapse", f"{_IMAGINARY}: 8-bit weight and 5-bit neuron index"),
    axon_bits=_limit(32, "bits per input axon", _AS_LOIHI),
    weight_min=_limit(-256, "weight units", _AS_LOIHI),
    weight_max=_limit(254, "weight units", _AS_LOIHI),
    weight_step=_limit(2, "weight units", _AS_LOIHI),
    exponent_min=_limit(-8, "powers of two", _AS_LOIHI),
    exponent_max=_limit(7, "powers of two", _AS_LOIHI),
    decay_max=_limit(4095, "1/4096 per step", _AS_LOIHI),
    threshold_max=_limit(131_071, "64 voltage units", _AS_LOIHI),
    bias_mantissa_bits=_limit(12, "bits and a sign", _AS_LOIHI),
    bias_exponent_max=_limit(7, "powers of two", _AS_LOIHI),
    delay_max=_limit(62, "steps", _AS_LOIHI),
    state_bits=_limit(24, "bits of u and v, sign included", _AS_LOIHI),
    decay_bits=_limit(12, "bits of du and dv", _AS_LOIHI),
    align_bits=_limit(6, "bits that inputs and thresholds are shifted up by", _AS_LOIHI),
    delay_bits=_limit(0, "bits per synapse of more than one step", f"{_IMAGINARY}: delays are free"),
    input_slots_per_core=_limit(2048, "input slots", f"{_IMAGINARY}: a ring of 64 for each neuron"),
    refractory_max=_limit(62, "steps after that of a spike", _AS_LOIHI),
)
