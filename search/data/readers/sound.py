"""Sound files of single words, whatever their container, coding, channels and rate.

libsndfile (through soundfile) decodes the samples, soxr brings them to another rate; both are kept libraries. Only what
libsndfile lets pass is looked at here: files that are cut off (it reads what is left) and two faults of wav files that
it does not mend (see `riff`).
"""

from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import numpy as np
import soundfile
import soxr

from search.data.readers.riff import repaired_wav, unreadable
from search.data.readers.sphere import MAGIC, check_length, check_sphere, damaged
from targets.contracts.arrays import Array, Floats
from targets.contracts.errors import InputError

_CODINGS = ("PCM_U8", "PCM_S8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW", "ALAW")
_CHANNELS = 8
_FASTEST = 192_000
_LOUDEST = 2.0
"""Samples of a file of floats may exceed 1 a little; integers written as floats exceed it by far."""
_CANCELLED = 0.1


def read_sound(path: Path, rate: int, longest: float) -> Floats:
    """The samples from -1 to 1, float64 [sample], of a RIFF wav or NIST SPHERE file; its first bytes tell which.

    Plain integers of 8 to 32 bits, floats, A-law and mu-law; several channels become their mean, and more than `rate`
    samples per second become `rate`. Raises InputError for any other, for more than `longest` seconds, fewer than
    `rate` samples per second (they lack the high tones), channels that cancel each other, and for a file that is
    unreadable, damaged or cut off.
    """
    try:
        with path.open("rb") as file:
            return _read(file, path, rate, longest)
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}); check the file and its permissions.") from None


def _read(file: BinaryIO, path: Path, rate: int, longest: float) -> Floats:
    sphere = file.read(len(MAGIC)) == MAGIC
    if sphere:
        check_sphere(file, path, longest)
        file.seek(0)
    source = file if sphere else BytesIO(repaired_wav(file, path))
    failure = damaged if sphere else unreadable
    try:
        with soundfile.SoundFile(source) as sound:
            _check(sound, path, rate, longest)
            samples = sound.read(dtype="float64", always_2d=True)
            found = sound.samplerate
    except soundfile.LibsndfileError as error:
        raise failure(path, str(error.error_string).rstrip(".")) from None
    mono = _mixed(samples, path)
    return mono if found == rate else np.asarray(soxr.resample(mono, found, rate), np.float64)


def _check(sound: soundfile.SoundFile, path: Path, rate: int, longest: float) -> None:
    if sound.subtype not in _CODINGS or not 1 <= sound.channels <= _CHANNELS or sound.samplerate > _FASTEST:
        raise InputError(
            f"{path} has {sound.channels} channels coded as {sound.subtype} at {sound.samplerate} Hz; up to "
            f"{_CHANNELS} channels of plain integers, floats, A-law or mu-law at up to {_FASTEST} Hz can be read, so "
            "convert it."
        )
    if sound.samplerate < rate:
        raise InputError(
            f"{path} has {sound.samplerate} samples per second; at least {rate} are needed, since fewer hold no tone "
            f"above {sound.samplerate / 2:g} Hz, so get the original."
        )
    check_length(path, sound.frames / sound.samplerate, longest)


def _mixed(samples: Array, path: Path) -> Floats:
    """The mean of the channels, float64 [sample], of samples [sample, channel]."""
    if not np.isfinite(samples).all():
        raise InputError(f"{path} holds samples that are no numbers; from -1 to 1 is allowed, so convert it again.")
    loudest = float(np.abs(samples).max())
    if loudest > _LOUDEST:
        raise InputError(
            f"{path} holds samples as floats up to {loudest:.6g}; from -1 to 1 is allowed, so divide them by the full "
            "scale of the integers they were."
        )
    mono = np.asarray(samples.mean(axis=1), np.float64)
    power, mixed = float(np.square(samples).mean()), float(np.square(mono).mean())
    if mixed < _CANCELLED**2 * power:
        raise InputError(
            f"the {samples.shape[1]} channels of {path} cancel each other; channels of equal sign are needed, so keep "
            "one of them."
        )
    return mono
