"""scratch: where the temporary files of a Lava run may lie."""

import os
import tempfile
from pathlib import Path

_LONGEST = 42
"""Bytes of the folder's path: macOS allows 103 for a socket, and after FOLDER come
/.motifc-4194304-XXXXXXXX.tmp/pymp-XXXXXXXX/listener-XXXXXXXX, 61 of them."""


def scratch() -> Path:
    """The folder for temporary files, or the system's own where that has too long a path for Lava's sockets.

    Raises ValueError with one sentence when neither will do.
    """
    try:
        usual = tempfile.gettempdir()
    except OSError:
        raise ValueError(
            "there is no folder for temporary files that may be written to; Lava needs one, so set TMPDIR to one."
        ) from None
    for folder in (usual, "/tmp", "/var/tmp"):
        if len(os.fsencode(folder)) <= _LONGEST and os.access(folder, os.W_OK | os.X_OK):
            return Path(folder)
    raise ValueError(
        f"the folder for temporary files, {usual}, has a path of {len(os.fsencode(usual))} bytes; Lava's sockets need "
        f"one of at most {_LONGEST}, so set TMPDIR to a shorter one."
    )
