"""The .ts text files in which the time series of the UEA and UCR archives are kept.

A. Bagnall et al., "The UEA multivariate time series classification archive, 2018", arXiv:1811.00075. Lines that begin
with # are comments and with @ a header; @classLabel lists the labels. After @data every line is a sample: its channels,
separated by colons, each a list of numbers, and last its label.
"""

from pathlib import Path

import numpy as np

from targets.contracts.arrays import Floats, Ints
from targets.contracts.errors import InputError


def read_ts(path: Path, channels: int) -> tuple[list[Floats], Ints]:
    """The series float64 [time, channel] of a file, each as long as it is, and their classes int32 [sample].

    A class is the index of its label in @classLabel. Raises InputError for a file that is missing, unreadable, of
    another kind or cut off.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeError) as error:
        raise InputError(f"{path} cannot be read ({error}); a .ts file is needed there, so restore it.") from None
    known: list[str] = []
    series: list[Floats] = []
    classes: list[int] = []
    for number, line in enumerate(lines, start=1):
        words = line.split()
        if line.lower().startswith("@classlabel"):
            known = words[2:]
        elif words and line[0] not in "#@":
            *values, label = line.split(":")
            try:
                sample = np.array([[float(value) for value in each.split(",")] for each in values]).T
                classes.append(known.index(label.strip()))
                if sample.ndim != 2 or sample.shape[1] != channels or not np.isfinite(sample).all():
                    raise ValueError(label)
            except ValueError:
                raise InputError(
                    f"{path} is damaged in line {number}; {channels} series of equal length with a label among "
                    f"{', '.join(known) or 'those of @classLabel'} are needed, so get it again."
                ) from None
            series.append(sample)
    if not series:
        raise InputError(f"{path} holds no samples; a .ts file with lines after @data is needed, so get it again.")
    return series, np.array(classes, dtype=np.int32)
