"""made and judged: one damaged input from a seed and a number, and what a reader makes of it."""

import os
import resource
import signal
import warnings
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.damage.reading import FalseAcceptanceError, Reader
from targets.contracts.errors import InputError

SECONDS = 5
"""Of computing, that a reader may take."""
LARGEST = 1 << 30
"""Bytes of memory beyond the file that a reader may take."""
_LONGEST = 1_000
"""Characters of a sentence."""


@dataclass(frozen=True)
class Judgement:
    """What became of an input.

    `outcome` is "equal" where the reader took it and what it gives is legal, "refused" where it raised InputError with
    sentences fit to be printed, and "other" in all other cases, for which `reason` says which.
    """

    outcome: str
    reason: str = ""
    seconds: float = 0.0
    mebibytes: int = 0


class _TooSlow(BaseException):
    """The alarm has rung."""


def made(name: str, reader: Reader, seed: int, number: int) -> tuple[bytes, int | None]:
    """(bytes, the original they must be read as, if any); equal on every computer."""
    rng = np.random.default_rng((seed, zlib.crc32(name.encode()), number))
    which = int(rng.integers(len(reader.originals)))
    with warnings.catch_warnings(action="ignore"):  # that an archive is made with one name twice
        content, exact = reader.damage(reader.originals[which], rng)
    return content, which if exact else None


def judged(reader: Reader, content: bytes, folder: Path, wanted: str | None = None) -> Judgement:
    """What the reader makes of these bytes, as a file in `folder`; `wanted` is what it must give if it takes them."""
    path = folder / f"damaged{reader.suffix}"
    path.write_bytes(content)
    before, began = _peak(), _computed()
    signal.signal(signal.SIGPROF, _ring)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        with warnings.catch_warnings(action="error"):
            told = reader.read(path)
        outcome, reason = "equal", ""
        if wanted is not None and told != wanted:
            outcome, reason = "other", "false acceptance: damaged bytes are read as other content"
    except InputError as error:
        outcome, reason = _of_sentence(str(error))
    except FalseAcceptanceError as error:
        outcome, reason = "other", f"false acceptance: {error}"
    except KeyboardInterrupt:
        raise
    except _TooSlow:
        outcome, reason = "other", f"more than {SECONDS} s"
    except BaseException as error:  # a library may panic past Exception
        outcome, reason = "other", f"{type(error).__name__}: {str(error)[:90]!r} {_place(error)}"
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    seconds, grown = _computed() - began, _peak() - before
    if outcome != "other" and seconds > SECONDS:
        outcome, reason = "other", f"more than {SECONDS} s"
    if outcome != "other" and grown > LARGEST + len(content):
        outcome, reason = "other", f"{grown >> 20} MiB"
    return Judgement(outcome, reason, round(seconds, 3), max(0, grown - len(content)) >> 20)


def limit_memory() -> None:
    """No more than 1 GiB beyond what this process has already."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    most = pages * resource.getpagesize() + LARGEST + (1 << 24)
    resource.setrlimit(resource.RLIMIT_AS, (most, resource.getrlimit(resource.RLIMIT_AS)[1]))


def _of_sentence(sentence: str) -> tuple[str, str]:
    """Whether what a refusal says is fit to be printed."""
    lines = sentence.splitlines()
    if not lines or not all(line.endswith(".") for line in lines):
        return "other", f"no sentence: {sentence[:200]!r}"
    if len(lines) > 50 or max(map(len, lines)) > _LONGEST:
        return "other", f"a sentence of {len(sentence)} characters: {sentence[:200]!r}"
    if not sentence.replace("\n", "").isprintable():
        return "other", f"control characters in: {sentence[:200]!r}"
    return "refused", sentence


def _place(error: BaseException) -> str:
    """The last line of the project that was at work."""
    place, trace = "", error.__traceback__
    root = str(Path(__file__).parents[2])
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if file.startswith(root) and "site-packages" not in file:
            place = f"at {file[len(root) + 1 :]}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place


def _computed() -> float:
    """Seconds of computing of this process and of those it has started and ended."""
    return sum(os.times()[:4])


def _peak() -> int:
    """The most memory so far, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10


def _ring(number: int, frame: object) -> None:
    raise _TooSlow
