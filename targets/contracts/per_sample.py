"""per_sample and targets_of: what is told of each sample of a raster, checked."""

import numpy as np
import numpy.typing as npt

from targets.contracts.arrays import Array, Floats, Ints, readonly
from targets.contracts.errors import InputError

RENUMBER = "labels = np.unique(labels, return_inverse=True)[1]"
"""The line of numpy that makes classes 0, 1, 2, ... of labels of any kind."""


def per_sample(values: npt.ArrayLike, name: str, samples: int) -> Ints:
    """Whole numbers int32 [sample], lengths or labels as `name` says; InputError for anything else."""
    given = np.asarray(values)
    if given.ndim != 1 or given.dtype.kind not in "buif" or not np.isfinite(given).all():
        found = (
            "NaN or infinite"
            if given.ndim == 1 and given.dtype.kind == "f"
            else f"{given.dtype} of shape {given.shape}"
        )
        mend = _numbered(given) if name == "labels" else "convert them"
        raise InputError(f"{name} are {found}; one whole number per sample is needed, so {mend}.")
    array = readonly(given, np.int32, f"{name} [sample]")
    if array.size != samples:
        raise InputError(f"{array.size} {name} were given for {samples} samples; one each is needed, so match them.")
    return array


def targets_of(values: npt.ArrayLike, samples: int) -> Floats:
    """Values to be told, [sample, value]; one axis means one value per sample."""
    given = np.asarray(values)
    if given.dtype.kind in "bui":
        raise InputError(
            f"targets are {given.dtype}; classes are given as labels, and values to be told as floats, so rename the "
            "array or convert it."
        )
    if given.ndim not in (1, 2) or given.dtype.kind != "f" or 0 in given.shape[1:] or not np.isfinite(given).all():
        shaped = given.ndim in (1, 2) and given.dtype.kind == "f" and 0 not in given.shape[1:]
        found = "NaN or infinite in places" if shaped else f"{given.dtype} of shape {given.shape}"
        raise InputError(
            f"targets are {found}; one or more finite floats per sample, [sample, value], are needed, so convert them."
        )
    if len(given) != samples:
        raise InputError(
            f"targets of {len(given)} samples were given for {samples} samples; one row each is needed, so match them."
        )
    return readonly(given if given.ndim == 2 else given[:, None], np.float64, "targets [sample, value]", 2)


def _numbered(labels: Array) -> str:
    """What turns labels of another form into classes, as a line of numpy where there is one."""
    if labels.ndim == 2 and labels.shape[1] == 1:
        return "flatten them: labels = labels.ravel()"
    if labels.ndim == 2 and labels.dtype.kind in "buif" and (np.count_nonzero(labels, axis=1) == 1).all():
        return "take the class of each one-hot row: labels = labels.argmax(axis=1)"
    if labels.ndim == 1 and labels.dtype.kind in "USO":
        return f"number them: {RENUMBER}"
    return "convert them"
