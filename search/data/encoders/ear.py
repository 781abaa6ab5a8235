"""An ear that fires: speech to binary spikes by gammatone filters, lateral inhibition and accumulating channels.

The transform of one recording, free of chance:
1. gammatone filters, evenly spaced on the ERB scale, half-wave rectified, averaged over frames (gammatone.py);
2. divided by the mean over all channels and all frames, so that a loud and a soft speaker fire alike, and cube root, as
   loudness grows with intensity;
3. lateral inhibition: over the channels, a Gaussian of `centre` channels minus `inhibition` times one of `surround`
   channels, what is negative set to 0; it sharpens formants and takes away what all channels have in common;
4. every channel adds up `gain` times its drive and fires where the sum has reached 1, as below.

`RunningEar` hears as a microphone does: the mean of step 2 is over the frames so far, and no spike depends on anything
later. `StretchedEar` takes the mean of the whole recording and stretches its loudness to a number of steps, so that
slow and fast speakers fire alike; for both the recording must have ended.
"""

from abc import ABC, abstractmethod
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
class _Ear(ABC):
    """Parameters of the transform.

    rate        samples per second
    frame       samples per frame
    steps       steps: at most so many of a running ear, exactly so many of a stretched one
    longest     seconds a recording may last; a longer one is refused as no word
    lowest, highest  centre frequencies in Hz of the first and last channel
    centre, surround, inhibition  lateral inhibition
    gain        of the drive
    """

    rate: int
    frame: int
    steps: int
    longest: float
    lowest: float
    highest: float
    channels: int = 78
    centre: float = 1.5
    surround: float = 12.0
    inhibition: float = 0.8
    gain: float = 1.0

    @property
    def recipe(self) -> dict[str, object]:
        """All that the spikes depend on beside the sound."""
        return {"encoder": type(self).__name__, "version": _VERSION} | asdict(self)

    @abstractmethod
    def loudness(self, strength: Floats) -> Floats:
        """Step 2 of `strength` float64 [frame, channel]: float64 [step, channel]."""

    def spikes(self, sound: Floats) -> Array:
        """Spikes bool [step, channel] of `sound` float64 [sample]."""
        from search.data.encoders.gammatone import cochleagram, gammatone_bank, sharpened

        bank = gammatone_bank(self.rate, self.channels, self.lowest, self.highest)
        loudness = self.loudness(cochleagram(sound, bank, self.frame))
        return accumulated(self.gain * sharpened(loudness, self.centre, self.surround, self.inhibition))

    def encode(self, paths: Sequence[Path], labels: npt.ArrayLike) -> SpikeRaster:
        """Spikes of the sound files `paths`, `labels` int [file]; InputError for a file that is no such sound."""
        spikes = (self.spikes(read_sound(path, self.rate, self.longest)) for path in paths)
        return raster_of(spikes, labels)


class RunningEar(_Ear):
    """Loudness over the mean so far: as many steps as the recording has frames, what is beyond `steps` cut."""

    def loudness(self, strength: Floats) -> Floats:
        """Cube root of the strength over its mean up to the same frame; 0 while there was only silence."""
        kept = strength[: self.steps]
        so_far = np.cumsum(kept.mean(axis=1)) / np.arange(1, len(kept) + 1)
        return np.cbrt(np.divide(kept, so_far[:, None], out=np.zeros_like(kept), where=so_far[:, None] > 0))


class StretchedEar(_Ear):
    """Loudness over the mean of the whole recording, stretched to `steps` steps whatever it lasts."""

    def loudness(self, strength: Floats) -> Floats:
        """Cube root of the strength over its mean, linear between the middles of frames."""
        loudness = np.cbrt(strength / (strength.mean() or 1.0))
        middles = (np.arange(self.steps) + 0.5) * len(loudness) / self.steps - 0.5
        return np.stack([np.interp(middles, np.arange(len(loudness)), channel) for channel in loudness.T], axis=1)


def accumulated(drive: Floats) -> Array:
    """Spikes bool [step, channel] of a drive >= 0 [step, channel].

    ```
    x[t] = x[t-1] + drive[t]         # x starts at 1/2
    s[t] = x[t] >= 1
    x[t] = min(x[t] - s[t], 1)       # at most one spike a step; what a drive above 1 adds beyond that is lost
    ```
    """
    spikes = np.zeros(drive.shape, bool)
    x = np.full(drive.shape[1], 0.5)
    for t, added in enumerate(drive):
        x += added
        spikes[t] = x >= 1
        x = np.minimum(x - spikes[t], 1.0)
    return spikes
