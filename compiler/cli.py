"""The command line: motifc COMMAND. Exit 0 good, 1 the check failed, 2 bad input or usage."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from compiler.demo import DemoResult, demo
from compiler.doctor import doctor
from compiler.pipeline import compile_network
from compiler.report.page import page
from compiler.samples import samples
from compiler.tables import console, show_demo, show_findings, show_program, show_reports
from compiler.text import text
from search.network import Network
from targets.artefact import check_writable, replacing
from targets.backend import export_program, run
from targets.check import legal
from targets.equivalence import compare
from targets.errors import BackendError, InputError
from targets.program import Program
from targets.raster import save_rasters

if TYPE_CHECKING:
    from search.progress import Progress as Epoch

app = typer.Typer(
    name="motifc",
    help="Search recurrent spiking networks made of motifs, compile them, prove that every simulator agrees.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Seed = Annotated[int, typer.Option(help="Seed of the data split and of every random choice.")]
Data = Annotated[str | None, typer.Option(help="Built-in task whose test split is used, such as digits.")]
InputFile = Annotated[Path | None, typer.Option("--input", help="Spikes: .npz with `spikes` [sample, time, neuron].")]
Limit = Annotated[int | None, typer.Option(help="Use only the first samples.")]
Device = Annotated[str, typer.Option(help="auto, cpu or cuda.")]
Threads = Annotated[
    int, typer.Option(help="Threads of torch; the result depends on it, 1 is safest on a busy machine.")
]
Config = Annotated[Path | None, typer.Option(help="TOML file of hyperparameters; defaults are in docs/settings.md.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
Out = Annotated[Path, typer.Option(help="File to write.")]
ProgramFile = Annotated[Path, typer.Argument(metavar="NET.program", help="A compiled program.")]


@app.command("demo")
def demo_command(
    out: Annotated[Path, typer.Option(help="Folder for the files it makes.")] = Path("demo"),
    seed: Seed = 0,
    chip: Annotated[str, typer.Option(help="Chip to compile for.")] = "loihi2",
    threads: Threads = 1,
    as_json: AsJson = False,
) -> None:
    """The whole chain on real handwritten digits: search, compile, run on every backend, compare every spike."""
    from search.task import task_named

    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{out} cannot be made ({error.strerror}); choose another folder.") from None
    split = task_named("digits").load(seed)
    network = _searched("digits", None, seed, "cpu", threads, None)
    with _steps() as tell:
        result: DemoResult = demo(network, split.test, chip, seed, out, tell)
    _print(result.as_dict(), as_json, lambda: show_demo(result))
    if not as_json:
        console.print(f"Written: {out / 'demo.network'}, {out / 'demo.program'}, {out / 'report.html'}")
    raise typer.Exit(0 if result.equal else 1)


@app.command("search")
def search_command(
    data: Annotated[str, typer.Option(help="Task to search on, such as digits.")],
    out: Out,
    config: Config = None,
    device: Device = "auto",
    seed: Seed = 0,
    threads: Threads = 1,
    resume: Annotated[bool, typer.Option(help="Go on from the checkpoint beside --out, if there is one.")] = False,
) -> None:
    """Search a network of motifs by HRMAS, derive it, retrain it."""
    check_writable(out)
    checkpoint = out.with_suffix(".checkpoint")
    if not resume:
        checkpoint.unlink(missing_ok=True)
    network = _searched(data, config, seed, device, threads, checkpoint)
    digest = network.save(out)
    checkpoint.unlink(missing_ok=True)
    console.print(f"{out}: {network.neurons:,} neurons, digest {digest[:16]}")


@app.command("train")
def train_command(
    network: Annotated[Path, typer.Option(help="The .network whose weights are trained further.")],
    data: Annotated[str, typer.Option(help="Task to train on, such as digits.")],
    out: Out,
    config: Config = None,
    device: Device = "auto",
    seed: Seed = 0,
    threads: Threads = 1,
) -> None:
    """Train the weights of a network, starting from those it has; its wiring and time constants stay."""
    check_writable(out)
    start = Network.load(network)
    _set_threads(threads)
    from search.settings import load_settings
    from search.task import task_named
    from search.train import train

    with _epochs() as progress:
        trained = train(start, task_named(data).load(seed), load_settings(config), seed, device, progress)
    console.print(f"{out}: {trained.neurons:,} neurons, digest {trained.save(out)[:16]}")


@app.command("compile")
def compile_command(
    network: Annotated[Path, typer.Argument(metavar="NET.network", help="A searched or hand-built network.")],
    out: Out,
    chip: Annotated[str, typer.Option(help="Chip to compile for.")] = "loihi2",
) -> None:
    """Quantise a network, cut it into cores between motifs, place it, check every limit of the chip."""
    check_writable(out)
    program = compile_network(Network.load(network), chip)
    program.save(out)
    show_program(program, str(out))


@app.command("show")
def show_command(file: Annotated[Path, typer.Argument(help="A .network or .program file.")]) -> None:
    """Print a network or program as text: sizes, cores, limits used, digests."""
    if file.suffix not in (".network", ".program"):
        raise InputError(f"{file} is neither a .network nor a .program file; show one of these.")
    typer.echo(text(Network.load(file) if file.suffix == ".network" else Program.load(file)), nl=False)


@app.command("run")
def run_command(
    program: ProgramFile,
    out: Out,
    backend: Annotated[str, typer.Option(help="numpy, torch, lava or onnx.")] = "numpy",
    input_file: InputFile = None,
    data: Data = None,
    seed: Seed = 0,
    limit: Limit = None,
    device: Device = "auto",
) -> None:
    """Run a program and write the spikes of every population."""
    check_writable(out)
    loaded = legal(Program.load(program))
    spikes = run(loaded, samples(input_file, data, seed, limit), backend, device).spikes
    save_rasters(spikes, out)
    for name, raster in spikes.items():
        console.print(f"{name}: {int(raster.counts().sum()):,} spikes in {raster.samples} samples")
    if loaded.readout is not None:
        votes = spikes[loaded.readout.population]
        if votes.labels is not None:
            console.print(f"accuracy {loaded.readout.accuracy(votes.counts(), votes.labels):.2%} (ties count as wrong)")


@app.command("verify")
def verify_command(
    program: ProgramFile,
    backends: Annotated[str, typer.Option(help="Backends to compare with the first, separated by commas.")] = "numpy",
    against: Annotated[Path | None, typer.Option(help="Another program to compare with, on the first backend.")] = None,
    input_file: InputFile = None,
    data: Data = None,
    seed: Seed = 0,
    limit: Limit = None,
    device: Device = "auto",
    as_json: AsJson = False,
) -> None:
    """Compare every spike of every population between backends, or between two programs; exit 1 if any differs."""
    first, *others = [name.strip() for name in backends.split(",")]
    if not others and against is None:
        raise InputError(
            "one backend has nothing to agree with; give at least two in --backends, or --against PROGRAM."
        )
    loaded = legal(Program.load(program))
    other = None if against is None else legal(Program.load(against))
    inputs = samples(input_file, data, seed, limit)
    reports = []
    with _steps() as tell:
        tell(f"running on {first}")
        expected = run(loaded, inputs, first, device).spikes
        for name in others:
            tell(f"running on {name}")
            reports.append(compare(expected, run(loaded, inputs, name, device).spikes, (first, name)))
        if other is not None:
            tell(f"running {against}")
            names = (str(program), str(against))
            reports.append(compare(expected, run(other, inputs, first, device).spikes, names))
    _print([report.as_dict() for report in reports], as_json, lambda: show_reports(reports))
    raise typer.Exit(0 if all(report.equal for report in reports) else 1)


@app.command("export")
def export_command(
    program: ProgramFile,
    out: Annotated[Path, typer.Option(help="File or folder to write.")],
    format: Annotated[str, typer.Option(help="onnx (a graph that executes) or lava (processes that build).")],
) -> None:
    """Write a program in the form of another tool."""
    export_program(legal(Program.load(program)), format, out)
    console.print(f"{out}: written as {format}")


@app.command("report")
def report_command(program: ProgramFile, out: Out) -> None:
    """Write an HTML page about a program: populations, cores, limits used, routes."""
    loaded = Program.load(program)
    with replacing(out) as temporary:
        temporary.write_text(page(loaded), encoding="utf-8")
    console.print(f"{out}: written")


@app.command("doctor")
def doctor_command(as_json: AsJson = False) -> None:
    """Say what is installed, which device there is, what is missing and the exact command."""
    findings = doctor()
    _print([vars(finding) for finding in findings], as_json, lambda: show_findings(findings))


def main() -> None:
    """Entry point: bad input becomes one sentence and exit status 2."""
    try:
        app()
    except (InputError, BackendError) as error:
        typer.echo(f"motifc: {error}", err=True)
        sys.exit(2)


def _searched(data: str, config: Path | None, seed: int, device: str, threads: int, checkpoint: Path | None) -> Network:
    """A network searched on a task, with progress on standard error."""
    _set_threads(threads)
    from search.hrmas import search
    from search.settings import load_settings
    from search.task import task_named

    with _epochs() as progress:
        return search(task_named(data).load(seed), load_settings(config), seed, device, progress, checkpoint)


def _set_threads(threads: int) -> None:
    if threads < 1:
        raise InputError(f"--threads is {threads}; at least 1 is needed, so give a larger number.")
    import torch

    torch.set_num_threads(threads)


@contextmanager
def _epochs() -> Iterator[Callable[["Epoch"], None]]:
    """A progress bar per phase of a search."""
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
            bars.update(tasks[epoch.phase], completed=epoch.epoch, note=note)

        yield progress


@contextmanager
def _steps() -> Iterator[Callable[[str], None]]:
    """A line on standard error that names the step at work."""
    errors = Console(stderr=True)
    with errors.status("") as status:

        def tell(step: str) -> None:
            status.update(step)
            if not errors.is_terminal:
                errors.print(step)

        yield tell


def _print(values: Any, as_json: bool, table: Callable[[], None]) -> None:
    if as_json:
        typer.echo(json.dumps(values, indent=2))
    else:
        table()
