"""Write docs/reference/cli.md and api.md from the commands and names as they are: python -m benchmarks.reference"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from motifc.api import HOMES
from motifc.cli import COMMANDS

PAGES = Path(__file__).parent.parent / "docs" / "reference"
GROUPS = {
    "sweep": ("run", "status", "table", "trial"),
    "data": ("list", "check", "pack"),
    "bench": ("backends",),
}


def cli() -> str:
    """The help text of every command, 80 columns wide."""
    texts = (f"## {' '.join(('motifc', *words))}\n\n```text\n{_help(words)}\n```\n" for words in _commands())
    return "\n".join(["# Commands\n", "Written by `python -m benchmarks.reference`.\n", *texts])


def api() -> str:
    """A heading for every name of `motifc`, whose docstring the site fills in."""
    parts = ["# Names\n", "Everything here is imported from `motifc`; [Python](../api.md) says where to start.\n"]
    for module, names in HOMES.items():
        parts += [f"::: {module}.{name}\n" for name in names]
    return "\n".join(parts)


def _commands() -> Iterator[tuple[str, ...]]:
    yield ()
    for name in COMMANDS:
        yield from ((name, each) for each in GROUPS[name]) if name in GROUPS else [(name,)]


def _help(words: tuple[str, ...]) -> str:
    environment = {**os.environ, "COLUMNS": "80", "TERM": "dumb", "MOTIFC_PROGRESS": "off"}
    command = [sys.executable, "-c", "import sys; sys.argv[0] = 'motifc'; from motifc.cli import main; main()"]
    done = subprocess.run([*command, *words, "--help"], capture_output=True, text=True, env=environment, check=True)
    return "\n".join(line.rstrip() for line in done.stdout.strip("\n").splitlines()).strip("\n")


if __name__ == "__main__":
    (PAGES / "cli.md").write_text(cli(), encoding="utf-8")
    (PAGES / "api.md").write_text(api(), encoding="utf-8")
