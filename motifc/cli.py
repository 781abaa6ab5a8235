"""The command line: motifc COMMAND. Here, and nowhere else, is decided with which status it ends."""

import errno
import io
import os
import select
import shlex
import sys
import tempfile
import traceback
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from typing import Annotated, TextIO

import typer

from motifc import __version__
from motifc.commands import ranked
from motifc.commands.activity import activity, hide
from motifc.commands.help import Command, Group
from motifc.extras import advice_for
from targets.contracts.errors import BackendError, InputError
from targets.contracts.jit import tell_of_compiling
from targets.contracts.shown import shown_lines

COMMANDS = (
    *(
        "demo",
        "search",
        "train",
        "sweep",
        "eval",
        "check",
        "compile",
        "opt",
        "show",
        "run",
        "verify",
        "explain",
        "estimate",
        "damage",
        "repair",
        "export",
        "diff",
        "report",
    ),
    *("data", "fuzz", "bench", "doctor"),
)
"""Modules of motifc/commands that hold a command NAME_command, or commands of commands, NAME_app."""
_HELP = "Search recurrent spiking networks made of motifs, compile them, prove that every simulator agrees."
GOOD, FAILED, REFUSED, UNEXPECTED, INTERRUPTED, UNREAD = 0, 1, 2, 3, 130, 141
STATUSES = (
    "Exit status: 0 good; 1 a check failed; 2 bad input or usage, a full disk, no permission, too little memory; "
    "3 anything unexpected; 130 interrupted; 141 nobody reads the output any more."
)
_MACHINE = (
    *(errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM, errno.EMFILE, errno.ENFILE),
    *(errno.ENAMETOOLONG, errno.ETXTBSY),
)
"""Errors of the system that whoever calls can mend."""


def _version(asked: bool) -> None:
    """Print the version where it is asked for."""
    if asked:
        typer.echo(f"motifc {__version__}")
        raise typer.Exit(GOOD)


def app(names: Sequence[str] = COMMANDS) -> typer.Typer:
    """The command line with the commands of these names."""
    made = typer.Typer(
        name="motifc",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    made.callback(cls=Group, help=_HELP, epilog=STATUSES)(_callback)  # so that one command alone keeps its name
    for name in names:
        module = import_module(f"motifc.commands.{name}")
        if hasattr(module, f"{name}_app"):
            made.add_typer(getattr(module, f"{name}_app"), name=name)
        else:
            made.command(name, cls=Command)(getattr(module, f"{name}_command"))
    return made


def _callback(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_version, help="Print the version and exit.")
    ] = False,
) -> None:
    """Take what comes before a command."""


def main() -> None:
    """Entry point: run the command of `sys.argv` and end with one of `STATUSES`; what went wrong is one sentence."""
    sys.stdout, sys.stderr = _open(sys.stdout), _open(sys.stderr)
    outputs, heard = _outputs(), (sys.stdout, sys.stderr)
    if ranked.silent(sys.argv[1:]):
        sys.stdout = sys.stderr = _open(None)
    try:
        status = _status()
        if status and not ranked.tells():
            status = ranked.status_told(status)
    except BaseException as error:
        if ranked.tells():
            sys.stdout, sys.stderr = heard
            status = UNREAD if isinstance(error, BrokenPipeError) and _unread(outputs) else _told(error)
            ranked.told(status)
        else:
            status = ranked.status_told(UNEXPECTED)
    _close()
    sys.exit(status)


def _open(stream: TextIO | None) -> TextIO:
    """A stream that takes every character, and swallows all where the caller has closed it."""
    if stream is None:
        return open(os.devnull, "w", encoding="utf-8")
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")
    return stream


def _status() -> int:
    """Run the command; its status where it ends by itself."""
    asked = sys.argv[1:2]
    tell_of_compiling(_noted)
    try:
        with activity(asked[0] if asked and asked[0] in COMMANDS else "loading all commands"):
            app(asked if asked and asked[0] in COMMANDS else COMMANDS)()  # others need not be loaded
    except SystemExit as ended:
        if isinstance(ended.__context__, OSError):  # typer ends so where a pipe is broken
            raise ended.__context__ from None
        status = ended.code
    else:
        status = GOOD
    sys.stdout.flush()  # what cannot be written is told, and no good end
    return status if isinstance(status, int) else GOOD if status is None else FAILED


def _told(error: BaseException) -> int:
    """Tell what has ended the command, in one sentence, and the status that stands for it."""
    if isinstance(error, KeyboardInterrupt):
        return INTERRUPTED
    if isinstance(error, InputError):
        _say(str(error), error)
        return REFUSED
    if type(error).__name__ == "RankLostError":
        _say(
            "another rank has ended without a word, killed or out of memory perhaps; start again with --resume.", error
        )
        return UNEXPECTED
    if isinstance(error, BackendError):  # its input was good
        _say(str(error), error)
        return UNEXPECTED
    if isinstance(error, ModuleNotFoundError) and error.name:
        command = advice_for(error.name)
        remedy = (
            "`motifc doctor` says what needs it and the command" if command is None else f"install it with {command}"
        )
        _say(f"{error.name} is not installed; {remedy}.", error)
        return REFUSED
    if _is_of_memory(error):
        _say(
            "there is not enough memory for this; use fewer samples (--limit) or steps, smaller batches, or a machine "
            "with more.",
            error,
        )
        return REFUSED
    if isinstance(error, OSError) and error.errno in _MACHINE:
        place = "standard output" if error.filename is None else error.filename
        _say(f"{place}: {error.strerror}; free space, or choose what may be read and written.", error)
        return REFUSED
    kind = (
        "the input is nested more deeply than can be followed"
        if isinstance(error, RecursionError)
        else (f"this should not have happened, {type(error).__name__}: {str(error).partition(chr(10))[0][:200]}")
    )
    _say(f"{kind}; {_kept(error)}.", error)
    return UNEXPECTED


def _noted(sentence: str) -> None:
    hide()
    typer.echo(f"motifc: {shown_lines(sentence)}", err=True)


def _say(sentence: str, error: BaseException) -> None:
    """A sentence on standard error, and what was noted on the way of an exception, without control characters."""
    with suppress(OSError):
        typer.echo(f"motifc: {shown_lines(sentence)}", err=True)
        for note in getattr(error, "__notes__", ()):
            typer.echo(f"  {shown_lines(note)}", err=True)


def _kept(error: BaseException) -> str:
    """Keep the traceback and what helps to find the fault in a file, and say where."""
    try:
        details = "".join(traceback.format_exception(error))
        told = f"motifc {' '.join(map(shlex.quote, sys.argv[1:]))}\nPython {sys.version}\n\n{details}"
        handle, name = tempfile.mkstemp(prefix="motifc-", suffix=".txt")
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(told)
    except (OSError, MemoryError, RecursionError) as why:
        return f"the details could not be kept ({why})"
    return f"details for a report are in {name}"


def _is_of_memory(error: BaseException) -> bool:
    """Whether memory has run out, of the machine or of an accelerator; torch has exceptions of its own for that."""
    return isinstance(error, MemoryError) or (
        isinstance(error, RuntimeError)
        and (type(error).__name__ == "OutOfMemoryError" or "can't allocate memory" in str(error))
    )


def _outputs() -> list[int]:
    """Copies of the descriptors of standard output and error; rich turns the first to /dev/null if its pipe breaks."""
    copies = []
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # one of a test has none
            copies.append(os.dup(stream.fileno()))
    return copies


def _unread(outputs: Sequence[int]) -> bool:
    """Whether the reader of one of the outputs is gone."""
    poll = select.poll()
    for output in outputs:
        poll.register(output, 0)
    return any(event & select.POLLERR for _, event in poll.poll(0))


def _close() -> None:
    """Leave nothing for Python to flush at its end, which would complain about it."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            with suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
