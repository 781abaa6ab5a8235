"""A cochlea that spikes: speech to binary spikes by gammatone filters, lateral inhibition and BSA.

The transform of one recording, free of chance:
1. gammatone filters, evenly spaced on the ERB scale, half-wave rectified, averaged over frames (gammatone.py);
2. divided by the mean over all frames and channels, so that a loud and a soft speaker spike alike; for this the whole
   recording must be known;
3. cube root, as loudness grows with intensity;
4. lateral inhibition: over the channels, a Gaussian of `centre` channels minus `inhibition` times one of `surround`
   channels, what is negative set to 0; it sharpens formants and takes away what all channels have in common;
5. times `gain`, every frame held for `hold` steps, cut after `steps` steps;
6. BSA with the published constants (bsa.py).
Steps 2 and 6 look ahead (BSA by 24 steps), so this is a front end for recordings, not for a running microphone.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from search.data.encoders.events import raster_of
from search.data.readers.sound import read_sound
from targets.contracts.arrays import Array, Floats
from targets.contracts.raster import SpikeRaster

# numba and scipy.ndimage are slow to import, and not needed where the spikes are in the cache.

_VERSION = 1
"""To be raised with any change of the transform, so that nobody reads old spikes from the cache."""


@dataclass(frozen=True)
class Cochlea:
    """Parameters of the transform.

    rate        samples per second
    frame       samples per frame
    steps       steps kept at most
    longest     seconds a recording may last; a longer one is refused as no word
    lowest, highest  centre frequencies in Hz of the first and last channel
    hold        steps per frame
    centre, surround, inhibition  lateral inhibition
    gain        of the drive of BSA
    """

    rate: int
    frame: int
    steps: int
    longest: float
    lowest: float
    highest: float
    hold: int = 1
    channels: int = 78
    centre: float = 1.5
    surround: float = 12.0
    inhibition: float = 0.8
    gain: float = 1.2

    @property
    def recipe(self) -> dict[str, object]:
        """All that the spikes depend on beside the sound."""
        return {"encoder": "cochlea", "version": _VERSION} | asdict(self)

    def drive(self, sound: Floats) -> Floats:
        """The signal that BSA turns into spikes (steps 1 to 5) of `sound` float64 [sample]: float64 [step, channel]."""
        from search.data.encoders.gammatone import cochleagram, gammatone_bank, sharpened

        bank = gammatone_bank(self.rate, self.channels, self.lowest, self.highest)
        strength = cochleagram(sound, bank, self.frame)
        loudness = np.cbrt(strength / (strength.mean() or 1.0))
        drive = self.gain * sharpened(loudness, self.centre, self.surround, self.inhibition)
        return np.repeat(drive, self.hold, axis=0)[: self.steps]

    def spikes(self, sound: Floats) -> Array:
        """Spikes bool [step, channel] of `sound` float64 [sample]."""
        from search.data.encoders.bsa import bsa

        return bsa(self.drive(sound))

    def encode(self, paths: Sequence[Path], labels: npt.ArrayLike) -> SpikeRaster:
        """Spikes of the sound files `paths`, `labels` int [file]; InputError for a file that is no such sound."""
        spikes = (self.spikes(read_sound(path, self.rate, self.longest)) for path in paths)
        return raster_of(spikes, labels)
