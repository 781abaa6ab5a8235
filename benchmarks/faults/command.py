"""Strike commands at random and judge what they leave: `python -m benchmarks.faults --kills 200 --seed 1`.

Every chain of faults comes from a seed and a number, so that one can be made again (`--only NUMBER`). Chains are run
until so many more processes have been killed, and what was found is added to a JSON file. A command runs in a process
forked from this one, which has everything loaded, and some in a Python of their own; each has its own working folder,
cache and folder for temporary files. Where the system allows it, all of it happens in a mount namespace with a
/dev/shm of its own, so that shared memory left behind is seen, and full disks are real ones. Linux only.
"""

import json
import os
import subprocess
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.faults.chain import Reference, Struck, place_in, plan, reference, struck
from benchmarks.faults.fault import KILLS, adopt_orphans
from benchmarks.faults.trials import Trial, chosen, made
from benchmarks.pages import put, table
from benchmarks.refusals import refusing
from targets.contracts.errors import InputError
from targets.contracts.writing import check_writable, write_text

KEPT = Path(__file__).with_name("kept.json")
PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"
"""Where the table of what KEPT holds stands."""
_INSIDE = "MOTIFC_FAULTS_INSIDE"
_LOADED = (
    *("motifc.commands.search", "motifc.commands.train", "motifc.commands.compile", "motifc.commands.report"),
    *("motifc.commands.export", "motifc.commands.run", "motifc.commands.data", "motifc.commands.demo"),
    *("search.nas.methods", "search.training.train", "motifc.report.page", "motifc.report.gather"),
    *("compiler.pipeline", "targets.backends.onnx", "targets.backends.torch", "targets.backends.lava", "motifc.demo"),
    *("search.data.own_data", "search.data.own_events", "search.data.tasks.digits", "motifc.datasets"),
    *("motifc.cli", "motifc.found", "motifc.load_inputs", "motifc.tables", "motifc.dump", "motifc.probes", "networkx"),
    *("motifc.extras", "motifc.files", "compiler.stage", "compiler.text", "targets.chips.loihi2", "pydantic"),
    *("matplotlib.figure", "matplotlib.backends.backend_svg", "onnx", "rich.progress", "rich.table"),
)


@dataclass(frozen=True)
class Row:
    """All faults of a kind that befell a command.

    tried     how many
    struck    of these, those after which the command did not end well: killed, or refused with one sentence
    none, old, new, part  what its results were afterwards
    problems  everything that must not be
    """

    command: str
    fault: str
    tried: int = 0
    struck: int = 0
    none: int = 0
    old: int = 0
    new: int = 0
    part: int = 0
    problems: tuple[str, ...] = ()

    def plus(self, found: Struck, where: str) -> "Row":
        """The row with one more."""
        outcomes: dict[str, Any] = {found.outcome: getattr(self, found.outcome) + 1}
        told = tuple(f"{where}: {problem}" for problem in found.problems)
        return replace(
            self,
            tried=self.tried + 1,
            struck=self.struck + found.struck,
            problems=self.problems + told,
            **outcomes,
        )


@dataclass(frozen=True)
class Kept:
    """The rows, and for every seed the number of its next chain."""

    seeds: dict[str, int]
    rows: tuple[Row, ...]


@refusing
def main(arguments: Sequence[str] | None = None) -> int:
    """Strike, count and print; exit status 1 where anything is wrong, 2 for bad input."""
    parser = ArgumentParser(prog="python -m benchmarks.faults", description=__doc__)
    parser.add_argument("--kills", type=int, default=200, help="processes to be killed in this run")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int, help="run this chain alone and keep nothing")
    parser.add_argument("--command", action="append", help="strike these commands only; may be repeated")
    parser.add_argument("--kept", type=Path, default=KEPT, help="the JSON file that is added to")
    given = parser.parse_args(arguments)
    if _INSIDE not in os.environ:
        _enter(sys.argv[1:] if arguments is None else arguments)
    kept = _struck(given)
    if given.kept == KEPT and given.only is None:
        put(PAGE, "faults", summary(kept))
    sys.stdout.write("\n".join(summary(kept)) + "\n")
    problems = [f"{row.command}, {row.fault}, {problem}" for row in kept.rows for problem in row.problems]
    sys.stdout.writelines(f"{problem}\n" for problem in problems)
    return 1 if problems else 0


def summary(kept: Kept) -> list[str]:
    """A table with a row for every command and sort of fault."""
    rows = []
    for command in dict.fromkeys(row.command for row in kept.rows):
        for sort, kinds in (("killed", True), ("other faults", False)):
            own = [row for row in kept.rows if row.command == command and (row.fault in KILLS) is kinds]
            if own:
                figures = [sum(getattr(row, name) for row in own) for name in _FIGURES]
                wrong = sum(len(row.problems) for row in own)
                rows.append([command, sort, *(f"{figure:,}" for figure in (*figures, wrong))])
    return table(["command", "faults", *_FIGURES, "wrong"], rows, "ll" + "r" * (len(_FIGURES) + 1))


_FIGURES = ("tried", "struck", "none", "old", "new", "part")


def load_kept(path: Path) -> Kept:
    """What a file holds; nothing where there is none yet."""
    if not path.exists():
        return Kept({}, ())
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
        return Kept(
            dict(held["seeds"]), tuple(Row(**row | {"problems": tuple(row["problems"])}) for row in held["rows"])
        )
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise InputError(
            f"{path} does not hold counts of faults ({error}); name another file, or remove it to begin anew."
        ) from None


def _enter(arguments: Sequence[str]) -> None:
    """Start again in a mount namespace with a /dev/shm of its own; go on here where the system does not allow it."""
    script = 'mount -t tmpfs faults /dev/shm && exec "$@"'
    command = ["unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh"]
    with suppress(OSError):
        if subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0:
            os.environ[_INSIDE] = "namespace"
            os.execvp("unshare", [*command, sys.executable, "-m", "benchmarks.faults", *arguments])
    os.environ[_INSIDE] = "none"


def _struck(given: Namespace) -> Kept:
    check_writable(given.kept)
    trials = chosen(given.command)
    if not adopt_orphans():
        raise InputError("processes that outlive a command can be found on Linux only, so run this there.")
    kept = load_kept(given.kept)
    with tempfile.TemporaryDirectory(prefix="f-") as name:
        root = Path(name)
        root.chmod(0o755)
        _load()
        place = place_in(root / "inputs")
        made(place)
        known = dict[str, Reference]()
        if given.only is not None:
            return _added(Kept({}, ()), given.seed, given.only, trials, known, place.folder, root)
        wanted = _kills(kept) + given.kills
        while _kills(kept) < wanted:
            number = kept.seeds.get(str(given.seed), 0)
            kept = _added(kept, given.seed, number, trials, known, place.folder, root)
            kept = replace(kept, seeds=kept.seeds | {str(given.seed): number + 1})
            write_text(given.kept, _text(kept))
    return kept


def _added(
    kept: Kept,
    seed: int,
    number: int,
    trials: Sequence[Trial],
    known: dict[str, Reference],
    inputs: Path,
    root: Path,
) -> Kept:
    """The counts with one more chain; `known` are the undisturbed runs so far, and is added to."""
    rng = np.random.default_rng([seed, number])
    shares = np.array([trial.share for trial in trials], float)
    trial = trials[int(rng.choice(len(trials), p=shares / shares.sum()))]
    if trial.name not in known:
        known[trial.name] = reference(trial, inputs, root / "reference")
    faults = plan(known[trial.name], rng, os.environ[_INSIDE] == "namespace")
    for found in struck(trial, faults, known[trial.name], inputs, root / "struck", rng):
        told = f"seed {seed}, chain {number}"
        row = next((r for r in kept.rows if (r.command, r.fault) == (trial.name, found.fault.kind)), None)
        row = (row or Row(trial.name, found.fault.kind)).plus(found, told)
        rest = [r for r in kept.rows if (r.command, r.fault) != (row.command, row.fault)]
        kept = replace(kept, rows=tuple(sorted((*rest, row), key=lambda r: (r.command, r.fault))))
        wrong = f"; WRONG: {'; '.join(found.problems)}" if found.problems else ""
        sys.stderr.write(f"{told}: {trial.name}, {_told(found)}{wrong}\n")
    return kept


def _told(found: Struck) -> str:
    return f"{found.fault.kind} at {found.fault.at or f'{found.fault.seconds:.1f} s'}: {found.outcome}" + (
        "" if found.struck else ", not struck"
    )


def _kills(kept: Kept) -> int:
    return sum(row.struck for row in kept.rows if row.fault in KILLS)


def _text(kept: Kept) -> str:
    rows = ",\n".join(json.dumps(asdict(row)) for row in kept.rows)
    return f'{{"seeds": {json.dumps(kept.seeds)}, "rows": [\n{rows}\n]}}\n'


def _load() -> None:
    """Import what commands need, so that a forked process has it."""
    os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    for name in _LOADED:
        import_module(name)
    import torch

    torch.set_num_threads(1)
