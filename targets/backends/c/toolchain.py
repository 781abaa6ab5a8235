"""toolchain: which C compiler there is, and what it makes of sources."""

import os
import shlex
import shutil
import subprocess
import tempfile
from pathlib import Path

from targets.contracts.errors import BackendError

STRICT = ("-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic")
_KNOWN = ("cc", "gcc", "clang")
_SECONDS = 600


def compiler() -> list[str] | None:
    """The command of $CC, else of cc, gcc or clang; None where none is found."""
    asked = shlex.split(os.environ.get("CC", ""))
    if asked:
        return asked if shutil.which(asked[0]) else None
    return next(([name] for name in _KNOWN if shutil.which(name)), None)


def build(sources: dict[str, str], flags: tuple[str, ...], target: Path) -> None:
    """Compile texts, by their file names, with warnings as errors into the file `target`.

    Raises BackendError with the first complaint of the compiler.
    """
    command = compiler()
    if command is None:
        raise BackendError("no C compiler is found; install gcc or clang, or set CC to one.")
    with tempfile.TemporaryDirectory(prefix="motifc-c-") as folder:
        for name, text in sources.items():
            Path(folder, name).write_text(text, encoding="utf-8")
        files = [name for name in sources if name.endswith(".c")]
        try:
            done = subprocess.run(
                [*command, *STRICT, *flags, *files, "-o", str(target.resolve())],
                cwd=folder,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=_SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise BackendError(
                f"{command[0]} could not compile the program ({error}); try another one in CC."
            ) from None
    if done.returncode:
        first = next((line for line in done.stderr.splitlines() if "error" in line), done.stderr.strip()[:200])
        raise BackendError(f"{command[0]} refuses the program: {first}; try another compiler in CC.")
