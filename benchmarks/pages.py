"""Pages: the Markdown that benchmarks write of their rows."""

import textwrap
from collections.abc import Iterable, Sequence
from pathlib import Path

from targets.contracts.errors import InputError
from targets.contracts.writing import write_text

AGAIN = "## Again on another kind of processor"
"""Title of the section in which a study tells of a second run."""


def row(cells: Iterable[str]) -> str:
    """One line of a table."""
    return f"| {' | '.join(cells)} |"


def table(titles: Sequence[str], rows: Iterable[Sequence[str]], align: str = "") -> list[str]:
    """The lines of a table; `align` has a letter for each column, l or r: words left, figures right.

    Without `align` the first column is left and all others right.
    """
    sides = {"l": "---", "r": "---:"}
    marks = [sides[side] for side in align or "l" + "r" * (len(titles) - 1)]
    return [row(titles), row(marks), *map(row, rows)]


def paragraph(text: str) -> str:
    """The text in lines of a page's width."""
    return textwrap.fill(" ".join(text.split()), 118, break_long_words=False, break_on_hyphens=False)


def put(page: Path, name: str, lines: Sequence[str]) -> None:
    """Write lines into a page between `<!-- NAME -->` and `<!-- end of NAME -->`; InputError without these two."""
    text = page.read_text(encoding="utf-8")
    before, begun, rest = text.partition(f"<!-- {name} -->\n")
    _, ended, after = rest.partition(f"<!-- end of {name} -->\n")
    if not begun or not ended:
        raise InputError(f"{page} has no place for {name}; add the lines <!-- {name} --> and <!-- end of {name} -->.")
    write_text(page, "\n".join([before + begun + "\n".join(lines), ended + after]))
