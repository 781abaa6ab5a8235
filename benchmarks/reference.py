"""Write docs/reference/cli.md and api.md from the commands and names as they are: python -m benchmarks.reference"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from unittest.mock import patch

from motifc.api import HOMES
from motifc.cli import COMMANDS, main

_ROOT = Path(__file__).parent.parent
PAGES = _ROOT / "docs" / "reference"
GROUPS = {
    "sweep": ("run", "status", "table", "trial"),
    "data": ("list", "check", "pack"),
    "bench": ("backends",),
}


def cli() -> str:
    """The help text of every command, 80 columns wide."""
    commands = list(_commands())
    pairs = zip(commands, _helps(commands), strict=True)
    texts = (f"## {' '.join(('motifc', *words))}\n\n```text\n{text}\n```\n" for words, text in pairs)
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


def _helps(commands: Sequence[Sequence[str]]) -> list[str]:
    """What each command prints with --help, in one process, which has the width from its start."""
    environment = {**os.environ, "COLUMNS": "80", "TERM": "dumb", "MOTIFC_PROGRESS": "off"}
    command = [sys.executable, "-c", "from benchmarks.reference import print_helps; print_helps()"]
    given = json.dumps([list(words) for words in commands])
    done = subprocess.run(command, input=given, capture_output=True, text=True, env=environment, check=True, cwd=_ROOT)
    texts: list[str] = json.loads(done.stdout)
    return ["\n".join(line.rstrip() for line in text.strip("\n").splitlines()).strip("\n") for text in texts]


def print_helps() -> None:
    """Read lists of words as JSON and print a list of what each prints with --help."""
    texts = []
    for words in json.load(sys.stdin):
        printed = StringIO()
        with redirect_stdout(printed), patch.object(sys, "argv", ["motifc", *words, "--help"]):
            try:
                main()
            except SystemExit as ended:
                if ended.code:
                    raise
        texts.append(printed.getvalue())
    json.dump(texts, sys.stdout)


if __name__ == "__main__":
    (PAGES / "cli.md").write_text(cli(), encoding="utf-8")
    (PAGES / "api.md").write_text(api(), encoding="utf-8")
