"""Help texts: flags take no value, so none is named beside them."""

from typing import TYPE_CHECKING

from typer.core import TyperCommand, TyperGroup

if TYPE_CHECKING:
    from collections.abc import Sequence


def _without_values(parameters: "Sequence[object]") -> None:
    """Name no type beside options that are there or not."""
    for each in parameters:
        if getattr(each, "is_flag", False) and getattr(each, "metavar", "") is None:
            each.metavar = ""  # type: ignore[attr-defined]


class Command(TyperCommand):
    """A command."""

    def get_params(self, ctx):  # type: ignore[no-untyped-def]  # typer's click is its own
        """Its options and arguments, `--help` too."""
        found = super().get_params(ctx)
        _without_values(found)
        return found


class Group(TyperGroup):
    """Commands under one name."""

    def get_params(self, ctx):  # type: ignore[no-untyped-def]
        """The options that all of them share."""
        found = super().get_params(ctx)
        _without_values(found)
        return found
