"""Every test that docs/reliability.md names is there."""

import re
from collections import defaultdict
from pathlib import Path

from tests.conftest import REPOSITORY

PAGE = (REPOSITORY / "docs" / "reliability.md").read_text(encoding="utf-8")
NAMED = re.findall(r"`((?:[\w-]+/)*test_\w+\.py)(?:::(\w+))?`", PAGE)


def test_the_files_and_the_functions_are_there() -> None:
    files: defaultdict[str, list[Path]] = defaultdict(list)
    for file in (REPOSITORY / "tests").rglob("test_*.py"):
        files[file.name].append(file)
        files[str(file.relative_to(REPOSITORY))].append(file)
    lacking = [
        f"{path}::{function}"
        for path, function in NAMED
        if not any(not function or f"def {function}(" in file.read_text(encoding="utf-8") for file in files[path])
    ]
    assert len(NAMED) > 100
    assert lacking == []


def test_what_ends_in_py_is_written_as_a_name() -> None:
    """Else it is not looked up."""
    words = re.findall(r"\S*test_\w+\.py\S*", PAGE)
    assert [word for word in words if not re.fullmatch(r"\(?`(?:[\w-]+/)*test_\w+\.py(?:::\w+)?`[,;)]*", word)] == []
