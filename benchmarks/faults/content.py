"""content: what the files of a folder hold, apart from dates, so that two runs of a command can be compared."""

import hashlib
import re
import zipfile
from pathlib import Path

import numpy as np

from search.network import Network
from targets.contracts import artefact
from targets.contracts.errors import InputError
from targets.program.program import Program

DAMAGED = "damaged"
_PLACES = re.compile(r"-[0-9a-f]{32}\.files$")
_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+:0-9Z]*")


OLD = b"what was there before"
"""Content of a file that stood in the place of a result."""


def contents(folder: Path) -> dict[str, str]:
    """Path below the folder -> what the file holds; "damaged: ..." for what nobody could read.

    What the cache remembers of files (.files) goes by their places, so its own name is left out.
    """
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    return {_PLACES.sub(".files", str(file.relative_to(folder))): content(file) for file in files}


def content(path: Path) -> str:
    """A digest of what a file holds, without the dates in it; "old" for OLD."""
    try:
        if path.read_bytes() == OLD:
            return "old"
        match path.suffix:
            case ".network":
                network = Network.load(path)
                return f"{network.digest} {sorted(network.settings.items())!r}"
            case ".program":
                return Program.load(path).digest
            case ".stage" | ".spikes" | ".checkpoint":
                return artefact.load(path, path.suffix[1:]).digest
            case ".files":
                return " ".join(sorted(artefact.load(path, "files").header))
            case ".npz":
                with path.open("rb") as stream, np.load(stream, allow_pickle=False) as file:
                    return " ".join(f"{name} {_sha(file[name].tobytes())}" for name in sorted(file))
            case ".html":
                text = _DATE.sub("DATE", path.read_text(encoding="utf-8"))
                return _sha(text.encode()) if text.rstrip().endswith("</html>") else f"{DAMAGED}: no end"
            case _:
                return _sha(path.read_bytes())
    except (InputError, OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        return f"{DAMAGED}: {error}"


def epochs(path: Path) -> int:
    """Epochs that a checkpoint holds; 0 where there is none."""
    try:
        stages = artefact.load(path, "checkpoint").header["stages"]
    except InputError:
        return 0
    return sum(len(history) for history in stages.values())


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
