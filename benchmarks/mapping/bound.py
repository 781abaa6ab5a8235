"""Bound: what was asked of a benchmark of mapping, and what came out."""

from dataclasses import dataclass

_EQUAL = 1 + 1e-9  # sums of floats that differ by less are equal
HEAD = ("measure", "got", "asked", "met")


@dataclass(frozen=True)
class Bound:
    """A measure, what it came to, and what was asked of it; `met` is None where nothing was: it is only shown."""

    name: str
    got: str
    asked: str
    met: bool | None

    @classmethod
    def most(cls, name: str, got: float, most: float | None, asked: str = "") -> "Bound":
        """Of a number that is to be no larger than `most`, where there is one; `asked` is how the page puts it."""
        if most is None:
            return cls(name, f"{got:.3f}", "", None)
        return cls(name, f"{got:.3f}", f"{asked or f'{most:g}'} or less", got <= most * _EQUAL)

    @classmethod
    def every(cls, name: str, good: int, whole: int) -> "Bound":
        """Of things all of which are to be good."""
        return cls(name, f"{good} of {whole}", "all", good == whole)

    @property
    def cells(self) -> tuple[str, str, str, str]:
        """Those of a table under `HEAD`."""
        return self.name, self.got, self.asked, {True: "yes", False: "**no**", None: ""}[self.met]
