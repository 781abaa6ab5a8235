"""Mono sound of 16 bits: what every sound file must hold, whatever its container."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from targets.contracts.arrays import Floats
from targets.contracts.errors import InputError

_FULL_SCALE = 1 << 15


@dataclass(frozen=True)
class PcmFormat:
    """What the header of a sound file says: samples per second, channels, bytes per sample, samples per channel."""

    rate: int
    channels: int
    width: int
    samples: int

    def check(self, path: Path, rate: int, longest: float) -> None:
        """InputError unless it is mono, of 16 bits and `rate`, not empty and of at most `longest` seconds."""
        if (self.channels, self.width, self.rate) != (1, 2, rate):
            raise InputError(
                f"{path} has {self.channels} channels of {8 * self.width} bits at {self.rate} Hz; one channel of 16 "
                f"bits at {rate} Hz is needed, so convert it."
            )
        if not 0 < self.samples <= longest * rate:
            raise InputError(
                f"{path} lasts {self.samples / rate:.3g} seconds; a recording of one word, more than 0 and at most "
                f"{longest:g} seconds, is needed, so cut it or take it away."
            )

    def decoded(self, path: Path, data: bytes, order: str) -> Floats:
        """The samples from -1 to 1, float64 [sample], of `data` in byte order '<' or '>'; InputError if cut off."""
        if len(data) < self.width * self.samples:
            raise InputError(
                f"{path} is cut off: its header promises {self.samples} samples, it holds {len(data) // self.width}; "
                "copy it again."
            )
        return np.frombuffer(data, f"{order}i2", self.samples) / _FULL_SCALE
