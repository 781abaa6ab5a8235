"""Build wheel and sdist, install the wheel for every interpreter, and use it outside of the checkout.

Run it with: python -m benchmarks.packages --python python3.11 --python python3.13 --out docs/results/packages.md

Each interpreter gets an environment of its own with the wheel and what it needs at least, without torch. There a
network is built from arrays, compiled, shown, run and verified. The wheel that the sdist makes must hold the same
files. It ends with 1 where anything fails.
"""

import os
import subprocess
import sys
import tempfile
import venv
import zipfile
from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.pages import paragraph, table
from benchmarks.studies.command import ROOT
from targets.contracts.errors import InputError
from targets.contracts.writing import check_writable, write_text

SCRIPT = """
import sys
import numpy as np
from motifc import Connection, Dense, Input, Layer, Network, SpikeRaster, save_rasters
assert "torch" not in sys.modules
rng = np.random.default_rng(0)
layer = Layer.of("n", 20, tau_s=3, tau_m=10)
weights = Dense(rng.normal(0.3, 0.4, (20, 8)))
Network((Input("x", 8),), (layer,), (Connection("w", "x", "n", weights),), steps=30).save("a.network")
save_rasters({"spikes": SpikeRaster.pack(rng.random((5, 30, 8)) < 0.3)}, "s.npz")
"""
COMMANDS = (
    ("compile", "a.network", "--out", "a.program"),
    ("show", "a.program"),
    ("run", "a.program", "--input", "s.npz", "--out", "o.npz"),
    ("verify", "a.program", "--input", "s.npz"),
    ("doctor",),
)


@dataclass(frozen=True)
class Tried:
    """One interpreter: what it says that it is, and the first thing that failed, or nothing."""

    python: str
    version: str
    failed: str


def main(arguments: Sequence[str] | None = None) -> int:
    """Build, try every interpreter, write the page; 1 where anything failed. Bad input: one sentence, status 2."""
    parser = ArgumentParser(prog="python -m benchmarks.packages", description=__doc__)
    parser.add_argument("--python", action="append", help="an interpreter (default: this one)")
    parser.add_argument("--out", type=Path, required=True, help="Markdown file to write")
    given = parser.parse_args(arguments)
    try:
        check_writable(given.out)
        with tempfile.TemporaryDirectory() as folder:
            wheel, sdist = built(Path(folder))
            same = contents(wheel) == contents(rebuilt(sdist, Path(folder) / "again"))
            tried = [tried_on(python, wheel) for python in given.python or [sys.executable]]
            write_text(given.out, page(tried, wheel.name, wheel.stat().st_size, same))
    except InputError as error:
        parser.error(str(error))
    return 0 if same and not any(each.failed for each in tried) else 1


def built(folder: Path) -> tuple[Path, Path]:
    """The wheel and the sdist of this checkout."""
    for what in ("wheel", "sdist"):
        code = f"import hatchling.build as b; print(b.build_{what}({str(folder)!r}))"
        _run([sys.executable, "-c", code], ROOT)
    return next(folder.glob("*.whl")), next(folder.glob("*.tar.gz"))


def rebuilt(sdist: Path, folder: Path) -> Path:
    """The wheel that the sdist makes."""
    folder.mkdir()
    build = ["-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", str(folder), str(sdist)]
    _run([sys.executable, *build], folder)
    return next(folder.glob("*.whl"))


def contents(wheel: Path) -> dict[str, int]:
    """Name of every file in a wheel -> its checksum, without the list of them."""
    with zipfile.ZipFile(wheel) as file:
        return {each.filename: each.CRC for each in file.infolist() if not each.filename.endswith("RECORD")}


def tried_on(python: str, wheel: Path) -> Tried:
    """Install the wheel for an interpreter and use it in a folder of its own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        version = ""
        try:
            version = _run([python, "-c", "import platform; print(platform.python_version())"], folder).strip()
            own = folder / "environment" / "bin"
            if Path(python) == Path(sys.executable):
                venv.create(own.parent, with_pip=True)
            else:
                _run([python, "-m", "venv", str(own.parent)], folder)
            _run([str(own / "pip"), "install", "--quiet", str(wheel)], folder)
            _run([str(own / "python"), "-c", SCRIPT], folder)
            for command in COMMANDS:
                _run([str(own / "motifc"), *command], folder)
        except InputError as error:
            return Tried(Path(python).name, version, str(error))
    return Tried(Path(python).name, version, "")


def page(tried: Sequence[Tried], wheel: str, size: int, same: bool) -> str:
    """The page on what was tried."""
    rows = [(each.version or each.python, f"fails: {each.failed}" if each.failed else "works") for each in tried]
    about = (
        f"`{wheel}`, {size / 1e3:.0f} kB, installed without extras into a new environment of every interpreter; "
        f"there a network of arrays is compiled, shown, run and verified ({', '.join(each[0] for each in COMMANDS)}), "
        "outside of the checkout and without torch. Interpreters that are not listed were not tried."
    )
    again = f"The wheel that the sdist makes holds {'the same files' if same else 'other files'}."
    command = "Written by `python -m benchmarks.packages`; `--python` names an interpreter."
    found = table(("Python", "found"), rows, "ll")
    return "\n".join(["# Packages", "", command, "", paragraph(about), "", again, "", *found, ""])


def _run(command: Sequence[str], folder: Path) -> str:
    """What a command prints; InputError where it fails or is not there."""
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env=_environment())
    except OSError as error:
        raise InputError(f"{command[0]} cannot be started ({error.strerror}); name another interpreter.") from None
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        name = " ".join([Path(command[0]).name, *command[1:4]])[:90]
        raise InputError(f"{name} ended with {done.returncode}: {' '.join(said[-2:])[-300:]}")
    return done.stdout


def _environment() -> dict[str, str]:
    """All variables but those that lead to other packages."""
    return {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "VIRTUAL_ENV")}


if __name__ == "__main__":
    sys.exit(main())
