"""motifc report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from motifc.commands.console import console
from motifc.commands.options import Data, DataFolder, Force, Out, SplitSeed
from motifc.commands.outputs import data_read, destination

if TYPE_CHECKING:
    from motifc import Network, Program


def report_command(
    file: Annotated[Path, typer.Argument(help="A .network or .program file.")],
    out: Out,
    data: Data = None,
    data_dir: DataFolder = None,
    seed: SplitSeed = None,
    force: Force = False,
) -> None:
    """Write an HTML page: of a network its motifs and its search, of a program its cores, limits used and routes.

    Both tell what they were trained on, who made them, and the accuracy on the test part of that split, or of another.
    """
    from motifc import Network
    from motifc.files import expected, program_in
    from motifc.proofs import proven
    from motifc.report.network_page import network_page
    from motifc.report.program_page import page
    from targets.contracts.writing import write_text

    is_network = expected(file, "network", "program") == "network"
    made = Network.load(file) if is_network else proven(program_in(file))
    target = destination(out, force, file, data_read(data, data_dir, made.provenance))
    told = measured(str(file), made, data, seed, data_dir)
    write_text(target, network_page(made, told) if isinstance(made, Network) else page(made, told))
    console.print(f"{out}: written")


def measured(
    owner: str, made: Network | Program, data: str | None, seed: int | None, folder: Path | None
) -> list[tuple[str, str]]:
    """Rows of (what, told) on the test accuracy; why there is none where the file alone does not lead to its data.

    Raises InputError where data were asked for and cannot be had.
    """
    from motifc import InputError, Network, evaluate, legal, load
    from motifc.evaluation import judged, program_answers
    from motifc.load_inputs import samples
    from targets.runtime.backend import bound_inputs

    what = f"test accuracy of the {'float network' if isinstance(made, Network) else 'program'}"
    if made.readout is None:
        return [(what, "none: it has no readout")]
    try:
        given = samples(owner, made.provenance, data=data, seed=seed, folder=folder)
        if isinstance(made, Network):
            found = evaluate(made, given.spikes)
        else:
            with load(legal(made)) as loaded:
                answers = program_answers(loaded, bound_inputs(made.inputs, given.spikes))
            found = judged(made.readout, answers[made.readout.population])
    except InputError as error:
        if data is not None:
            raise
        return [(what, f"not measured: {error}")]
    return [(what, f"{found.sentence}, ties count as wrong"), ("tested on", given.sentence)]
