"""copies: test samples that a network has been trained on, because the data hold them twice."""

import hashlib
from collections.abc import Iterator

from search.data.task import Split
from targets.contracts.raster import SpikeRaster


def copies(split: Split) -> int:
    """The number of test samples equal to a sample of train or valid, from both of which weights are learned.

    Two samples are equal when they spike in the same bins; silence at their ends does not tell them apart, labels
    neither.
    """
    learned = {*_prints(split.train), *_prints(split.valid)}
    return sum(found in learned for found in _prints(split.test))


def copies_told(found: int, samples: int) -> str:
    """One line for people: how many of the test samples are copies, and what it means if there are any."""
    told = f"{found:,} of {samples:,} test samples equal a sample that is trained on"
    return f"{told}; accuracy on them is no test, so remove them from the data." if found else f"{told}."


def _prints(raster: SpikeRaster) -> Iterator[bytes]:
    """A digest of every sample's spikes within its length, without the silence behind the last of them."""
    for packed, length in zip(raster.packed, raster.lengths, strict=True):
        yield hashlib.blake2b(packed[:length].tobytes().rstrip(b"\0"), digest_size=16).digest()
