"""NIST SPHERE files, the container of the older speech corpora.

A header in ASCII, "NIST_1A", its size in bytes (a multiple of 1024), then lines "name -type value" up to "end_head";
behind it the samples (NIST, "SPeech HEader REsources", 1990). Only uncompressed PCM is read.
"""

from pathlib import Path

from search.data.readers.pcm import PcmFormat
from targets.contracts.arrays import Floats
from targets.contracts.errors import InputError

MAGIC = b"NIST_1A"
_LARGEST_HEADER = 1 << 16
_ORDERS = {"01": "<", "10": ">"}


def read_sphere(path: Path, rate: int, longest: float) -> Floats:
    """The samples from -1 to 1, float64 [sample], of a mono 16-bit file as `read_sound` wants it; else InputError."""
    with path.open("rb") as file:
        start = file.read(16)
        size = start[len(MAGIC) :].strip()
        if not (start.startswith(MAGIC) and size.isdigit() and 16 <= int(size) <= _LARGEST_HEADER):
            raise _damaged(path, "its header does not start with NIST_1A and a size")
        fields = _fields(start + file.read(int(size) - 16))
        coding, order = fields.get("sample_coding", "pcm"), _ORDERS.get(fields.get("sample_byte_format", ""))
        if coding != "pcm":
            raise InputError(
                f"{path} is a SPHERE file coded as {coding}; only plain pcm can be read, so unpack it with "
                "sph2pipe -p -f sph."
            )
        try:
            numbers = [int(fields[name]) for name in ("sample_rate", "channel_count", "sample_n_bytes", "sample_count")]
        except (KeyError, ValueError) as error:
            raise _damaged(path, f"its header has no whole number for {error}") from None
        format = PcmFormat(*numbers)
        format.check(path, rate, longest)
        if order is None:
            raise _damaged(path, "its sample_byte_format is neither 01 nor 10")
        return format.decoded(path, file.read(format.width * format.samples), order)


def _fields(header: bytes) -> dict[str, str]:
    """The values of a header by their names."""
    lines = header.decode("latin-1").split("end_head")[0].splitlines()
    return {parts[0]: parts[2].strip() for line in lines if len(parts := line.split(maxsplit=2)) == 3}


def _damaged(path: Path, why: str) -> InputError:
    return InputError(f"{path} is no readable SPHERE file ({why}); copy it again.")
