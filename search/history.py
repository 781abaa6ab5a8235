"""History: what a search did, entry after entry, in a form that any method can write and any reader draw."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from targets.contracts.arrays import Floats
from targets.contracts.errors import InputError

Entry = Literal["epoch", "rung", "generation", "candidate"]
"""What one entry of a history is."""


@dataclass(frozen=True, eq=False)
class History:
    """Figures of a search by their names, one mapping per entry.

    counts   what an entry is: an epoch, a rung of halving, a generation of evolution, a candidate
    entries  name -> figure; a figure of one layer is named LAYER.NAME; an entry may lack what others have

    Names that readers know: loss, accuracy or smape on the validation part, and rate_kl, each also with "_before" and
    "_step_1" where plasticity follows a first step; of a layer p_SIZE, the probability of a motif size, and those of
    `search.nas.evaluate`. Others are drawn under their own name.
    """

    counts: Entry
    entries: tuple[Mapping[str, float], ...]

    def __post_init__(self) -> None:
        if self.counts not in get_args(Entry):
            raise InputError(
                f"a history counts {self.counts!r}; known are {', '.join(get_args(Entry))}, so choose one of them."
            )

    @classmethod
    def of(cls, stored: Any, counts: Entry = "epoch") -> "History":
        """The history that settings hold: what `as_dict` gives, or a list of entries of which each is a `counts`.

        Of anything else there is no entry; what is no number is left out.
        """
        if isinstance(stored, Mapping) and stored.get("counts") in get_args(Entry):
            return cls.of(stored.get("entries"), stored["counts"])
        listed = [each for each in stored if isinstance(each, Mapping)] if isinstance(stored, list | tuple) else []
        return cls(counts, tuple({str(k): float(v) for k, v in each.items() if _is_number(v)} for each in listed))

    @classmethod
    def left_by(cls, settings: Mapping[str, Any]) -> "History":
        """The history that a search has left in the settings of its network, whatever its method.

        HRMAS and its ablations leave the entries of their epochs under "search", the random search those of its
        candidates under "candidates", any other method what `as_dict` gives under "history". Without any it is empty.
        """
        found = cls.of(settings.get("history") or settings.get("search"))
        return found if len(found) else cls.of(settings.get("candidates"), "candidate")

    def as_dict(self) -> dict[str, Any]:
        """JSON values, for the settings of a network."""
        return {"counts": self.counts, "entries": [dict(entry) for entry in self.entries]}

    def __len__(self) -> int:
        return len(self.entries)

    @property
    def plural(self) -> str:
        """What several entries are."""
        return f"{self.counts}s"

    def columns(self) -> dict[str, Floats]:
        """Every figure as an array [entry], NaN where an entry lacks it."""
        names = dict.fromkeys(name for entry in self.entries for name in entry)
        return {name: np.array([entry.get(name, np.nan) for entry in self.entries]) for name in names}


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
