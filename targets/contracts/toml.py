"""toml_in: a TOML file of somebody, read without trust."""

import re
import tomllib
from pathlib import Path
from typing import Any

from targets.contracts.artefact import check_readable
from targets.contracts.errors import InputError
from targets.contracts.shown import shown

_LONGEST_FILE = 1 << 16
_MANY_PARTS = re.compile(r"""(?<![\w-])(?:["']?[\w-]+["']?[ \t]*\.[ \t]*){33}""")
"""The time that tomllib takes grows with the square of them."""


def toml_in(path: Path) -> dict[str, Any]:
    """What a TOML file of at most 64 KiB holds; a byte order mark, which some editors write, is passed over.

    Raises InputError, in one sentence, for everything else.
    """
    check_readable(path, "a TOML file")
    try:
        content = path.read_bytes()
        if len(content) > _LONGEST_FILE:
            raise ValueError(f"it has {len(content):,} bytes; up to {_LONGEST_FILE:,} are read")
        text = content.decode("utf-8-sig")
        if _MANY_PARTS.search(text):
            raise ValueError("a key of more than 32 parts")
        return tomllib.loads(text)
    except OSError as error:
        raise InputError(
            f"{path} cannot be read ({error.strerror}); a TOML file is needed, so check the path."
        ) from None
    except UnicodeDecodeError:
        raise InputError(f"{path} is not readable TOML (it is no text in UTF-8); save it as UTF-8.") from None
    except RecursionError:
        raise InputError(f"{path} is not readable TOML (too many brackets in one another); correct it.") from None
    except ValueError as error:  # a number of thousands of digits too
        reason = shown(str(error).partition("; use sys")[0])[:200]
        raise InputError(f"{path} is not readable TOML ({reason}); correct it.") from None
