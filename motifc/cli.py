"""The command line: motifc COMMAND. Exit 0 good, 1 the check failed, 2 bad input or usage."""

import sys

import typer

from motifc.commands.bench import bench_app
from motifc.commands.compile import compile_command
from motifc.commands.data import data_app
from motifc.commands.demo import demo_command
from motifc.commands.doctor import doctor_command
from motifc.commands.eval import eval_command
from motifc.commands.explain import explain_command
from motifc.commands.export import export_command
from motifc.commands.fuzz import fuzz_command
from motifc.commands.opt import opt_command
from motifc.commands.report import report_command
from motifc.commands.run import run_command
from motifc.commands.search import search_command
from motifc.commands.show import show_command
from motifc.commands.train import train_command
from motifc.commands.verify import verify_command
from motifc.extras import command_for
from targets.contracts.errors import BackendError, InputError
from targets.contracts.shown import shown

app = typer.Typer(
    name="motifc",
    help="Search recurrent spiking networks made of motifs, compile them, prove that every simulator agrees.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("demo")(demo_command)
app.command("search")(search_command)
app.command("train")(train_command)
app.command("eval")(eval_command)
app.command("compile")(compile_command)
app.command("opt")(opt_command)
app.command("show")(show_command)
app.command("run")(run_command)
app.command("verify")(verify_command)
app.command("explain")(explain_command)
app.command("export")(export_command)
app.command("report")(report_command)
app.add_typer(data_app, name="data")
app.command("fuzz")(fuzz_command)
app.add_typer(bench_app, name="bench")
app.command("doctor")(doctor_command)


def main() -> None:
    """Entry point: bad input and missing packages become one sentence and exit status 2."""
    try:
        app()
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
