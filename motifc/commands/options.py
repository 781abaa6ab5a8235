"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

Seed = Annotated[int, typer.Option(min=0, help="Seed of the data split and of every random choice.")]
SplitSeed = Annotated[
    int | None, typer.Option("--seed", min=0, help="Seed of the data split; that of the file where not given.")
]
Data = Annotated[
    str | None,
    typer.Option(help="Data whose test part is used: a task such as digits, or a path; that of the file if not given."),
]
DataFolder = Annotated[
    Path | None, typer.Option("--data-dir", help="Folder of a task's files; $MOTIFC_DATA/NAME where not given.")
]
InputFile = Annotated[Path | None, typer.Option("--input", help="Spikes: .npz with `spikes` (sample, time, neuron).")]
Limit = Annotated[int | None, typer.Option(help="Use only the first samples.")]
Device = Annotated[str, typer.Option(help="auto, cpu or cuda.")]
Threads = Annotated[
    int, typer.Option(help="Threads of torch; the result depends on it, 1 is safest on a busy machine.")
]
Config = Annotated[Path | None, typer.Option(help="TOML file of hyperparameters; defaults are in docs/settings.md.")]
TensorBoard = Annotated[
    Path | None, typer.Option(help="Folder for TensorBoard scalars of every epoch; needs tensorboardX.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
Out = Annotated[Path, typer.Option(help="File to write.")]
Force = Annotated[bool, typer.Option("--force", help="Replace a file that is there already.")]
Resume = Annotated[bool, typer.Option("--resume", help="Go on from the checkpoint beside --out, if there is one.")]
Workers = Annotated[int, typer.Option(help="Processes that share the work, one thread each; the result is the same.")]
NetworkFile = Annotated[Path, typer.Argument(metavar="NET.network", help="A network.")]
ProgramFile = Annotated[Path, typer.Argument(metavar="NET.program", help="A compiled program.")]
FaultsFile = Annotated[
    Path | None,
    typer.Option("--faults", help="Faults of the machine, a JSON file as motifc damage writes it: docs/repair.md."),
]
TimeStep = Annotated[
    float | None,
    typer.Option("--dt", help="Time step of a NIR graph in seconds; that of the graph, else 1e-4, where not given."),
]
Reading = Annotated[
    list[str] | None,
    typer.Option(
        "--reading",
        help="What the producer of a NIR graph means by its neurons: snntorch, norse, ... or switches such as "
        "'reset = subtract, gain = 1'; NODE:READING for one node; may be repeated. See docs/nir.md.",
    ),
]
TrainingData = Annotated[
    str, typer.Option("--data", help="A task such as digits, or a .npz or folder of your own spikes: see docs/data.md.")
]
DEFAULT_CHIP = "loihi2"
