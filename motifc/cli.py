"""The command line: motifc COMMAND. Exit 0 good, 1 the check failed, 2 bad input or usage."""

import sys
from collections.abc import Sequence
from importlib import import_module

import typer

from motifc.extras import command_for
from targets.contracts.errors import BackendError, InputError
from targets.contracts.shown import shown

COMMANDS = (
    *("demo", "search", "train", "eval", "compile", "opt", "show", "run", "verify", "explain", "export", "report"),
    *("data", "fuzz", "bench", "doctor"),
)
"""Modules of motifc/commands that hold a command NAME_command, or commands of commands, NAME_app."""
_HELP = "Search recurrent spiking networks made of motifs, compile them, prove that every simulator agrees."


def app(names: Sequence[str] = COMMANDS) -> typer.Typer:
    """The command line with the commands of these names."""
    made = typer.Typer(name="motifc", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
    made.callback(help=_HELP)(lambda: None)  # so that one command alone keeps its name
    for name in names:
        module = import_module(f"motifc.commands.{name}")
        if hasattr(module, f"{name}_app"):
            made.add_typer(getattr(module, f"{name}_app"), name=name)
        else:
            made.command(name)(getattr(module, f"{name}_command"))
    return made


def main() -> None:
    """Entry point: bad input and missing packages become one sentence and exit status 2."""
    asked = sys.argv[1:2]
    try:
        app(asked if asked and asked[0] in COMMANDS else COMMANDS)()  # others need not be loaded
    except (InputError, BackendError) as error:
        typer.echo(f"motifc: {_printable(str(error))}", err=True)
        for note in getattr(error, "__notes__", ()):
            typer.echo(f"  {_printable(note)}", err=True)
        sys.exit(2)
    except ModuleNotFoundError as error:
        command = command_for(error.name or "")
        remedy = (
            "`motifc doctor` says what needs it and the command" if command is None else f"install it with {command}"
        )
        typer.echo(f"motifc: {error.name} is not installed; {remedy}.", err=True)
        sys.exit(2)


def _printable(message: str) -> str:
    """The lines of a message without what would move the cursor of a terminal."""
    return "\n".join(shown(line) for line in message.split("\n"))
