"""gather: which files tell of the same run."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from compiler.frontends.nir.read import read_nir
from compiler.ir.graph import FloatGraph
from motifc.evidence import Evidence
from motifc.files import expected, program_in
from motifc.probes import parse_probe
from motifc.proofs import proven
from motifc.report.run import Rasters, Run
from search.network import Network
from targets.contracts.artefact import stored_digest
from targets.contracts.errors import InputError
from targets.contracts.raster import load_rasters
from targets.contracts.shown import brief
from targets.program.program import Program

_KINDS = ("network", "program", "nir", "npz", "evidence")
MOST_WATCHED = 40
"""Neurons that can be asked for."""
_ENDINGS = (".network", ".program", ".nir", ".npz", ".evidence")


@dataclass(frozen=True, eq=False)
class _Found:
    """What all files together hold, each with its path."""

    networks: list[tuple[Path, Network]] = field(default_factory=list)
    graphs: list[tuple[Path, FloatGraph]] = field(default_factory=list)
    programs: list[tuple[Path, Program]] = field(default_factory=list)
    rasters: list[tuple[Path, Rasters]] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)


def gather(paths: Sequence[Path], dt: float | None = None) -> tuple[Run, ...]:
    """One run for every program, and for every network or NIR graph that none of the programs was compiled from.

    Of a folder all files in it are taken whose ending is one of ours. A program finds the network or graph it was
    compiled from, and evidence its program, by digests. A .npz belongs to every run whose inputs or populations it
    has. NIR graphs are read in steps of `dt` seconds. Raises InputError for files of another kind, for folders that
    hold none, and for a .npz that belongs to no run.
    """
    found = _Found()
    for path in _files(paths):
        _read(path, found, dt)
    runs = [_of_program(path, program, found) for path, program in found.programs]
    compiled = {run.network.digest for run in runs if run.network} | {run.graph.origin for run in runs if run.graph}
    runs += [Run(str(path), "", network) for path, network in found.networks if network.digest not in compiled]
    runs += [Run(str(path), "", None, graph) for path, graph in found.graphs if graph.origin not in compiled]
    if not runs:
        raise InputError("there is neither a .network nor a .program nor a .nir among the files; give at least one.")
    for path, rasters in found.rasters:
        runs = _joined(runs, path, rasters)
    names = _names([Path(run.path) for run in runs])
    return tuple(replace(run, name=name) for run, name in zip(runs, names, strict=True))


def watching(runs: Sequence[Run], probes: Sequence[str]) -> tuple[Run, ...]:
    """The runs with the neurons that `probes` name, as in motifc run, in those of them that have the population.

    Raises InputError where none has it, and for more than `MOST_WATCHED` neurons.
    """
    watched: dict[int, list[tuple[str, int]]] = {}
    for text in probes:
        name = text.rpartition(":")[0].partition("[")[0]
        programs = {number: run.program for number, run in enumerate(runs) if run.program is not None}
        if not programs:
            raise InputError(f"a probe asks for {brief(text)}, but there is no .program among the files; give one.")
        having = {n: made for n, made in programs.items() if name in {each.name for each in made.own}} or programs
        for number, made in having.items():
            probe, _ = parse_probe(text, made)
            watched.setdefault(number, []).extend((probe.population, int(each)) for each in probe.neurons)
    for neurons in watched.values():
        if len(set(neurons)) > MOST_WATCHED:
            raise InputError(
                f"{len(set(neurons)):,} neurons are asked for; a page shows the membranes of up to {MOST_WATCHED}, so "
                "name fewer, such as hidden[0,3,8-11]:v."
            )
    return tuple(replace(run, neurons=tuple(dict.fromkeys(watched.get(number, ())))) for number, run in enumerate(runs))


def _names(paths: Sequence[Path]) -> list[str]:
    """What tells the runs apart: names of files without their endings, with so many folders before them as it takes."""
    for depth in range(1, max(len(path.parts) for path in paths) + 1):
        names = ["/".join(path.with_suffix("").parts[-depth:]) for path in paths]
        if len(set(names)) == len(names):
            return names
    return [str(path) for path in paths]


def _files(paths: Sequence[Path]) -> list[Path]:
    """The files themselves, and those of ours in folders; each once."""
    found: list[Path] = []
    for path in paths:
        if not path.is_dir():
            found.append(path)
            continue
        held = sorted(each for each in path.iterdir() if each.suffix in _ENDINGS and each.is_file())
        if not held:
            raise InputError(f"{path} holds no {', '.join(_ENDINGS)} file; give a folder of a run, or the files.")
        found += held
    return list(dict.fromkeys(found))


def _read(path: Path, found: _Found, dt: float | None) -> None:
    kind = expected(path, *_KINDS)
    if kind == "network":
        found.networks.append((path, Network.load(path)))
    elif kind == "program":
        found.programs.append((path, proven(program_in(path))))
    elif kind == "nir":
        found.graphs.append((path, read_nir(path, dt=dt)))
    elif kind == "npz":
        found.rasters.append((path, load_rasters(path)))
    else:
        found.evidence.append(Evidence.load(path))


def _of_program(path: Path, program: Program, found: _Found) -> Run:
    """A program with what it was compiled from and what is known of it."""
    network = next((each for place, each in found.networks if program.origin in _digests(place, each)), None)
    graph = next((each for _, each in found.graphs if each.origin == program.origin), None)
    evidence = next((each for each in found.evidence if each.program == program.digest), None)
    return Run(str(path), "", network, graph, program, evidence)


def _digests(path: Path, network: Network) -> set[str]:
    """The digest of a network, and that of its file where that is another, as of version 1."""
    return {network.digest, stored_digest(path, "network")}


def _joined(runs: Sequence[Run], path: Path, rasters: Rasters) -> list[Run]:
    """The runs with the rasters of a file: as their input where it has their inputs, else as a recording of theirs."""
    joined = [_with(run, path, rasters) for run in runs]
    if all(new is old for new, old in zip(joined, runs, strict=True)):
        raise InputError(
            f"{path} holds {', '.join(map(repr, list(rasters)[:4]))}, which are neither inputs nor populations of any "
            "run; give what motifc run wrote of it, or its input."
        )
    return joined


def _with(run: Run, path: Path, rasters: Rasters) -> Run:
    inputs = run.ports
    if {each.name for each in inputs} <= set(rasters):
        return replace(run, inputs={each.name: rasters[each.name] for each in inputs}, source=str(path))
    if len(inputs) == 1 and set(rasters) == {"spikes"} and rasters["spikes"].neurons == inputs[0].neurons:
        return replace(run, inputs={inputs[0].name: rasters["spikes"]}, source=str(path))
    widths = {each.name: each.neurons for each in run.populations}
    held = {name: each for name, each in rasters.items() if widths.get(name) == each.neurons}
    return replace(run, recordings={**run.recordings, str(path): held}) if held else run
