"""page: the mutation score of every file, and why what survived did."""

from collections.abc import Mapping, Sequence

from benchmarks.pages import paragraph, table
from benchmarks.runs import Row

_SECONDS_PER_HOUR = 3600


def page(rows: Sequence[Row], files: Sequence[str], verdicts: Sequence[Row], command: str) -> str:
    """The Markdown page of all `rows`, in the order of `files`; `verdicts` as in verdicts.toml."""
    known = {_mutant(each): each for each in verdicts}
    held = {path: [row for row in rows if row["file"] == path] for path in files}
    lines = [_line(path, each, known) for path, each in held.items() if each]
    every = _line("all", rows, known)
    missing = ", ".join(f"`{path}`" for path, each in held.items() if not each)
    hours = sum(row["seconds"] for row in rows) / _SECONDS_PER_HOUR
    return "\n".join(
        [
            "# Mutation score",
            "",
            paragraph(
                f"Command: `{command}`. A mutant is the code with one small fault that an operator of cosmic-ray made: "
                "another operator or comparison, a number one more or less, a loop without rounds, a condition turned "
                "round. The seed draws places in the code first and then one fault for each. The tests of the file "
                "itself, without the slow ones, have to notice; kernels of numba run as Python. An endless mutant "
                "counts as killed. Equivalent ones, which change nothing that anybody can see, are taken out of the "
                "score. A row holds as long as the function that it changes stays the same, and the command makes "
                f"those that are missing. All trials together took {hours:.3f} hours of one processor."
            ),
            "",
            *table(["file", "mutants", "killed", "equivalent", "survived", "score"], [*lines, every]),
            *(["", paragraph(f"Not run yet: {missing}.")] if missing else []),
            "",
            "## Equivalent",
            "",
            *_listed(held, known, equivalent=True),
            "",
            "## Survived",
            "",
            *_listed(held, known, equivalent=False),
            "",
        ]
    )


def score(rows: Sequence[Row], verdicts: Sequence[Row]) -> float:
    """Share of the mutants that are killed, equivalent ones taken out."""
    killed, _, survived = _counts(rows, {_mutant(each): each for each in verdicts})
    return killed / max(killed + survived, 1)


def _counts(rows: Sequence[Row], known: Mapping[object, Row]) -> tuple[int, int, int]:
    """How many were killed, are equivalent, survived."""
    alive = [row for row in rows if row["state"] == "survived"]
    equivalent = sum(_equivalent(row, known) for row in alive)
    return len(rows) - len(alive), equivalent, len(alive) - equivalent


def _line(name: str, rows: Sequence[Row], known: Mapping[object, Row]) -> list[str]:
    killed, equivalent, survived = _counts(rows, known)
    share = f"{killed / (killed + survived):.1%}" if killed + survived else "-"
    return [f"`{name}`" if name != "all" else name, *map(str, (len(rows), killed, equivalent, survived)), share]


def _listed(held: Mapping[str, Sequence[Row]], known: Mapping[object, Row], equivalent: bool) -> list[str]:
    """A table of those that no test kills, of one kind."""
    lines = []
    for path, rows in held.items():
        for row in sorted(rows, key=lambda each: each["line"]):
            if row["state"] == "survived" and _equivalent(row, known) == equivalent:
                reason = known[_mutant(row)]["reason"] if _mutant(row) in known else "not looked into"
                lines.append([f"`{path}:{row['line']}`", _code(row["was"]), _code(row["becomes"]), reason])
    return table(["place", "was", "becomes", "reason"], lines, "llll") if lines else ["None."]


def _equivalent(row: Row, known: Mapping[object, Row]) -> bool:
    return bool(known.get(_mutant(row), {}).get("equivalent", False))


def _mutant(row: Row) -> object:
    return row["file"], row["was"], row["becomes"]


def _code(text: str) -> str:
    return f"`{text}`".replace("|", "\\|") if text else "(removed)"
