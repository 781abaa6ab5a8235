"""Mutants drawn from the code that decides spikes and mappings, each against the tests of its own file.

What the file of rows holds already is not run again, unless the code has changed, or the mutant survived and its tests
have changed since; so the command may be stopped and gone on with. Every call writes the page anew.
"""

import hashlib
import sys
import tomllib
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from benchmarks.mutation.mutants import applied, drawn, places, shares
from benchmarks.mutation.page import page
from benchmarks.mutation.trial import ROOT, Trials, trials, warm
from benchmarks.runs import Row, load, text
from targets.contracts.errors import InputError
from targets.contracts.writing import check_writable, write_text

ROWS = Path(__file__).parent / "results" / "mutants.json"
PAGE = ROOT / "docs" / "results" / "mutation.md"
PLAN = Path(__file__).parent / "plan.toml"
VERDICTS = Path(__file__).parent / "verdicts.toml"
_HEAVY = ("numpy", "scipy.sparse", "networkx", "numba", "safetensors.numpy", "pytest", "hypothesis.strategies")
LEAST = 15
"""Mutants of every file, or all of them where there are fewer."""
_UNHURRIED = 600.0  # seconds for the tests without a fault
_LIMIT = (8.0, 4.0)  # seconds of the processor for a trial, and that many times what the tests take without a fault


@dataclass(frozen=True)
class Subject:
    """A file under mutation: its source, its tests, how many mutants of it are drawn."""

    path: str
    source: str
    tests: tuple[str, ...]
    count: int

    @property
    def of(self) -> dict[str, str]:
        """The file and digests of what its rows hold for."""
        return {"file": self.path, "source": _digest([self.path]), "tests": _digest(self.tests)}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run what is asked for and missing, then write the page. Bad input: one sentence, exit status 2."""
    parser = ArgumentParser(prog="python -m benchmarks.mutation", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="of the draw (default: %(default)s)")
    parser.add_argument("--sample", type=int, default=640, help="mutants of all files (default: %(default)s)")
    parser.add_argument("--file", action="append", default=[], help="only this file; may be given several times")
    parser.add_argument("--rows", type=Path, default=ROWS, help="file of the rows")
    parser.add_argument("--out", type=Path, default=PAGE, help="Markdown file")
    given = parser.parse_args(arguments)
    try:
        _run(given)
    except InputError as error:
        parser.error(str(error))


def verdicts() -> list[Row]:
    """What was found out about mutants that no test kills: file, was, becomes, equivalent, reason."""
    return list(tomllib.loads(VERDICTS.read_text(encoding="utf-8")).get("mutant", []))


def _run(given: Namespace) -> None:
    check_writable(given.out)
    check_writable(given.rows)
    plan = tomllib.loads(PLAN.read_text(encoding="utf-8"))
    if unknown := [name for name in given.file if name not in plan["tests"]]:
        raise InputError(f"--file {unknown[0]} is not in {PLAN.name}; give one of {', '.join(plan['tests'])}.")
    rows = load(given.rows)
    for subject in _subjects(plan, given.sample, given.file):
        others = [row for row in rows if row["file"] != subject.path or row["seed"] != given.seed]
        old = [row for row in rows if row not in others and row["source"] == subject.of["source"]]
        here: list[Row] = []
        for row in _tried(subject, given.seed, old):
            here.append(row)
            write_text(given.rows, text([*others, *here, *old[len(here) :]]))
        rows = others + here
    command = f"python -m benchmarks.mutation --seed {given.seed} --sample {given.sample}"
    chosen = [row for row in rows if row["seed"] == given.seed]
    write_text(given.out, page(chosen, list(plan["tests"]), verdicts(), command))


def _subjects(plan: Mapping[str, Mapping[str, list[str]]], sample: int, only: Sequence[str]) -> Iterator[Subject]:
    sources = {path: (ROOT / path).read_text(encoding="utf-8") for path in plan["tests"]}
    counts = shares({path: source.count("\n") for path, source in sources.items()}, sample, LEAST)
    for path, tests in plan["tests"].items():
        if not only or path in only:
            yield Subject(path, sources[path], tuple(tests), counts[path])


def _tried(subject: Subject, seed: int, old: Sequence[Row]) -> Iterator[Row]:
    """The rows of one file; what `old` ones of the same source and seed say is kept where it still holds."""
    of = subject.of
    rows = list(_mutants(subject, seed, old))
    if all(_holds(row, of) for row, _ in rows):
        yield from (row for row, _ in rows)
        return
    warm((*_HEAVY, "torch") if "torch" in subject.source else _HEAVY)
    with trials(subject.path, subject.source, subject.tests) as tests:
        allowed = _allowed(subject, tests)
        for row, mutated in rows:
            if _holds(row, of):
                yield row
                continue
            source = mutated or applied(subject.source, row["operator"], row["occurrence"]) or ""
            found = tests.run(source, allowed)
            sys.stderr.write(f"{found.state:9} {subject.path}:{row['line']}  {row['was']}  ->  {row['becomes']}\n")
            yield row | of | {"state": found.state, "by": found.by, "seconds": round(found.seconds, 2)}


def _holds(row: Row, of: Row) -> bool:
    """Whether a mutant was run and need not be again: it was killed, or its tests are the same."""
    return "state" in row and (row["state"] != "survived" or row["tests"] == of["tests"])


def _mutants(subject: Subject, seed: int, old: Sequence[Row]) -> Iterator[tuple[Row, str | None]]:
    """The rows of one file as they are known, a new one without a state, and the mutated source where it is at hand."""
    if len(old) >= subject.count:
        yield from ((row, None) for row in old[: subject.count])
        return
    known = {(row["operator"], row["occurrence"]): row for row in old}
    for each in islice(drawn(subject.source, places(subject.source), f"{seed} {subject.path}"), subject.count):
        row = {**subject.of, "seed": seed, "operator": each.operator, "occurrence": each.occurrence}
        row |= {"line": each.line, "was": each.was, "becomes": each.becomes}
        yield known.get((each.operator, each.occurrence), row), each.source


def _allowed(subject: Subject, tests: Trials) -> float:
    """Seconds of the processor for a mutant; InputError where the tests fail without one."""
    plain = tests.run(subject.source, _UNHURRIED)
    sys.stderr.write(f"{subject.path}: {subject.count} mutants, {plain.seconds:.1f} s without a fault\n")
    if plain.state != "survived":
        raise InputError(f"the tests of {subject.path} fail without a fault ({plain.by}); mend that first.")
    return _LIMIT[0] + _LIMIT[1] * plain.seconds


def _digest(paths: Sequence[str]) -> str:
    held = hashlib.sha256()
    for path in paths:
        held.update((ROOT / path).read_bytes())
    return held.hexdigest()[:12]
