"""Finding the files of a data set in a folder."""

from pathlib import Path

from search.data.task_info import TaskInfo
from targets.contracts.errors import InputError


def visible(folder: Path, pattern: str = "*") -> list[Path]:
    """What `folder` holds of a glob pattern, in order, without names that begin with a dot.

    macOS leaves such files (`._7.wav`, `.DS_Store`) beside those of a data set, and their endings are the same.
    """
    found = ((path, path.relative_to(folder).parts) for path in folder.glob(pattern))
    return sorted(path for path, names in found if not any(name.startswith(".") for name in names))


def file_in(folder: Path, name: str, about: TaskInfo) -> Path:
    """The file `name` of a data set in `folder` or in a folder one level below; InputError where there is none."""
    for path in (folder / name, *visible(folder, f"*/{name}")):
        if path.is_file():
            return path
    raise missing(folder, name, about)


def missing(folder: Path, what: str, about: TaskInfo) -> InputError:
    """The error that `folder` holds no `what`."""
    return InputError(f"{folder} holds no {what}; {about.title} needs {about.files}, so get it from {about.page}.")
