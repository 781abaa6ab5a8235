"""What commands print: results on standard output, progress on standard error."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console
from rich.text import Text

from targets.contracts.shown import shown, shown_lines

if TYPE_CHECKING:
    from search.training.progress import Progress as Epoch


class _Plain(Console):
    """Prints text as it is: no markup or emoji in it is read, and control characters but line breaks are escaped."""

    def render_str(self, text: str, **options: Any) -> Text:
        """The text of one cell or line."""
        return super().render_str(shown_lines(text), **(options | {"markup": False, "emoji": False}))


console = _Plain(highlight=False, soft_wrap=True)


@contextmanager
def epochs() -> Iterator[Callable[["Epoch"], None]]:
    """A progress bar per phase of a search."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total} {task.fields[note]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bars:
        tasks: dict[str, Any] = {}

        def progress(epoch: "Epoch") -> None:
            if epoch.phase not in tasks:
                tasks[epoch.phase] = bars.add_task(epoch.phase, total=epoch.epochs, note="")
            note = f"loss {epoch.loss:.3f}, accuracy {epoch.accuracy:.1%}"
            note += f" on {epoch.on}" if epoch.on else ""
            for figure in ("synapses", "cores", "messages"):
                if figure in epoch.details:
                    note += f", {epoch.details[figure]:,.4g} {figure}"
            bars.update(tasks[epoch.phase], completed=epoch.epoch, note=note)

        yield progress


@contextmanager
def steps() -> Iterator[Callable[[str], None]]:
    """A line that names the step at work."""
    errors = Console(stderr=True)
    with errors.status("") as status:

        def tell(step: str) -> None:
            line = Text(shown(step))
            status.update(line)
            if not errors.is_terminal:
                errors.print(line)

        yield tell


def warn(sentence: str) -> None:
    """A line on standard error about what is wrong but does not stop the command."""
    typer.echo(f"motifc: {shown(sentence)}", err=True)


def emit(values: Any, as_json: bool, table: Callable[[], None]) -> None:
    """Print `values` as JSON, or call what prints them for people."""
    if as_json:
        typer.echo(json.dumps(values, indent=2))
    else:
        table()
