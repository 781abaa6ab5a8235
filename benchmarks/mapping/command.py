"""Messages, hops, seconds and memory of the mapper beside index order and METIS, on some hundred networks.

What the .json file beside the page holds already is not measured again, so that the benchmark may be run in parts;
every call writes the page anew from all that was measured.
"""

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path

from benchmarks.mapping.growth import mapping_alone, whole_chain
from benchmarks.mapping.page import page
from benchmarks.mapping.picture import draw
from benchmarks.mapping.plan import Task, plan
from benchmarks.mapping.results import measure
from benchmarks.refusals import refusing
from targets.contracts.errors import InputError
from targets.contracts.shown import listed
from targets.contracts.writing import check_writable, write_text


@refusing
def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what is asked for and missing, then write page and figure. Bad input: one sentence, exit status 2."""
    parser = ArgumentParser(prog="python -m benchmarks.mapping", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="Markdown file; rows and figure go beside it")
    parser.add_argument("--neurons", type=numbers, default=(), help="only these sizes, separated by commas")
    parser.add_argument("--seeds", type=numbers, default=(), help="only these seeds, separated by commas")
    parser.add_argument("--topologies", type=words, default=(), help="only these kinds of networks")
    parser.add_argument("--kinds", type=words, default=(), help="only map, chain or searched")
    given = parser.parse_args(arguments)
    _run(given)


def _run(given: Namespace) -> None:
    out: Path = given.out
    check_writable(out)
    results = measure(_tasks(given), out.with_suffix(".json"))
    picture = out.with_suffix(".png") if whole_chain(results) or mapping_alone(results) else None
    if picture is not None:
        draw(results, picture)
    command = f"python -m benchmarks.mapping --out {out}"
    write_text(out, page(results, command, None if picture is None else picture.name))


def _tasks(given: Namespace) -> list[Task]:
    """The tasks of the plan that the options ask for."""
    asked = {"neurons": given.neurons, "seed": given.seeds, "topology": given.topologies, "kind": given.kinds}
    tasks = [task for task in plan() if all(not only or getattr(task, name) in only for name, only in asked.items())]
    if not tasks:
        names = ("sizes", "seeds", "topologies", "kinds")
        told = [
            f"{name} {', '.join(map(str, only)) or 'all'}" for name, only in zip(names, asked.values(), strict=True)
        ]
        raise InputError(
            f"no network of the plan has one of the {listed(told)}; "
            "docs/benchmarks/map.md names what there is, so ask for some of it."
        )
    return tasks


def words(text: str) -> tuple[str, ...]:
    """What stands between commas."""
    return tuple(word.strip() for word in text.split(",") if word.strip())


def numbers(text: str) -> tuple[int, ...]:
    """Whole numbers between commas."""
    return tuple(map(int, words(text)))
