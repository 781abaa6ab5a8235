"""Count: what became of all inputs that a reader was ever given, kept in a JSON file to which every run adds."""

import fcntl
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from benchmarks.damage.judging import Judgement
from targets.contracts.writing import write_text

KEPT = Path(__file__).with_name("counts.json")


@dataclass(frozen=True)
class Count:
    """Of one reader: how many inputs ended how, the slowest and the largest that did not fail, and which were done.

    `seeds` tells of each seed how many of its inputs were done, from number 0 on. `failing` are [seed, number, reason]
    of all inputs that fail: they are tried again in every run, and counted anew when they fail no more.
    """

    inputs: int = 0
    equal: int = 0
    refused: int = 0
    other: int = 0
    slowest_seconds: float = 0.0
    most_mebibytes: int = 0
    seeds: dict[str, int] = field(default_factory=dict)
    failing: list[tuple[int, int, str]] = field(default_factory=list)

    def after(self, seed: int, found: Iterable[tuple[int, Judgement]], again: bool = False) -> "Count":
        """The count with these inputs of a seed; `again` where they had failed before and are counted already."""
        count = self
        for number, judgement in found:
            failing = [each for each in count.failing if tuple(each[:2]) != (seed, number)]
            changes: dict[str, int] = {"inputs": count.inputs + (not again)}
            if again:
                count = replace(count, other=count.other - 1)
            changes[judgement.outcome] = int(getattr(count, judgement.outcome)) + 1
            if judgement.outcome == "other":
                failing.append((seed, number, judgement.reason))
                count = replace(count, failing=failing, **changes)  # type: ignore[arg-type]
                continue
            slowest = max(count.slowest_seconds, judgement.seconds)
            most = max(count.most_mebibytes, judgement.mebibytes)
            count = replace(count, failing=failing, slowest_seconds=slowest, most_mebibytes=most, **changes)  # type: ignore[arg-type]
        return count

    def done(self, seed: int) -> int:
        """How many inputs of a seed were done."""
        return self.seeds.get(str(seed), 0)


def kept(path: Path) -> dict[str, Count]:
    """All counts of a file by reader; none where there is no file yet."""
    if not path.exists():
        return {}
    return {name: Count(**entry) for name, entry in json.loads(path.read_text(encoding="utf-8")).items()}


@contextmanager
def changing(path: Path) -> Iterator[dict[str, Count]]:
    """The counts of a file, to be changed by one process at a time and written when the block ends."""
    with path.with_suffix(".lock").open("a", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        counts = kept(path)
        yield counts
        entries = (f"{json.dumps(name)}: {json.dumps(asdict(counts[name]))}" for name in sorted(counts))
        write_text(path, "{\n" + ",\n".join(entries) + "\n}\n")


def table(counts: dict[str, Count]) -> list[str]:
    """The counts as lines, a total under them."""
    head = f"{'reader':<20}{'inputs':>9}{'equal':>9}{'refused':>9}{'other':>7}{'slowest':>10}{'MiB':>6}"
    lines = [
        f"{name:<20}{each.inputs:>9,}{each.equal:>9,}{each.refused:>9,}{each.other:>7,}"
        f"{each.slowest_seconds:>8.2f} s{each.most_mebibytes:>6,}"
        for name, each in sorted(counts.items())
    ]
    total = [sum(getattr(each, key) for each in counts.values()) for key in ("inputs", "equal", "refused", "other")]
    slowest = max((each.slowest_seconds for each in counts.values()), default=0.0)
    most = max((each.most_mebibytes for each in counts.values()), default=0)
    inputs, equal, refused, other = total
    return [
        head,
        *lines,
        f"{'all':<20}{inputs:>9,}{equal:>9,}{refused:>9,}{other:>7,}{slowest:>8.2f} s{most:>6,}",
    ]
