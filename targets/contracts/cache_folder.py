"""cache_folder: where encoded data and compiled loops are kept between two starts."""

import os
from pathlib import Path

from targets.contracts.errors import InputError


def cache_folder() -> Path:
    """$MOTIFC_CACHE or else the user's cache folder (~/.cache/motifc); InputError when neither can be known."""
    given = os.environ.get("MOTIFC_CACHE") or os.path.join(os.environ.get("XDG_CACHE_HOME") or "~/.cache", "motifc")
    try:
        return Path(given).expanduser()
    except RuntimeError:
        raise InputError("the home folder is unknown; set MOTIFC_CACHE to a folder for what is kept.") from None
