"""Mutants drawn from the code that decides spikes and mappings, each against the tests of its own file.

What the file of rows holds already is not run again, unless the function that a mutant changes is no longer the same,
or the test that noticed it is not, or it survived and its tests have changed since; so the command may be stopped and
gone on with, and a change of one function costs the mutants of that function. Every call writes the page anew.
"""

import hashlib
import sys
import tomllib
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path

from benchmarks.mutation.mutants import Mutant, drawn, pieces, places, shares
from benchmarks.mutation.page import page
from benchmarks.mutation.trial import ROOT, Trials, trials, warm
from benchmarks.refusals import refusing
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
        """The file, and a digest of the tests that its rows hold for."""
        return {"file": self.path, "tests": _digest(self.tests)}


@refusing
def main(arguments: Sequence[str] | None = None) -> None:
    """Run what is asked for and missing, then write the page. Bad input: one sentence, exit status 2."""
    parser = ArgumentParser(prog="python -m benchmarks.mutation", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="of the draw (default: %(default)s)")
    parser.add_argument("--sample", type=int, default=640, help="mutants of all files (default: %(default)s)")
    parser.add_argument("--file", action="append", default=[], help="only this file; may be given several times")
    parser.add_argument("--rows", type=Path, default=ROWS, help="file of the rows")
    parser.add_argument("--out", type=Path, default=PAGE, help="Markdown file")
    given = parser.parse_args(arguments)
    _run(given)


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
        old = {_name(row): row for row in rows if row not in others}
        here: list[Row] = []
        for row in _tried(subject, given.seed, old):
            here.append(row)
            old.pop(_name(row), None)
            write_text(given.rows, text([*others, *here, *old.values()]))
        rows = others + here
        write_text(given.rows, text(rows))
    command = f"python -m benchmarks.mutation --seed {given.seed} --sample {given.sample}"
    chosen = [row for row in rows if row["seed"] == given.seed]
    write_text(given.out, page(chosen, list(plan["tests"]), verdicts(), command))


def _subjects(plan: Mapping[str, Mapping[str, list[str]]], sample: int, only: Sequence[str]) -> Iterator[Subject]:
    sources = {path: (ROOT / path).read_text(encoding="utf-8") for path in plan["tests"]}
    counts = shares({path: source.count("\n") for path, source in sources.items()}, sample, LEAST)
    for path, tests in plan["tests"].items():
        if not only or path in only:
            yield Subject(path, sources[path], tuple(tests), counts[path])


def standing(rows: Sequence[Row]) -> list[Row]:
    """Those rows whose mutants are of functions, or statements outside them, as the files hold them now."""
    now = {
        (path, piece.name, piece.code)
        for path in {row["file"] for row in rows}
        if (ROOT / path).is_file()
        for piece in pieces((ROOT / path).read_text(encoding="utf-8"))
    }
    return [row for row in rows if (row["file"], row["in"], row["code"]) in now]


def _tried(subject: Subject, seed: int, old: Mapping[object, Row]) -> Iterator[Row]:
    """The rows of one file; what `old` ones by name, of the same seed, say is kept where it still holds."""
    at = places(subject.source)
    mutants = list(islice(drawn(subject.source, at, f"{seed} {subject.path}"), subject.count))
    rows = [
        subject.of | {"seed": seed, "in": each.piece.name, "code": each.piece.code} | _told(each) for each in mutants
    ]
    known = [{**old.get(_name(row), {}), **row, "tests": old.get(_name(row), {}).get("tests")} for row in rows]
    if all(_holds(row, subject.of) for row in known):
        yield from known
        return
    warm((*_HEAVY, "torch") if "torch" in subject.source else _HEAVY)
    with trials(subject.path, subject.source, subject.tests) as tests:
        allowed = _allowed(subject, tests)
        for row, each in zip(known, mutants, strict=True):
            if _holds(row, subject.of):
                yield row
                continue
            found = tests.run(each.source, allowed)
            sys.stderr.write(f"{found.state:9} {subject.path}:{each.line}  {each.was}  ->  {each.becomes}\n")
            end = {"state": found.state, "by": found.by, "test": _test(found.by), "seconds": round(found.seconds, 2)}
            yield row | subject.of | end


def _holds(row: Row, of: Row) -> bool:
    """Whether a mutant was run and need not be again: its tests are the same, or at least the one that killed it."""
    if "state" not in row or row["tests"] == of["tests"]:
        return "state" in row
    return row["state"] != "survived" and bool(row["test"]) and row["test"] == _test(row["by"])


def _test(by: str) -> str:
    """A digest of the test that is named; none where a mutant ends the process or cannot be imported."""
    path, _, name = by.partition("::")
    named = name.partition("[")[0].replace("::", ".")
    return next((code for test, code in _tests(path) if test == named), "") if named else ""


@cache
def _tests(path: str) -> tuple[tuple[str, str], ...]:
    """(name, digest) of all functions of a file of tests; none where it is gone."""
    file = ROOT / path
    return tuple((each.name, each.code) for each in pieces(file.read_text(encoding="utf-8"))) if file.is_file() else ()


def _name(row: Row) -> object:
    return row["in"], row["code"], row["operator"], row["nth"]


def _told(mutant: Mutant) -> Row:
    return {name: getattr(mutant, name) for name in ("operator", "nth", "line", "was", "becomes")}


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
