"""openers: each export of a program opened or run by the program that it is for, and what came of it."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np

from compiler.analysis.estimate import estimate
from compiler.exporting import export_program
from compiler.exports.sanafe.simulate import simulate
from targets.backends.c.toolchain import STRICT, compiler
from targets.contracts.bits import save_bits
from targets.contracts.raster import SpikeRaster, save_rasters
from targets.contracts.spike_digest import spike_digest
from targets.program.program import Program
from targets.runtime.backend import load, run

Spikes = Mapping[str, SpikeRaster]
_TYPES = {"boolean", "int", "long", "float", "double", "string"}
_GRAPHML = "{http://graphml.graphdrawing.org/xmlns}"


def networkx_json(program: Program, spikes: Spikes, folder: Path) -> str:
    """networkx.node_link_graph on the JSON file."""
    import networkx

    export_program(program, "json", folder / "net.json", _all(program, spikes))
    told = json.loads((folder / "net.json").read_text(encoding="utf-8"))
    return _counted(networkx.node_link_graph(told, edges="edges"), program)


def networkx_graphml(program: Program, spikes: Spikes, folder: Path) -> str:
    """networkx.read_graphml; and what Gephi and yEd ask of GraphML: declared keys of the six types of its schema."""
    import networkx

    path = folder / "net.graphml"
    export_program(program, "graphml", path, _all(program, spikes))
    root = ElementTree.parse(path).getroot()
    keys = {each.get("id"): each.get("attr.type") for each in root.iter(f"{_GRAPHML}key")}
    used = {each.get("key") for each in root.iter(f"{_GRAPHML}data")}
    good = set(keys.values()) <= _TYPES and used <= set(keys)
    return f"{_counted(networkx.read_graphml(path), program)}; {len(keys)} keys {'all' if good else 'NOT all'} declared"


def c_compiler(program: Program, spikes: Spikes, folder: Path) -> str:
    """The compiler, warnings as errors, then the binary on packed spikes; sizes as `size` and the compiler tell."""
    export_program(program, "c", folder / "c")
    command = [*(compiler() or ["cc"]), *STRICT, "-O2", "-fstack-usage", "network.c", "-o", "network"]
    subprocess.run(command, cwd=folder / "c", check=True)
    save_bits(spikes, folder / "spikes.bits")
    given = (folder / "spikes.bits").read_bytes()
    done = subprocess.run([folder / "c" / "network"], input=given, capture_output=True, check=True)
    digest = done.stdout.decode().split()[-1]
    equal = digest == spike_digest(run(program, spikes, "numpy").spikes)
    library = [*command[:-4], "-DMOTIFC_NO_MAIN", "-c", "network.c", "-o", "network.o"]
    subprocess.run(library, cwd=folder / "c", check=True)
    told = subprocess.run(["size", "network.o"], cwd=folder / "c", capture_output=True, text=True, check=True)
    text, data, bss = told.stdout.splitlines()[1].split()[:3]
    frames = [line.split("\t")[1] for each in (folder / "c").glob("*.su") for line in each.read_text().splitlines()]
    deepest = max(map(int, frames))
    return (
        f"digest {'equal' if equal else 'DIFFERS'}; text {int(text):,}, data {int(data):,}, bss {int(bss):,} bytes, "
        f"largest frame {deepest:,}"
    )


def onnx_evaluators(program: Program, spikes: Spikes, folder: Path) -> str:
    """The reference evaluator of onnx, and onnxruntime."""
    import onnx
    import onnxruntime
    from onnx.reference import ReferenceEvaluator

    export_program(program, "onnx", folder / "net.onnx")
    model = onnx.load(folder / "net.onnx")
    sizes = {"batch": next(iter(spikes.values())).samples, "time": next(iter(spikes.values())).steps}
    session = onnxruntime.InferenceSession(str(folder / "net.onnx"))
    feed: dict[str, Any] = {
        each.name: np.zeros([sizes.get(n, n) for n in each.shape], each.type[7:-1]) for each in session.get_inputs()
    }
    feed |= {f"spikes/{name}": each.dense().transpose(1, 0, 2).astype(np.uint8) for name, each in spikes.items()}
    names = [each.name for each in model.graph.output]
    meant = load(program, "numpy").raw(spikes).spikes
    told = []
    for name, ran in (
        ("reference", ReferenceEvaluator(model).run(None, feed)),
        ("onnxruntime", session.run(None, feed)),
    ):
        found = dict(zip(names, ran, strict=True))
        pairs = [
            (found[f"spikes/{each.name}"].transpose(1, 0, 2), meant[each.name].dense())
            for each in program.populations
            if f"spikes/{each.name}" in found
        ]
        told.append(
            f"{name} {sum(int((a != b).sum()) for a, b in pairs)} of {sum(b.size for _, b in pairs):,} bins differ"
        )
    return "; ".join(told)


def lava(program: Program, spikes: Spikes, folder: Path, variant: str = "lava") -> str:
    """lava-nc runs the exported folder in a process of its own; its digest beside `motifc run`'s."""
    place = folder / variant.replace(":", "-")
    export_program(program, variant, place)
    save_rasters(spikes, folder / "spikes.npz")
    command = [sys.executable, "run.py", str(folder / "spikes.npz"), str(folder / "out.npz")]
    done = subprocess.run(command, cwd=place, capture_output=True, text=True, check=False, timeout=900)
    if done.returncode:
        return f"failed: {(done.stderr.strip().splitlines() or ['?'])[-1][:90]}"
    equal = spike_digest(run(program, spikes, "numpy").spikes) in done.stdout
    return f"digest {'equal' if equal else 'DIFFERS'}"


def lava_by_cores(program: Program, spikes: Spikes, folder: Path) -> str:
    """The same with one process per core."""
    return lava(program, spikes, folder, "lava:core")


def sanafe(program: Program, spikes: Spikes, folder: Path) -> str:
    """SANA-FE on the same spikes: operations and hops beside ours."""
    given = _all(program, spikes)
    own, found = estimate(program, given), simulate(program, given)
    hops = own.hops_east_west + own.hops_north_south
    operations = f"operations {found.operations:,.6g} (ours {own.synaptic_operations:,.6g})"
    return f"{operations}, hops {found.hops:,.6g} ({hops:,.6g})"


def _all(program: Program, spikes: Spikes) -> dict[str, SpikeRaster]:
    return {**spikes, **run(program, spikes, "numpy").spikes}


def _counted(graph: Any, program: Program) -> str:
    cores = sum(node["kind"] == "core" for _, node in graph.nodes(data=True))
    equal = cores == len(program.cores) and graph.graph["program"] == program.digest
    size = f"{graph.number_of_nodes()} nodes, {graph.number_of_edges()} edges"
    return f"{size}, cores and digest {'equal' if equal else 'DIFFER'}"


def in_a_folder(opener: Any, program: Program, spikes: Spikes) -> str:
    """What an opener says, in a folder that vanishes."""
    with tempfile.TemporaryDirectory(prefix="motifc-") as folder:
        return opener(program, spikes, Path(folder))
