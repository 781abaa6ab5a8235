"""Progress: the figures of one epoch, for a callback."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """One finished epoch.

    phase     "search", "train", or "candidate 1", "candidate 2", ... of a random search
    epoch     1 .. epochs
    loss      mean loss of the samples `on` which it is measured
    accuracy  share of the same samples whose class has strictly the most spikes; None where values are told
    details   further figures of the epoch by name, those of the history stored in the network
    on        what is judged: "the validation part" in a search, "thinned training samples" elsewhere
    """

    phase: str
    epoch: int
    epochs: int
    loss: float
    accuracy: float | None
    details: Mapping[str, float]
    on: str = ""


Listener = Callable[[Progress], None]
