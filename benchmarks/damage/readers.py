"""readers: all formats that are read, by name."""

import tempfile
from pathlib import Path

from benchmarks.damage.hierarchies import hierarchies
from benchmarks.damage.ours import ours
from benchmarks.damage.reading import Reader
from benchmarks.damage.recorded import recorded


def readers() -> dict[str, Reader]:
    """All readers by their names; whole files are made anew and kept in memory."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for each in ("ours", "recorded", "hierarchies"):
            (folder / each).mkdir()
        return {**ours(folder / "ours"), **recorded(folder / "recorded"), **hierarchies(folder / "hierarchies")}
