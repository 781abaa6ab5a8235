"""spread_sides: the pieces of a verification compared by several processes, which gives what one gives."""

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from motifc.workers.spread import Died, spread
from targets.conformance.equivalence import EquivalenceReport
from targets.conformance.inspection import Side
from targets.conformance.verification import SAMPLES, Piece, Spread
from targets.contracts.errors import BackendError
from targets.contracts.raster import SpikeRaster, load_rasters, save_rasters
from targets.contracts.serial import unpack

TASK = "task.json"
"""File of a folder that tells workers what they compare."""


@contextmanager
def spread_sides(
    sides: Sequence[tuple[Side, str]],
    inputs: Mapping[str, SpikeRaster],
    workers: int,
    tell: Callable[[str], None] = lambda step: None,
) -> Iterator[Spread]:
    """What `verify` takes as `spread`: sides, each with the backend that runs it, the left one first.

    Programs and inputs are handed over as files of a folder for their owner alone. Raises BackendError where the
    processes of a piece die.
    """
    programs = list({id(each.program): each.program for each, _ in sides}.values())
    with tempfile.TemporaryDirectory(prefix="motifc-verify-") as name:
        folder = Path(name)
        paths = [folder / f"{number}.program" for number in range(len(programs))]
        for program, path in zip(programs, paths, strict=True):
            program.save(path)
        save_rasters(inputs, folder / "inputs.npz")
        numbers = {id(program): number for number, program in enumerate(programs)}
        task = {
            "programs": [str(path) for path in paths],
            "inputs": str(folder / "inputs.npz"),
            "sides": [[numbers[id(each.program)], backend, each.name] for each, backend in sides],
            "samples": SAMPLES,
        }
        (folder / TASK).write_text(json.dumps(task), encoding="utf-8")

        def compared(starts: Sequence[int]) -> Iterator[Piece]:
            answers: dict[int, str] = {}

            def ended(number: int, answer: str | Died) -> None:
                if isinstance(answer, Died):
                    raise BackendError(f"samples from {starts[number]} on were not compared: {answer.sentence}")
                answers[number] = answer
                tell(f"compared {len(answers)} of {len(starts)} pieces of samples")

            lines = [str(start) for start in starts]
            spread("motifc.workers.side_worker", lines, workers, ended, arguments=(str(folder),))
            return (_piece(folder, start, answers[number]) for number, start in enumerate(starts))

        yield compared


def spikes_file(folder: Path, start: int, other: int | None = None) -> Path:
    """Where a worker keeps spikes of the piece from `start` on: of the left side, or of an other one by its number."""
    return folder / f"{start}{'' if other is None else f'-{other}'}.npz"


def _piece(folder: Path, start: int, answer: str) -> Piece:
    """What a worker has told and kept of a piece."""
    own = load_rasters(spikes_file(folder, start))
    others = []
    for number, (told, state) in enumerate(json.loads(answer)):
        report = unpack(EquivalenceReport, told, {})
        others.append((report, state, own if report.equal else load_rasters(spikes_file(folder, start, number))))
    return Piece(own, tuple(others))
