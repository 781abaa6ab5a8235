"""Sound files of single words, whatever their container."""

import wave
from pathlib import Path

from search.data.readers.pcm import PcmFormat
from search.data.readers.sphere import MAGIC, read_sphere
from targets.contracts.arrays import Floats
from targets.contracts.errors import InputError


def read_sound(path: Path, rate: int, longest: float) -> Floats:
    """The samples from -1 to 1, float64 [sample], of a RIFF wav or NIST SPHERE file; its first bytes tell which.

    It must be mono, of 16 bits, of `rate` samples per second and of at most `longest` seconds. Raises InputError for
    any other, and for a file that is unreadable, damaged or cut off.
    """
    try:
        with path.open("rb") as file:
            sphere = file.read(len(MAGIC)) == MAGIC
        return read_sphere(path, rate, longest) if sphere else _read_wav(path, rate, longest)
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}); check the file and its permissions.") from None


def _read_wav(path: Path, rate: int, longest: float) -> Floats:
    try:
        with wave.open(str(path)) as file:
            format = PcmFormat(file.getframerate(), file.getnchannels(), file.getsampwidth(), file.getnframes())
            format.check(path, rate, longest)
            return format.decoded(path, file.readframes(format.samples), "<")
    except (wave.Error, EOFError) as error:
        raise InputError(
            f"{path} is no readable PCM wav file ({str(error) or 'it ends within its header'}); convert it again."
        ) from None
