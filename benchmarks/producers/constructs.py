"""What producers have recorded of each construct: read, explained, compiled and run on every backend, a row each."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.pages import table
from compiler.analysis.interpret import interpret
from compiler.frontends.nir.explanation import explain_graph, readings_of
from compiler.frontends.nir.read import unread_nir
from compiler.frontends.nir.unread import UnreadGraph
from compiler.ir.graph import FloatGraph
from compiler.pipeline import compile_graph
from targets.conformance.verification import side, verify
from targets.contracts.arrays import Array
from targets.contracts.errors import InputError
from targets.contracts.raster import SpikeRaster
from targets.runtime.backend import load

KEPT = Path(__file__).parents[2] / "tests" / "golden" / "producers"
BACKENDS = ("numba", "torch", "onnx")
_NEAR = 1e-5
"""Share of the largest voltage within which two are equal: producers compute in float32."""


@dataclass(frozen=True, eq=False)
class Kept:
    """A construct as it is kept: its graph, and what its producer gave to it and recorded."""

    producer: str
    construct: str
    graph: Path
    dt: float
    given: Array
    answered: Array
    voltage: bool


@dataclass(frozen=True)
class Row:
    """What became of a construct.

    reading    switches of the reading under which no bin differs, "" for docs/nir.md's; None where there is none
    presets    names of it
    differing  bins that differ under the nearest reading, of `bins`; None where the graph is refused
    compiled   "exactly", "by a substitute", or why it does not compile
    lost       bins of the float reading that a substitute moves; None without one
    equal      whether numpy, numba, torch and onnx agree in every bin
    """

    producer: str
    construct: str
    reading: str | None
    presets: tuple[str, ...]
    differing: int | None
    bins: int
    compiled: str
    lost: int | None
    equal: bool


def keep(folder: Path = KEPT) -> Iterator[str]:
    """Make every construct whose producer is installed, and keep what it recorded; yields a line on each."""
    import nir

    from benchmarks.producers.makers import MAKERS

    folder.mkdir(parents=True, exist_ok=True)
    for (producer, construct), maker in MAKERS.items():
        path = folder / f"{_file_name(producer, construct)}"
        try:
            made = maker()
        except ImportError as error:
            yield f"{producer}, {construct}: not made, {error}"
            continue
        nir.write(path.with_suffix(".nir"), made.graph)
        binary = made.given.astype(np.uint8)
        answered = made.answered.astype(np.float32 if made.voltage else np.uint8)
        told = np.array([producer, construct])
        np.savez_compressed(
            path.with_suffix(".npz"), told=told, dt=made.dt, given=binary, answered=answered, voltage=made.voltage
        )
        yield f"{producer}, {construct}: kept"


def kept(folder: Path = KEPT) -> Iterator[Kept]:
    """Everything that is kept, by name."""
    for path in sorted(folder.glob("*.npz")):
        with np.load(path) as file:
            producer, construct = file["told"].tolist()
            yield Kept(
                producer,
                construct,
                path.with_suffix(".nir"),
                float(file["dt"]),
                file["given"],
                file["answered"],
                bool(file["voltage"]),
            )


def row(each: Kept) -> Row:
    """Read, explain, compile and run one construct."""
    try:
        graph = unread_nir(each.graph, each.dt, len(each.given), tell=lambda told: None)
    except InputError as refusal:
        refused, bins = str(refusal).partition(", so ")[0], each.answered.size
        return Row(each.producer, each.construct, None, (), None, bins, refused, None, False)
    x = {graph.inputs[0].name: SpikeRaster.pack(each.given.reshape(1, len(each.given), -1))}
    name = list(graph.neurons)[-1]
    bins = each.answered.size
    if each.voltage:
        reading, differing, read = _of_voltage(graph, name, x, each.answered)
        presets: tuple[str, ...] = ()
    else:
        (found,) = explain_graph(graph, x, {name: SpikeRaster.pack((each.answered > 0)[None])})
        reading = found.readings[0].switches if found.readings else None
        presets = found.presets
        differing = 0 if found.readings else found.nearest[0].differing
        read = graph.read(readings_of((found,)) if found.readings else {name: found.nearest[0].reading})
    compiled, lost, equal = _compiled(read, x)
    return Row(each.producer, each.construct, reading, presets, differing, bins, compiled, lost, equal)


def _of_voltage(
    graph: UnreadGraph, name: str, x: dict[str, SpikeRaster], answered: Array
) -> tuple[str | None, int, FloatGraph]:
    """The first of some readings that gives the recorded voltages, or the nearest."""
    tried = []
    for reading in ("", "decay = exponential, gain = 1 - decay", "decay = exponential, gain = 1", "gain = 1"):
        for order in ("", "order = add first"):
            switches = ", ".join(filter(None, (reading, order)))
            read = graph.read({name: switches})
            voltages: list[Array] = []

            def observe(_: str, __: int, ___: Array, v: Array, seen: list[Array] = voltages) -> None:
                seen.append(v[0])

            interpret(read, x, observe=observe)
            wrong = int((np.abs(np.array(voltages) - answered) > _NEAR * np.abs(answered).max()).sum())
            tried.append((wrong, switches, read))
    wrong, switches, read = min(tried, key=lambda each: each[0])
    return (None if wrong else switches), wrong, read


def _compiled(read: FloatGraph, x: dict[str, SpikeRaster]) -> tuple[str, int | None, bool]:
    """How it compiles, what a substitute moves, and whether backends agree."""
    how, lost = "exactly", None
    try:
        program = compile_graph(read)
    except InputError as refusal:
        try:
            program = compile_graph(read, substitute=True)
        except InputError:
            return str(refusal).partition(";")[0].partition(", as no core")[0], None, False
        how, lost = "by a substitute", _moved(read, x)
    with load(program) as oracle:
        sides = [side(load(program, backend)) for backend in BACKENDS]
        return how, lost, all(verdict.equal for verdict in verify(side(oracle), sides, x))


def _moved(read: FloatGraph, x: dict[str, SpikeRaster]) -> int:
    """Bins that differ between the float reading and its substitute."""
    from compiler.realize import realize, recorded_at_once

    before = interpret(recorded_at_once(read), x)
    after = interpret(realize(read, substitute=True)[0], x)
    return sum(int(np.bitwise_count(each.packed ^ after[name].packed).sum()) for name, each in before.items())


def rows(folder: Path = KEPT) -> Iterator[Row]:
    """A row for everything that is kept."""
    return map(row, kept(folder))


def lines(found: list[Row]) -> list[str]:
    """The table of the page."""
    titles = ("producer", "construct", "differing bins", "reading", "named", "compiles", "backends equal")
    cells = []
    for each in found:
        nearest = "not read" if each.differing is None else "none: the nearest"
        reading = nearest if each.reading is None else each.reading or "as docs/nir.md"
        lost = "" if each.lost is None else f", {each.lost} of {each.bins} bins"
        cells.append(
            (
                each.producer,
                each.construct,
                "" if each.differing is None else f"{each.differing} of {each.bins}",
                reading,
                ", ".join(each.presets),
                each.compiled + lost,
                "yes" if each.equal else "no",
            )
        )
    return table(titles, cells, "llrllll")


def _file_name(producer: str, construct: str) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in f"{producer} {construct}".lower())
