"""Dump: what every pass of a chain made, as numbered files in a folder."""

import re
from pathlib import Path

from compiler.analysis.quantization import quantization_report
from compiler.passes.split import Split
from compiler.stage import Stage
from compiler.text import text
from targets.contracts.chip import ChipSpec
from targets.contracts.errors import InputError
from targets.contracts.writing import Destination, write_text
from targets.program.program import Program

_FILE = re.compile(r"[0-9]{2,}-[a-z]+\.(txt|stage)")


class Dump:
    """A watcher of a chain, see `compiler.observer`; each pass gives NN-PASS.txt, and NN-PASS.stage for `motifc opt`.

    Beside what `quantize` or `split` made stands a report of every rounding, in NN-quantization.txt.
    """

    def __init__(self, folder: Path, chip: ChipSpec, replace: bool = True) -> None:
        """Make the folder; InputError where that cannot be, or where it holds such files and they may not be replaced.

        `replace` says whether they may.
        """
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(f"{folder} cannot be made ({error.strerror}); choose another folder.") from None
        left = sorted(entry.name for entry in folder.iterdir() if _FILE.fullmatch(entry.name))
        if left and not replace:
            raise InputError(
                f"{folder} holds {left[0]} of an earlier run; give --force to replace its files, or another folder."
            )
        self._replace = replace
        self._folder, self._chip, self._stage, self._files = folder, chip, Stage(), 0

    def __call__(self, name: str, made: object) -> None:
        """Write what the pass of that name made."""
        before, self._stage = self._stage, self._stage.after(made)
        self._write(name, text(made))
        if self._stage is not before and not isinstance(made, Program):
            self._stage.save(self._place(f"{self._files - 1:02}-{name}.stage"))
        floats, integers = before.floats, self._stage.integers
        if name in ("quantize", "split") and floats is not None and integers is not None:
            residuals = made.residuals if isinstance(made, Split) else None
            self._write("quantization", text(quantization_report(floats, integers, self._chip, residuals)))

    def _write(self, name: str, shown: str) -> None:
        write_text(self._place(f"{self._files:02}-{name}.txt"), shown)
        self._files += 1

    def _place(self, name: str) -> Destination:
        return Destination(self._folder / name, self._replace)
