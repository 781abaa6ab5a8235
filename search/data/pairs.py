"""pairs: a user's own data set read one (sample, label) after the other, each checked as it comes."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from targets.contracts.arrays import Array
from targets.contracts.errors import InputError

_UNREADABLE = (OSError, ValueError, KeyError, IndexError, AssertionError)


def pairs(dataset: Any, part: str, what: str = "sample") -> Iterator[tuple[str, Array, Any]]:
    """(where it is from, the sample as an array, its label) of every item of `dataset`, in order.

    Labels are numbers or texts. Raises InputError for a data set without a length, an item that cannot be read or is no
    pair, a sample that makes no array of numbers, and a label that is none.
    """
    try:
        number = len(dataset)
    except TypeError as error:
        raise InputError(f"the {part} part has no length ({error}); give a data set with __len__.") from None
    for index in range(number):
        source = f"{what} {index} of the {part} part"
        try:
            item = dataset[index]
        except _UNREADABLE as error:
            raise InputError(f"{source} cannot be read ({error}); get its file again.") from error
        if not isinstance(item, tuple | list) or len(item) != 2:
            found = f"a {type(item).__name__}" + (f" of {len(item)}" if isinstance(item, tuple | list) else "")
            raise InputError(f"{source} is {found}; a pair of a sample and its label is needed, so return these two.")
        yield source, _array(item[0], source), _label(item[1], source)


def _array(sample: Any, source: str) -> Array:
    try:
        array = np.asarray(sample)
        reason = f"it holds {array.dtype}"
    except (TypeError, ValueError, RuntimeError) as error:
        array, reason = np.empty(0, object), str(error).splitlines()[0].rstrip(".")
    if array.dtype.hasobject:
        raise InputError(
            f"{source} is a {type(sample).__name__} that makes no array of numbers ({reason}); give a numpy array, of "
            "a torch tensor tensor.detach().cpu().to_dense().numpy(), of a scipy matrix matrix.toarray()."
        )
    return array


def _label(label: Any, source: str) -> Any:
    try:
        array = np.asarray(label)
    except (TypeError, ValueError, RuntimeError):
        array = np.empty(0, object)
    if array.ndim == 1 and array.size > 1 and array.dtype.kind in "buif":
        raise InputError(f"{source} has a label of shape {array.shape}; one class is needed, so give its argmax().")
    if array.ndim or array.dtype.kind not in "buifUS" or array != array:
        told = repr(label) if label is None or array.ndim == 0 else f"a {type(label).__name__}"
        raise InputError(f"{source} has the label {told}; a number or a text is needed, so label it or leave it out.")
    return array.item()
