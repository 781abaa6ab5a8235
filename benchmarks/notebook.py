"""Run the cells of a notebook in order, in one Python, and keep what they show: python -m benchmarks.notebook FILE

A cell shows what it prints, and the value of its last line as a notebook does: its text, its HTML where it has
`_repr_html_`, and the picture of axes. Nothing of Jupyter is needed; cells are plain Python, without magic.
"""

import ast
import base64
import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from contextlib import redirect_stdout
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

from targets.contracts.writing import write_text

Output = dict[str, Any]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the notebook and write it with its outputs."""
    parser = ArgumentParser(prog="python -m benchmarks.notebook", description=__doc__)
    parser.add_argument("notebook", type=Path)
    path: Path = parser.parse_args(arguments).notebook
    write_text(path, text(executed(json.loads(path.read_text(encoding="utf-8")))))
    sys.stdout.write(f"{path}: written\n")
    return 0


def executed(notebook: dict[str, Any]) -> dict[str, Any]:
    """The notebook with the outputs of its cells as they are now; an exception of a cell ends it."""
    names: dict[str, Any] = {"__name__": "__main__"}
    cells, count = [], 0
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            count += 1
            outputs = list(_outputs("".join(cell["source"]), names, count))
            cell = cell | {"execution_count": count, "outputs": outputs}
        cells.append(cell)
    return notebook | {"cells": cells}


def text(notebook: dict[str, Any]) -> str:
    """The notebook as its file holds it."""
    return json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _outputs(source: str, names: dict[str, Any], count: int) -> Iterator[Output]:
    """What one cell prints, and what its last line comes to."""
    tree = ast.parse(source)
    last = ast.Expression(tree.body.pop().value) if tree.body and isinstance(tree.body[-1], ast.Expr) else None  # type: ignore[attr-defined]
    printed, value = StringIO(), None
    with redirect_stdout(printed):
        exec(compile(tree, f"cell {count}", "exec"), names)
        if last is not None:
            value = eval(compile(last, f"cell {count}", "eval"), names)
    if printed.getvalue():
        yield {"output_type": "stream", "name": "stdout", "text": printed.getvalue().splitlines(keepends=True)}
    if value is not None:
        yield {"output_type": "execute_result", "execution_count": count, "metadata": {}, "data": _shown(value)}


def _shown(value: object) -> dict[str, Any]:
    """Text, HTML and picture of a value."""
    if hasattr(value, "get_figure"):
        written = BytesIO()
        value.get_figure().savefig(written, format="png", dpi=72, metadata={"Software": None})
        return {"text/plain": ["axes"], "image/png": base64.b64encode(written.getvalue()).decode()}
    data: dict[str, Any] = {"text/plain": repr(value).splitlines(keepends=True)}
    if hasattr(value, "_repr_html_"):
        data["text/html"] = value._repr_html_().splitlines(keepends=True)
    return data


if __name__ == "__main__":
    sys.exit(main())
