"""Damage files and read them: `python -m benchmarks.damage.files --inputs 20000 --seed 1`.

Every input comes from a seed and a number, so that one that fails can be made again (`--only NUMBER`). An input is
`equal` where the reader takes it and what it gives is well, `refused` where it raises InputError with one sentence, and
`other` in all other cases: another exception, a warning, damaged bytes read as other content, more than 5 s, more than
1 GiB. `other` has to be 0.
"""

import argparse
import resource
import signal
import sys
import tempfile
import time
import warnings
from collections import Counter
from pathlib import Path

import numpy as np

from benchmarks.damage.archives import bomb
from benchmarks.damage.readers import Reader, readers
from targets.contracts.errors import InputError

_SECONDS = 5
_BYTES = 1 << 30
_LONGEST = 1_000
"""Characters of a sentence."""


class _TooSlow(BaseException):
    """The alarm has rung."""


def main() -> int:
    """Damage, read, count; the exit status is 1 where `other` is not 0."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--inputs", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int, help="the number of the one input that is made and kept here")
    parser.add_argument("--reader", action="append", help="of these readers only; may be repeated")
    given = parser.parse_args()
    known = {name: each for name, each in readers().items() if not given.reader or name in given.reader}
    counts = {name: Counter[str]() for name in known}
    reasons: dict[str, list[str]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) if given.only is None else Path()
        wanted = {name: _originals(each, folder, name) for name, each in known.items()}
        _limit_memory()
        signal.signal(signal.SIGALRM, _ring)
        began = time.monotonic()
        for number in range(given.inputs) if given.only is None else (given.only,):
            reader = list(known)[number % len(known)]
            outcome, reason = _judged(known[reader], wanted[reader], folder / f"x.{reader}", given.seed, number)
            counts[reader][outcome] += 1
            if outcome == "other" or given.only is not None:
                reasons.setdefault(f"{reader}: {reason}", []).append(str(number))
    for reason, numbers in reasons.items():
        _print(f"{reason}\n    inputs {', '.join(numbers[:5])}{f' and {len(numbers) - 5} more' if numbers[5:] else ''}")
    _print(f"seed {given.seed}, {time.monotonic() - began:.0f} s")
    _print(f"{'reader':<12}{'inputs':>8}{'equal':>8}{'refused':>9}{'other':>7}")
    for reader, found in (*counts.items(), ("all", sum(counts.values(), Counter()))):
        _print(f"{reader:<12}{found.total():>8}" + "".join(f"{found[key]:>{width}}" for key, width in _COLUMNS))
    return 1 if reasons and given.only is None else 0


_COLUMNS = (("equal", 8), ("refused", 9), ("other", 7))


def _originals(reader: Reader, folder: Path, name: str) -> tuple[str, ...]:
    """What is read of the whole files."""
    path = folder / f"whole.{name}"
    told = []
    for content in reader.originals:
        path.write_bytes(content)
        told.append(reader.read(path))
    return tuple(told)


def _judged(reader: Reader, wanted: tuple[str, ...], path: Path, seed: int, number: int) -> tuple[str, str]:
    """(outcome, reason) of one input."""
    rng = np.random.default_rng((seed, number))
    which = int(rng.integers(len(reader.originals)))
    with warnings.catch_warnings(action="ignore"):  # that an archive is made with one name twice
        content, exact = reader.damage(reader.originals[which], rng)
    if path.suffix == ".npz" and rng.random() < 0.002:
        content, exact = bomb(2_000), False
    path.write_bytes(content)
    signal.setitimer(signal.ITIMER_REAL, _SECONDS)
    try:
        with warnings.catch_warnings(action="error"):
            told = reader.read(path)
    except InputError as error:
        return _of_sentence(str(error))
    except KeyboardInterrupt:
        raise
    except _TooSlow:
        return "other", f"more than {_SECONDS} s"
    except BaseException as error:  # a library may panic past Exception
        return "other", f"{type(error).__name__}: {str(error)[:90]!r} {_place(error)}"
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    if exact and told != wanted[which]:
        return "other", "damaged bytes are read as other content"
    return "equal", "taken"


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


def _limit_memory() -> None:
    """No more than 1 GiB beyond what there is already."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    most = pages * resource.getpagesize() + _BYTES
    resource.setrlimit(resource.RLIMIT_AS, (most, resource.getrlimit(resource.RLIMIT_AS)[1]))


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def _ring(number: int, frame: object) -> None:
    raise _TooSlow


if __name__ == "__main__":
    sys.exit(main())
