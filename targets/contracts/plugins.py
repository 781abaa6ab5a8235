"""Plugins: what is found by listing a folder of ours, and what installed packages add by entry points."""

import importlib
import pkgutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from targets.contracts.errors import InputError
from targets.contracts.shown import unlike

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint


@dataclass(frozen=True)
class Plugins:
    """All things of one kind: the modules of `package`, and the entry points of `group` in any installed package.

    kind     what they are called in sentences, such as "backend"
    package  dotted name of the folder whose modules count, each under its own name with "-" for "_"
    group    entry-point group, such as "motifc.backends"; where a name is ours too, ours is taken

    Source of the rule: Python packaging user guide, "Creating and discovering plugins".
    """

    kind: str
    package: str
    group: str

    @property
    def own(self) -> tuple[str, ...]:
        """Names of our own modules, sorted."""
        folder = importlib.import_module(self.package).__path__
        return tuple(sorted(module.name.replace("_", "-") for module in pkgutil.iter_modules(folder)))

    @property
    def added(self) -> "dict[str, EntryPoint]":
        """Entry points of other packages by name."""
        from importlib.metadata import entry_points

        return {point.name: point for point in entry_points(group=self.group) if point.name not in self.own}

    @property
    def names(self) -> tuple[str, ...]:
        """All names, sorted."""
        return tuple(sorted((*self.own, *self.added)))

    def load(self, name: str) -> Any:
        """The module or object of that name.

        Raises InputError for an unknown name, and where another package names what cannot be imported.
        """
        if name in self.own:
            return importlib.import_module(f"{self.package}.{name.replace('-', '_')}")
        if name not in self.added:
            raise InputError(unlike(self.kind, name, self.names))
        point = self.added[name]
        try:
            return point.load()
        except Exception as error:
            origin = point.dist.name if point.dist else "an installed package"
            raise InputError(
                f"{self.kind} {name!r} of {origin} cannot be imported from {point.value!r} "
                f"({type(error).__name__}: {error}); repair or uninstall that package."
            ) from error
