"""The frame and the tables that all reports share, and the text in them; cells are ready HTML."""

from collections.abc import Iterable, Sequence
from html import escape as _escape

from targets.contracts.shown import shown

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 62rem; padding: 0 1rem; color: #1b1b1b; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid #ddd; vertical-align: top; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
code { font-size: .9em; word-break: break-all; }
svg { max-width: 100%; height: auto; }
.assumed { color: #666; }
"""


def escape(text: str) -> str:
    """`text` as HTML: its characters, whatever they mean in HTML, those that cannot be printed as their escapes."""
    return _escape(shown(text))


def document(title: str, parts: Iterable[str]) -> str:
    """A whole HTML page that needs nothing else; the parts are its body."""
    head = f"<meta charset='utf-8'>\n<title>{escape(title)}</title><style>{_STYLE}</style>"
    body = "\n".join(parts)
    return f"<!doctype html><html lang='en'><head>{head}</head><body>\n{body}\n</body></html>\n"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Rows of ready HTML under escaped headings; columns of numbers are set flush right."""
    classes = [" class='number'" if all(map(_is_number, column)) else "" for column in zip(*rows, strict=True)]
    classes = classes or [""] * len(head)
    titles = "".join(f"<th{kind}>{escape(title)}</th>" for title, kind in zip(head, classes, strict=True))
    body = "".join(_row(row, classes) for row in rows)
    return f"<table><thead><tr>{titles}</tr></thead><tbody>{body}</tbody></table>"


def facts(rows: Sequence[tuple[str, str]]) -> str:
    """Two columns without a heading."""
    return f"<table><tbody>{''.join(_row(row, ('', '')) for row in rows)}</tbody></table>"


def _row(cells: Sequence[str], classes: Sequence[str]) -> str:
    return "<tr>" + "".join(f"<td{kind}>{cell}</td>" for cell, kind in zip(cells, classes, strict=True)) + "</tr>"


def _is_number(content: str) -> bool:
    return content.replace(",", "").replace(" / ", "").lstrip("-").isdigit()
