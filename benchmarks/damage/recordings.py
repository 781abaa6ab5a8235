"""Damage files of sound and events and read them: `python -m benchmarks.damage.recordings --inputs 2000 --seed 1`.

Every input comes from a seed and a number, so that one that fails can be made again (`--only NUMBER` keeps it here). An
input is `taken` where the reader returns, `refused` where it raises InputError with one sentence, and `other` in all
other cases: another exception, a warning, more than 5 s of computing, more than 1 GiB. `other` has to be 0. Files are
read in a process of their own, which is ended where a library does not return.
"""

import argparse
import multiprocessing
import os
import resource
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

from benchmarks.damage.raw import damaged
from search.data.readers.event_file import read_events
from search.data.readers.heidelberg import heidelberg_events, heidelberg_labels, heidelberg_speakers
from search.data.readers.sound import read_sound
from search.data.tasks.n_tidigits import n_tidigits_events
from targets.contracts.errors import InputError
from tests.search.data.readers.recorded import every_format
from tests.search.data.readers.riff_files import EXTENSIBLE, FLOAT, MULAW, PCM, chunk, coded, form, riff
from tests.search.data.tasks.sounds import tone, write_sphere
from tests.search.data.tasks.spike_files import random_recording, write_heidelberg, write_n_tidigits

SECONDS = 5
_PATIENCE = 60
"""Seconds after which a reader is taken to run for ever, whatever else the computer does."""
_BYTES = 1 << 30
_LONGEST = 1_000
"""Characters of a sentence."""
_GOLDEN = Path(__file__).parents[2] / "tests" / "golden" / "events"

Reader = Callable[[Path], object]


def formats(folder: Path) -> dict[str, tuple[Path, Reader]]:
    """A whole file of every format, and what reads it."""
    events = {name: (path, _events) for name, path in every_format(folder / "events").items()}
    compressed = {f"aedat4 {name}": (_GOLDEN / f"dv_{name}.aedat4", _events) for name in ("plain", "lz4", "zstd")}
    return {**_sounds(folder / "sounds"), **events, **compressed, **_spikes(folder / "spikes")}


def judged(read: Reader, path: Path) -> tuple[str, str]:
    """(outcome, reason) of one file."""
    try:
        with warnings.catch_warnings(action="error"):
            read(path)
    except InputError as error:
        return _of_sentence(str(error))
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a library may panic past Exception
        return "other", f"{type(error).__name__}: {str(error)[:200]!r}"
    return "taken", ""


def main() -> int:
    """Damage, read, count; the exit status is 1 where `other` is not 0."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--inputs", type=int, default=2_000, help="of every format")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int, help="the number of the one input that is made and kept here")
    parser.add_argument("--format", action="append", help="of these formats only; may be repeated")
    given = parser.parse_args()
    found: dict[str, Counter[str]] = {}
    reasons: dict[str, list[int]] = {}
    with tempfile.TemporaryDirectory() as name:
        known = formats(Path(name))
        for each in given.format or known:
            numbers = range(given.inputs) if given.only is None else range(given.only, given.only + 1)
            place = (Path(name) if given.only is None else Path()) / f"damaged{known[each][0].suffix}"
            found[each] = _counted(each, known[each], place, given.seed, numbers, reasons)
    for reason, inputs in reasons.items():
        _print(f"{reason}\n    inputs {inputs[:5]} of {len(inputs)}")
    _print(
        f"seed {given.seed}\n{'format':<16}{'inputs':>8}{'taken':>8}{'refused':>9}{'other':>7}{'slowest':>10}{'MiB':>6}"
    )
    for each, count in found.items():
        columns = "".join(f"{count[key]:>{width}}" for key, width in (("taken", 8), ("refused", 9), ("other", 7)))
        total = count["taken"] + count["refused"] + count["other"]
        _print(f"{each:<16}{total:>8}{columns}{count['ms'] / 1e3:>8.2f} s{count['mib']:>6}")
    return 1 if reasons else 0


def _counted(
    name: str,
    known: tuple[Path, Reader],
    place: Path,
    seed: int,
    numbers: range,
    reasons: dict[str, list[int]],
) -> "Counter[str]":
    """Outcomes of all inputs of a format, the longest time in ms and the most memory in MiB beyond that at first."""
    count: Counter[str] = Counter()
    context = multiprocessing.get_context("fork")
    left = numbers
    while left:
        ours, theirs = context.Pipe()
        child = context.Process(target=_worked, args=(theirs, known, place, (seed, sum(name.encode())), left))
        child.start()
        theirs.close()
        while left:
            outcome, reason, milliseconds, mebibytes = "other", "does not end", 1_000 * _PATIENCE, 0
            answered = ours.poll(_PATIENCE)
            if answered:
                try:
                    outcome, reason, milliseconds, mebibytes = ours.recv()
                except EOFError:
                    child.join()
                    answered, reason = False, f"the process has ended with status {child.exitcode}"
            count[outcome] += 1
            count["ms"] = max(count["ms"], milliseconds)
            count["mib"] = max(count["mib"], mebibytes)
            if outcome == "other":
                reasons.setdefault(f"{name}: {reason}", []).append(left[0])
            left = left[1:]
            if not answered:
                break
        child.kill()
        child.join()
    return count


def _worked(
    answers: Connection, known: tuple[Path, Reader], place: Path, seed: tuple[int, int], numbers: range
) -> None:
    content = known[0].read_bytes()
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + _BYTES, resource.RLIM_INFINITY))
    known[1](known[0])  # what a library needs at first is not counted
    before = _peak()
    for number in numbers:
        place.write_bytes(damaged(content, np.random.default_rng((*seed, number))))
        began = _computed()
        outcome, reason = judged(known[1], place)
        seconds = _computed() - began
        if seconds > SECONDS:
            outcome, reason = "other", f"more than {SECONDS} s"
        answers.send((outcome, reason, round(1_000 * seconds), _peak() - before))


def _computed() -> float:
    """Seconds of computing of this process and of those it has started and ended."""
    return sum(os.times()[:4])


def _peak() -> int:
    """The most memory so far, MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


def _sounds(folder: Path) -> dict[str, tuple[Path, Reader]]:
    folder.mkdir(parents=True)
    sound = tone(0.1, 440.0)
    codes = np.arange(256, dtype=np.uint8)
    content = {
        "wav 16": riff(chunk(b"fmt ", form(PCM, 16)), chunk(b"data", coded(sound, PCM, 16))),
        "wav 24": riff(chunk(b"fmt ", form(EXTENSIBLE, 24, sub=PCM)), chunk(b"data", coded(sound, PCM, 24))),
        "wav float": riff(
            chunk(b"fmt ", form(FLOAT, 32, rate=44_100)),
            chunk(b"LIST", b"abc"),
            chunk(b"data", coded(sound, FLOAT, 32)),
        ),
        "wav mu-law": riff(chunk(b"fmt ", form(MULAW, 8)), chunk(b"data", codes.tobytes())),
    }
    for name, each in content.items():
        (folder / f"{name}.wav").write_bytes(each)
    files = {name: folder / f"{name}.wav" for name in content}
    files["sphere"] = write_sphere(folder / "a.sph", sound)
    return {name: (path, _sound) for name, path in files.items()}


def _spikes(folder: Path) -> dict[str, tuple[Path, Reader]]:
    recordings = [random_recording(seed, 64) for seed in range(4)]
    shd = write_heidelberg(folder / "shd.h5", recordings, [0, 1, 2, 3], [0, 0, 1, 1])
    names = ["man-aa-a-1", "man-ab-a-2", "man-ac-a-o", "man-ad-a-z"]
    digits = write_n_tidigits(folder / "n.hdf5", {"test": dict(zip(names, recordings, strict=True))})
    return {"shd": (shd, _heidelberg), "n-tidigits": (digits, _n_tidigits)}


def _sound(path: Path) -> object:
    return read_sound(path, 8000, 5.0)


def _events(path: Path) -> object:
    return read_events(path)


def _heidelberg(path: Path) -> object:
    return list(heidelberg_events(path)), heidelberg_labels(path, 20), heidelberg_speakers(path)


def _n_tidigits(path: Path) -> object:
    return list(n_tidigits_events(path, "test"))


def _of_sentence(sentence: str) -> tuple[str, str]:
    """Whether what a refusal says is fit to be printed."""
    if len(sentence) > _LONGEST or not sentence.endswith(".") or not sentence.isprintable():
        return "other", f"no sentence: {sentence[:200]!r}"
    return "refused", ""


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())
