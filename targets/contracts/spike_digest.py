"""spike_digest: one SHA-256 of all spikes that count, the same wherever they were made."""

import hashlib
from collections.abc import Mapping
from typing import Protocol

import numpy as np
import numpy.typing as npt


class Spikes(Protocol):
    """Packed spikes as `targets.contracts.raster.SpikeRaster` holds them."""

    @property
    def packed(self) -> npt.NDArray[np.uint8]: ...  # noqa: D102
    @property
    def neurons(self) -> int: ...  # noqa: D102
    @property
    def lengths(self) -> npt.NDArray[np.int32]: ...  # noqa: D102


class SpikeDigest:
    """The digest of samples that come piece by piece; this is the one definition of its byte order.

    ```
    digest  = SHA-256 of, for each population in the order of its name's bytes:
              bytes of its name | name, UTF-8 | samples | neurons | rows (32 bytes)
    rows    = SHA-256 of, for each sample: length | a row for each of its `length` steps
    row     = ceil(neurons / 8) bytes, neuron i in byte i // 8 at bit 7 - i % 8, unused bits 0 (numpy.packbits)
    ```
    Numbers are unsigned, 4 bytes, the lowest first. Each step is the network's own, whatever the latency of a
    population, and steps after the length of a sample are in no row: padding changes nothing.
    """

    def __init__(self) -> None:
        self._rows: dict[str, tuple[int, int, hashlib._Hash]] = {}

    def add(self, spikes: Mapping[str, Spikes]) -> None:
        """Append samples; every call gives the same populations."""
        for name, raster in spikes.items():
            samples, _, rows = self._rows.setdefault(name, (0, raster.neurons, hashlib.sha256()))
            for packed, length in zip(raster.packed, raster.lengths.tolist(), strict=True):
                rows.update(_number(length))
                rows.update(np.ascontiguousarray(packed[:length]).data)
            self._rows[name] = samples + len(raster.packed), raster.neurons, rows

    def hexdigest(self) -> str:
        """The digest of all that was added, 64 hexadecimal digits."""
        whole = hashlib.sha256()
        for name, (samples, neurons, rows) in sorted(self._rows.items(), key=lambda entry: entry[0].encode()):
            whole.update(population_header(name) + _number(samples) + _number(neurons) + rows.digest())
        return whole.hexdigest()


def spike_digest(spikes: Mapping[str, Spikes]) -> str:
    """The digest of `spikes`, population -> raster, as `SpikeDigest` defines it: 64 hexadecimal digits."""
    made = SpikeDigest()
    made.add(spikes)
    return made.hexdigest()


def population_header(name: str) -> bytes:
    """What the digest takes of a population's name."""
    return _number(len(name.encode())) + name.encode()


def _number(value: int) -> bytes:
    return value.to_bytes(4, "little")
