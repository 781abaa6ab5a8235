"""listed, html_table: how an object shows itself, in one line of Python and as a table in a notebook."""

from collections.abc import Iterable, Sequence
from html import escape

from targets.contracts.shown import shown

_NAMED = 6
"""Names that are listed one by one."""


def listed(names: Iterable[str]) -> str:
    """Names on one line; of many the first, and how many there are."""
    every = [shown(name) for name in names]
    if len(every) <= _NAMED:
        return ", ".join(every)
    return f"{', '.join(every[:_NAMED])}, ... ({len(every):,})"


def html_table(title: str, rows: Iterable[Sequence[str]]) -> str:
    """Rows under a title as HTML; whatever a name means in HTML, it stands as its characters."""
    body = "".join(f"<tr>{''.join(f'<td>{escape(shown(cell))}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><caption>{escape(shown(title))}</caption><tbody>{body}</tbody></table>"
