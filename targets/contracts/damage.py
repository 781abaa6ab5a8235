"""Damage: what befalls a network or program, how much of it, by which seed; the draws that both share."""

from dataclasses import dataclass

import numpy as np

from targets.contracts.arrays import Array, Floats
from targets.contracts.errors import InputError
from targets.contracts.fields import whole
from targets.contracts.shown import unlike

STRENGTHS = {"dead": 0.3, "cores": 0.25, "prune": 0.5, "signs": 0.2, "thresholds": 0.3, "gains": 0.6, "bits": 3.0}
"""Kinds of damage and how much of each is done where nobody says how much."""
ABOUT = {
    "dead": "share of the neurons that never spike again",
    "cores": "share of a program's cores on which all neurons are dead",
    "prune": "share of the links that are gone",
    "signs": "share of the links whose sign is flipped",
    "thresholds": "standard deviation of the logarithm of the factors of thresholds",
    "gains": "factor of everything that comes in over links",
    "bits": "bits of a weight, sign included, 2 to 8",
}
_RANGES = {"thresholds": (0.0, 3.0), "gains": (0.01, 100.0), "bits": (2.0, 8.0)}
_MOST_SEED = (1 << 32) - 1
_DRAWS = 7
"""First number of the seeds of all draws, so that they share no stream with anything else."""


@dataclass(frozen=True)
class Damage:
    """One kind of damage; `strength` is what `ABOUT` says of the kind."""

    kind: str
    strength: float
    seed: int

    def __post_init__(self) -> None:
        if self.kind not in STRENGTHS:
            raise InputError(unlike("damage", self.kind, tuple(STRENGTHS)))
        object.__setattr__(self, "seed", whole(self.seed, "the seed of a damage", _MOST_SEED, least=0))
        least, most = _RANGES.get(self.kind, (0.0, 1.0))
        if not least <= self.strength <= most or (self.kind == "bits" and self.strength % 1):
            kind = "a whole number from " if self.kind == "bits" else ""
            raise InputError(
                f"the strength of damage {self.kind!r} is {self.strength:g}; it is the {ABOUT[self.kind]}, and "
                f"{kind}{least:g} to {most:g} is allowed, so change it."
            )

    @property
    def sentence(self) -> str:
        """Such as: dead 0.3 (share of the neurons that never spike again), seed 4."""
        return f"{self.kind} {self.strength:g} ({ABOUT[self.kind]}), seed {self.seed}"

    def chosen(self, count: int, place: str) -> Array:
        """Indices of the share of `count` things that is hit, rising int64; other places have other draws.

        Of any share above 0 one thing at least, where there is one.
        """
        size = min(count, max(round(self.strength * count), 1 if self.strength > 0 else 0))
        return np.sort(self._draws(place).choice(count, size, replace=False))

    def factors(self, count: int, place: str) -> Floats:
        """Factors of thresholds, lognormal around 1: float64 [count]."""
        return np.exp(self.strength * self._draws(place).standard_normal(count))

    def coarse(self, weights: Array) -> Floats:
        """Weights on the levels of so few bits: as many above 0 as below, the outermost at the largest weight."""
        values = np.asarray(weights, np.float64)
        levels = (1 << (int(self.strength) - 1)) - 1
        step = float(np.abs(values).max(initial=0)) / levels
        return values if step == 0 else np.rint(values / step) * step

    def _draws(self, place: str) -> np.random.Generator:
        return np.random.default_rng((_DRAWS, self.seed, list(STRENGTHS).index(self.kind), *place.encode()))
