"""How soon commands show that they live, and how long they are silent: python -m benchmarks.liveness --out PAGE

Every command is typed twice, its standard error in a file and on a terminal of 80 columns. Measured are the seconds
until the first character and the longest pause after it, the end of the command counting as a sign. It ends with 1
where one is above what is allowed.
"""

import os
import pty
import select
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from benchmarks.pages import paragraph, table
from benchmarks.studies.command import ROOT
from targets.contracts.writing import write_text

FIRST, SILENT = 1.0, 5.0
"""Seconds allowed until the first sign, and between two."""
COMMANDS = (
    "demo --out demo",
    "search --data digits --out net.network",
    "eval demo/demo.network",
    "compile demo/demo.network --out net.program",
    "verify demo/demo.program --backends numpy,numba,torch,lava,onnx",
    "report demo --out page.html",
)
PLACES = ("file", "terminal")


@dataclass(frozen=True)
class Life:
    """One command: its status, seconds in all, until the first sign, which may be its end, and of the longest pause."""

    command: str
    place: str
    status: int
    seconds: float
    first: float
    silent: float

    @property
    def good(self) -> bool:
        """Whether it ended well and showed in time that it lives."""
        return self.status == 0 and self.first <= FIRST and self.silent <= SILENT


def main(arguments: Sequence[str] | None = None) -> int:
    """Type all commands, write the page; 1 where one is too late or fails."""
    parser = ArgumentParser(prog="python -m benchmarks.liveness", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="Markdown file to write")
    given = parser.parse_args(arguments)
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for command in COMMANDS:
            for place in PLACES:
                sys.stderr.write(f"{command} ({place})\n")
                found.append(life(command, place, Path(folder)))
    write_text(given.out, page(found))
    return 0 if all(each.good for each in found) else 1


def life(command: str, place: str, folder: Path) -> Life:
    """Type a command of motifc in a folder, with `--force` where it writes, and watch its standard error."""
    words = [*command.split(), *(["--force"] if "--out" in command.split() else [])]
    environment = {**os.environ, "COLUMNS": "80", "TERM": "xterm", "PYTHONPATH": str(ROOT)}
    environment.pop("MOTIFC_PROGRESS", None)
    read, write = pty.openpty() if place == "terminal" else os.pipe()
    begun = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "motifc", *words],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=write,
    )
    os.close(write)
    signs = [0.0]
    while select.select([read], [], [])[0]:
        try:
            said = os.read(read, 1 << 16)
        except OSError:  # what a terminal gives at its end
            said = b""
        if not said:
            break
        signs.append(time.monotonic() - begun)
    os.close(read)
    status = process.wait()
    signs.append(time.monotonic() - begun)
    pauses = [after - before for before, after in pairwise(signs[1:])]
    return Life(command, place, status, signs[-1], signs[1], max(pauses, default=0.0))


def page(found: Sequence[Life]) -> str:
    """The page of what was found."""
    about = (
        f"Seconds until the first character on standard error, allowed {FIRST:g}, and the longest pause after it, "
        f"allowed {SILENT:g}, of every command with its standard error in a file and on a terminal of 80 columns. The "
        "end of a command counts as a sign."
    )
    rows = [
        (
            f"`motifc {each.command}`",
            each.place,
            f"{each.seconds:.1f}",
            f"{each.first:.2f}",
            f"{each.silent:.2f}",
            "good" if each.good else "fails" if each.status else "too late",
        )
        for each in found
    ]
    titles = ("command", "standard error", "seconds", "first sign", "longest pause", "found")
    made = table(titles, rows, "llrrrl")
    return "\n".join(
        ["# Signs of life", "", "Written by `python -m benchmarks.liveness`.", "", paragraph(about), "", *made, ""]
    )


if __name__ == "__main__":
    sys.exit(main())
