"""scratch: where the temporary files of a Lava run may lie."""

import os
import tempfile
from pathlib import Path

_LONGEST = 42
"""Bytes of the folder's path: macOS allows 103 for a socket, and the longest name of `targets.contracts.temporary` with
/pymp-XXXXXXXX/listener-XXXXXXXX behind it takes 61 of them."""


def scratch() -> Path:
    """The folder for temporary files, or the system's own where that has too long a path for Lava's sockets.

    Raises ValueError with one sentence when neither will do.
    """
    usual = tempfile.gettempdir()
    for folder in (usual, "/tmp", "/var/tmp"):
        if len(os.fsencode(folder)) <= _LONGEST and os.access(folder, os.W_OK | os.X_OK):
            return Path(folder)
    raise ValueError(
        f"the folder for temporary files, {usual}, has a path of {len(os.fsencode(usual))} bytes; Lava's sockets need "
        f"one of at most {_LONGEST}, so set TMPDIR to a shorter one."
    )
