"""Damage files and read them: `python -m benchmarks.damage run --reader all --inputs 20000 --seed 1`.

run   give every reader the inputs of a seed up to that number (a tenth where each takes a process of its own) and add
      what became of them to the kept count; inputs that failed before are tried again first
show  print the kept count
make  write the one input of a reader, seed and number to a file

An input is `equal` where the reader takes it and what it gives is legal, `refused` where it raises InputError with one
sentence, and `other` in all other cases: another exception, a warning, a false acceptance, more than 5 s of computing,
more than 1 GiB beyond the file. `other` has to be 0; else the exit status is 1.

A false acceptance is a file that is taken although (1) its bytes were damaged under a checksum that covers all of them
and it is read as something else than before, (2) a plain second reading of it, or of what is saved of it, finds a type,
range, size or index that the format does not allow (`benchmarks.damage.schema`; for others numpy, wave, h5py), or (3)
what was read is not read again after it was saved.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from benchmarks.damage.counting import KEPT, Count, changing, kept, table
from benchmarks.damage.judging import Judgement, made
from benchmarks.damage.readers import readers
from benchmarks.damage.reading import Reader
from benchmarks.damage.working import judgements

_SHARE = 10
_PAUSE = 20
"""Seconds after which what was done is written."""


def main() -> int:
    """Run, show or make; the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("command", choices=("run", "show", "make"))
    parser.add_argument("--reader", action="append", help="its name, or all; may be repeated")
    parser.add_argument("--inputs", type=int, default=20_000, help="how many of the seed there are to be")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--number", type=int, default=0, help="of the input that is made")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="after which a run ends, shared by readers")
    parser.add_argument("--counts", type=Path, default=KEPT, help="the file of the kept count")
    parser.add_argument("--out", type=Path, help="where the input goes that is made")
    given = parser.parse_args()
    if given.command == "show":
        _print(*table(kept(given.counts)))
        return 0
    known = readers()
    wanted = given.reader or ["all"]
    if unknown := sorted(set(wanted) - set(known) - {"all"}):
        parser.error(f"unknown reader {unknown[0]!r}; known are all, {', '.join(known)}")
    chosen = {name: each for name, each in known.items() if "all" in wanted or name in wanted}
    if given.command == "make":
        for name, reader in chosen.items():
            out = given.out or Path(f"{name}-{given.seed}-{given.number}{reader.suffix}")
            out.write_bytes(made(name, reader, given.seed, given.number)[0])
        return 0
    end = time.monotonic() + given.seconds
    for place, (name, reader) in enumerate(chosen.items()):
        now = time.monotonic()
        until = now + (end - now) / (len(chosen) - place)
        inputs = -(-given.inputs // _SHARE) if reader.rare else given.inputs
        _run(name, reader, given.seed, inputs, given.counts, until)
    counts = {name: each for name, each in kept(given.counts).items() if name in chosen}
    for name, count in counts.items():
        for reason, entries in groupby(sorted(count.failing, key=lambda each: each[2]), key=lambda each: each[2]):
            numbers = [f"{seed}/{number}" for seed, number, _ in entries]
            _print(f"{name}: {reason}", f"    {len(numbers)} inputs, seed/number {', '.join(numbers[:5])}")
    _print(*table(counts))
    return 1 if any(count.other for count in counts.values()) else 0


def _run(name: str, reader: Reader, seed: int, inputs: int, path: Path, until: float) -> None:
    """Inputs that failed, then those of the seed that were not done yet, as far as there is time."""
    failing = sorted(kept(path).get(name, Count()).failing)
    for earlier, entries in groupby(failing, key=lambda each: each[0]):
        numbers = [number for _, number, _ in entries]
        _add(name, path, earlier, list(_before(until, judgements(name, reader, earlier, numbers))), again=True)
    todo = range(kept(path).get(name, Count()).done(seed), inputs)
    batch: list[tuple[int, Judgement]] = []
    written = time.monotonic()
    for each in _before(until, judgements(name, reader, seed, todo)):
        batch.append(each)
        if time.monotonic() > written + _PAUSE:
            _add(name, path, seed, batch)
            batch, written = [], time.monotonic()
    _add(name, path, seed, batch)


def _add(name: str, path: Path, seed: int, found: list[tuple[int, Judgement]], again: bool = False) -> None:
    with changing(path) as counts:
        earlier = counts.get(name, Count())
        if not again:  # another run may have done them meanwhile
            found = [each for each in found if each[0] >= earlier.done(seed)]
        if not found:
            return
        count = earlier.after(seed, found, again)
        done = count.done(seed) if again else max(number for number, _ in found) + 1
        counts[name] = Count(**{**vars(count), "seeds": {**count.seeds, str(seed): done}})


def _before(until: float, found: Iterator[tuple[int, Judgement]]) -> Iterator[tuple[int, Judgement]]:
    for each in found:
        yield each
        if time.monotonic() > until:
            break


def _print(*lines: str) -> None:
    for line in lines:
        sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())
