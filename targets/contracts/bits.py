"""bits: packed spikes as plain bytes, for code that reads no .npz."""

import os
from collections.abc import Mapping

import numpy as np

from targets.contracts.errors import InputError
from targets.contracts.raster import SpikeRaster
from targets.contracts.writing import replacing

MAGIC = b"spk1"


def save_bits(rasters: Mapping[str, SpikeRaster], path: str | os.PathLike[str]) -> None:
    """Write the spikes of all inputs to `path` in one step.

    ```
    spk1 | samples | steps | neurons of all inputs       16 bytes
    for each sample: length | a row for each of all its steps
    row: ceil(neurons / 8) bytes, neuron i in byte i // 8 at bit 7 - i % 8, unused bits 0 (numpy.packbits)
    ```
    Numbers are unsigned, 4 bytes, the lowest first. In a row inputs follow one another bit after bit, in the order of
    their names' bytes. Raises InputError where there are none, and where they differ in samples, steps or lengths.
    """
    if not rasters:
        raise InputError("there are no spikes to pack; give those of one input at least.")
    ordered = [raster for _, raster in sorted(rasters.items(), key=lambda entry: entry[0].encode())]
    first = ordered[0]
    for raster in ordered[1:]:
        if (raster.samples, raster.steps) != (first.samples, first.steps) or (raster.lengths != first.lengths).any():
            raise InputError(
                f"inputs {sorted(rasters)} differ in samples, steps or lengths; a row holds the same step of all, so "
                "make them equal."
            )
    with replacing(path) as temporary, temporary.open("wb") as file:
        neurons = sum(raster.neurons for raster in ordered)
        file.write(MAGIC + np.array([first.samples, first.steps, neurons], "<u4").tobytes())
        for sample, length in enumerate(first.lengths):
            rows = first.packed[sample]
            if len(ordered) > 1:
                dense = [np.unpackbits(raster.packed[sample], axis=1, count=raster.neurons) for raster in ordered]
                rows = np.packbits(np.concatenate(dense, axis=1), axis=1)
            file.write(np.array(length, "<u4").tobytes() + rows.tobytes())
