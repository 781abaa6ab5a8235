"""private_folder: a folder that nobody else can write into, or put another in the place of."""

import os
import stat
from pathlib import Path

from targets.contracts.errors import InputError


def private_folder(path: Path) -> Path:
    """The folder at `path`, made for its owner alone where it is missing; what is run from it is ours then.

    Raises InputError where another user owns it or any folder above it, or may write there; a folder above in which
    nobody may rename what is not his own, such as that of temporary files, is allowed.
    """
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{path} cannot be made ({error.strerror}); give another folder.") from None
    real = Path(os.path.realpath(path))
    for place in (real, *real.parents):
        found = place.stat()
        shared = bool(found.st_mode & (stat.S_IWGRP | stat.S_IWOTH))
        sticky = bool(found.st_mode & stat.S_ISVTX) and place != real
        if found.st_uid not in (os.getuid(), 0) or (shared and not sticky):
            raise InputError(
                f"{path} holds what jobs of a cluster run, and others may write to {place}; close it to them by "
                "`chmod go-w`, or name a folder of your own as `folder` under [cluster] of the plan."
            )
    if stat.S_IMODE(real.stat().st_mode) & 0o077:
        real.chmod(0o700)
    return real
