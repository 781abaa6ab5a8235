"""What commands print: results on standard output, progress on standard error."""

import json
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console
from rich.text import Text

from motifc.commands.activity import doing, hide
from targets.contracts.shown import shown, shown_lines

if TYPE_CHECKING:
    from search.training.progress import Progress as Epoch


class _Plain(Console):
    """Prints text as it is: no markup or emoji in it is read, and control characters but line breaks are escaped."""

    def print(self, *objects: Any, **options: Any) -> None:
        """Print where the line of what is done was."""
        hide()
        super().print(*objects, **options)

    def render_str(self, text: str, **options: Any) -> Text:
        """The text of one cell or line."""
        return super().render_str(shown_lines(text), **(options | {"markup": False, "emoji": False}))


console = _Plain(highlight=False, soft_wrap=True)


def watched(epoch: "Epoch") -> None:
    """Show an epoch that has ended; the last one of a phase stays."""
    score = f"sMAPE {epoch.details['smape']:.3g} %" if epoch.accuracy is None else f"accuracy {epoch.accuracy:.1%}"
    note = f"loss {epoch.loss:.3g}, {score}" if epoch.accuracy is None else f"loss {epoch.loss:.3f}, {score}"
    note += f" on {epoch.on}" if epoch.on else ""
    for figure in ("synapses", "cores", "messages"):
        if figure in epoch.details:
            note += f", {epoch.details[figure]:,.4g} {figure}"
    doing(f"{epoch.phase}: epoch", epoch.epoch, epoch.epochs, note, goes_on=True)
    if epoch.epoch == epoch.epochs:
        say(f"{epoch.phase}: {epoch.epochs} epochs, {note}")
        doing(f"after {epoch.phase}")


def step(name: str) -> None:
    """Show the step at work; elsewhere than on a terminal each is a line."""
    doing(name)
    if not sys.stderr.isatty():
        say(shown(name))


def say(line: str) -> None:
    """A line on standard error about what goes on."""
    hide()
    typer.echo(line, err=True)


def warn(sentence: str) -> None:
    """A line on standard error about what is wrong but does not stop the command."""
    say(f"motifc: {shown(sentence)}")


def echo(text: str, nl: bool = True) -> None:
    """Text on standard output as it is."""
    hide()
    typer.echo(text, nl=nl)


def emit(values: Any, as_json: bool, table: Callable[[], None]) -> None:
    """Print `values` as JSON, or call what prints them for people."""
    if as_json:
        echo(json.dumps(values, indent=2))
    else:
        table()
