"""NIST SPHERE files, the container of the older speech corpora: what their header says.

A header in ASCII, "NIST_1A", its size in bytes (a multiple of 1024), then lines "name -type value" up to "end_head";
behind it the samples (NIST, "SPeech HEader REsources", 1990). libsndfile reads the samples, but it neither notices a
file that is cut off nor says how one is coded that it cannot read.
"""

from pathlib import Path
from typing import BinaryIO

from targets.contracts.errors import InputError

MAGIC = b"NIST_1A"
_LARGEST_HEADER = 1 << 16
_LONGEST_VALUE = 80
_NUMBERS = ("sample_rate", "channel_count", "sample_n_bytes", "sample_count")


def check_sphere(file: BinaryIO, path: Path, longest: float) -> None:
    """InputError for a damaged header, another coding than plain pcm, a size it has not, and too long a recording."""
    file.seek(0, 2)
    end = file.tell()
    file.seek(0)
    start = file.read(16)
    size = start[len(MAGIC) :].strip()
    if not (start.startswith(MAGIC) and size.isdigit() and 16 <= int(size) <= _LARGEST_HEADER):
        raise damaged(path, "its header does not start with NIST_1A and a size")
    fields = _fields(start + file.read(int(size) - 16))
    if not all(value.isprintable() and len(value) <= _LONGEST_VALUE for value in fields.values()):
        raise damaged(path, "its header is no plain text")
    coding = fields.get("sample_coding", "pcm")
    if coding != "pcm":
        raise InputError(
            f"{path} is a SPHERE file coded as {coding}; only plain pcm can be read, so unpack it with "
            "sph2pipe -p -f sph."
        )
    try:
        rate, channels, width, samples = (int(fields[name]) for name in _NUMBERS)
    except (KeyError, ValueError) as error:
        raise damaged(path, f"its header has no whole number for {error}") from None
    if width > 1 and fields.get("sample_byte_format") not in ("01", "10"):
        raise damaged(path, "its sample_byte_format is neither 01 nor 10")
    if rate < 1 or channels < 1 or width < 1:
        raise damaged(path, f"it has {channels} channels of {width} bytes at {rate} samples per second")
    check_length(path, samples / rate, longest)
    held = max(end - int(size), 0) // (width * channels)
    if held < samples:
        raise InputError(f"{path} is cut off: its header promises {samples} samples, it holds {held}; copy it again.")


def check_length(path: Path, seconds: float, longest: float) -> None:
    """InputError for a recording that is empty or longer than a word."""
    if not 0 < seconds <= longest:
        raise InputError(
            f"{path} lasts {seconds:.3g} seconds; a recording of one word, more than 0 and at most {longest:g} "
            "seconds, is needed, so cut it or take it away."
        )


def damaged(path: Path, why: str) -> InputError:
    """The error that `path` is no SPHERE file that can be read."""
    return InputError(f"{path} is no readable SPHERE file ({why}); copy it again.")


def _fields(header: bytes) -> dict[str, str]:
    """The values of a header by their names."""
    lines = header.decode("latin-1").split("end_head")[0].splitlines()
    return {parts[0]: parts[2].strip() for line in lines if len(parts := line.split(maxsplit=2)) == 3}
