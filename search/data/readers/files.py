"""Finding the files of a data set in a folder."""

from pathlib import Path

from search.data.task_info import TaskInfo
from targets.contracts.errors import InputError


def file_in(folder: Path, name: str, about: TaskInfo) -> Path:
    """The file `name` of a data set in `folder` or in a folder one level below; InputError where there is none."""
    for path in (folder / name, *sorted(folder.glob(f"*/{name}"))):
        if path.is_file():
            return path
    raise missing(folder, name, about)


def missing(folder: Path, what: str, about: TaskInfo) -> InputError:
    """The error that `folder` holds no `what`."""
    return InputError(f"{folder} holds no {what}; {about.title} needs {about.files}, so get it from {about.page}.")
