"""Regression: values that a readout told, beside those that were to be told."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from targets.contracts.arrays import Floats, readonly
from targets.contracts.errors import InputError
from targets.contracts.value_errors import mean_squared_error, smape


@dataclass(frozen=True, eq=False)
class Regression:
    """What was told of every sample and what is true, float64 [sample, value] each."""

    told: Floats
    truth: Floats

    def __post_init__(self) -> None:
        for name in ("told", "truth"):
            object.__setattr__(self, name, readonly(getattr(self, name), np.float64, f"{name} [sample, value]", 2))
        if self.told.shape != self.truth.shape:
            raise InputError(
                f"values {self.told.shape} [sample, value] were told and {self.truth.shape} are true; both need one "
                "shape, so take those of the same samples."
            )

    @property
    def samples(self) -> int:
        """Number of samples."""
        return len(self.truth)

    @property
    def mse(self) -> float:
        """Mean squared error, in the square of the unit of the targets."""
        return mean_squared_error(self.told, self.truth)

    @property
    def smape(self) -> float:
        """Symmetric mean absolute percentage error, 0 to 200."""
        return smape(self.told, self.truth)

    @property
    def figures(self) -> dict[str, float]:
        """Both errors by name."""
        return {"smape": self.smape, "mse": self.mse}

    @property
    def sentence(self) -> str:
        """Such as 3.21 % (mean squared error 0.00123) of 750 samples."""
        return f"{self.smape:.4g} % (mean squared error {self.mse:.4g}) of {self.samples:,}"

    def of(self, name: str) -> str:
        """The line that a command prints of the side of that name."""
        return f"sMAPE of the {name} {self.sentence}"

    def as_dict(self) -> dict[str, Any]:
        """All figures as JSON values."""
        return {**self.figures, "samples": self.samples, "values": self.truth.shape[1]}
