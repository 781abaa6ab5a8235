"""budget: what a search takes, in units that all methods count alike.

A unit is every training sample once forward and backward through one network. What only goes forward (a look at the
validation part, the window of plasticity) counts a third: the backward pass costs about twice the forward one. A
supernet counts once per network that it runs.
"""

from search.data.task import Split
from targets.contracts.errors import InputError

FORWARD = 1 / 3
"""Share of a forward pass in a forward and a backward one."""


def in_units(split: Split, both: int, forward: int = 0) -> float:
    """Units of so many samples taken forward and backward, and forward alone."""
    return (both + FORWARD * forward) / split.train.samples


def look(split: Split) -> float:
    """Units of one look at the validation part."""
    return in_units(split, 0, split.valid.samples)


def whole_epochs(budget: float, each: float, what: str) -> int:
    """How many times `each` units the budget holds; InputError where it does not hold one."""
    found = int((budget + 1e-9) // each)
    if found < 1:
        raise InputError(
            f"setting search.budget is {budget:g} units; {what} takes {each:.3g} on these data, so raise it to that or "
            "more."
        )
    return found
