"""braille and digits: one network compiled three ways, its spikes beside those of the float network."""

import os
import time
import warnings
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.runs import Row
from compiler.analysis.calibration import calibrate
from compiler.analysis.causes import CAUSES, Kept, simulate
from compiler.analysis.interpret import interpret
from compiler.analysis.reference import refer
from compiler.faithfulness import faithfulness, unproved
from compiler.frontends.network import lower
from compiler.frontends.nir.read import read_nir
from compiler.ir.graph import FloatGraph
from compiler.passes.fold import fold
from compiler.passes.retime import retime
from compiler.passes.split import split
from compiler.pipeline import compile_graph
from motifc.evaluation import judged
from search.data.load import load_split
from search.nas.methods import search_by
from search.settings import Settings
from targets.conformance.replay import overflows
from targets.contracts.chip import chip_named
from targets.contracts.errors import InputError
from targets.contracts.ports import Readout
from targets.contracts.raster import SpikeRaster
from targets.program.program import Program
from targets.runtime.backend import ready_backends, run

CHIP = "loihi2"
LAYER = "lif1.lif"
"""The layer of the Braille network that was recorded."""
DT = 1e-4
SAMPLES = 64
"""Random inputs of the Braille network for each seed."""
SEEDS = range(3)
CALIBRATION = 100
"""Seed of the random inputs that it is calibrated on."""
SHARED = Path(os.environ.get("MOTIFC_SHARED", Path(__file__).parents[3] / "shared"))

Rasters = Mapping[str, SpikeRaster]


def braille(folder: Path = SHARED / "golden" / "braille") -> Row:
    """The recurrent Braille network, its recording by snnTorch, and random inputs of the same rates."""
    graph_file = folder / "braille_noDelay_bias_zero.nir"
    if not graph_file.exists():
        raise InputError(f"{graph_file} is missing; set MOTIFC_SHARED to the folder that holds golden/braille.")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the reset of old files, which is meant here
        graph = read_nir(graph_file, dt=DT, steps=256)
    touch = np.load(folder / "braille_sample0_from_pdf.npy")
    recorded = SpikeRaster.pack(np.load(folder / "snntorch_activity_noDelay_bias_zero.npy")[None])
    rates = touch.mean(axis=0)

    def drawn(seed: int) -> dict[str, SpikeRaster]:
        spikes = np.random.default_rng(seed).random((SAMPLES, *touch.shape)) < rates
        return {graph.inputs[0].name: SpikeRaster.pack(spikes)}

    programs = _programs(graph, drawn(CALIBRATION))
    given = {graph.inputs[0].name: SpikeRaster.pack(touch[None])}
    random = []
    for seed in SEEDS:
        inputs = drawn(seed)
        exact = interpret(graph, inputs)[LAYER]
        found = {name: _compared(exact, run(each, inputs, "numba").spikes[LAYER]) for name, each in programs.items()}
        random.append({"seed": seed, "spikes": int(exact.counts().sum()), "samples": SAMPLES, "programs": found})
    return {
        "bins": recorded.bins,
        "spikes": int(recorded.counts().sum()),
        "recorded": {
            name: {
                known.name: _compared(recorded, run(each, given, known.name).spikes[LAYER])["differing"]
                for known in ready_backends()
            }
            for name, each in programs.items()
        },
        "float": _compared(recorded, interpret(graph, given)[LAYER])["differing"],
        "random": random,
        "programs": {name: _size(each) for name, each in programs.items()},
    }


def digits(seed: int) -> Row:
    """A searched network, its float spikes on all test images beside those of its programs.

    Choices are made on training images, none on test images.
    """
    import torch

    torch.set_num_threads(1)
    data = load_split("digits", None, seed)
    network = search_by("hrmas", data, Settings(), seed, "cpu")
    readout = network.readout
    if readout is None:
        raise InputError("the searched network has no readout, so that it tells no class.")
    graph = lower(network)
    train, test = ({network.inputs[0].name: part} for part in (data.train, data.test))
    begun = time.process_time()
    programs = _programs(graph, train)
    seconds = time.process_time() - begun
    exact = interpret(graph, test)
    classes = _classes(readout, exact)
    found: Row = {}
    for name, program in programs.items():
        spikes = run(program, test, "numba").spikes
        populations = {each: _compared(exact[each], spikes[each]) for each in exact}
        found[name] = _size(program) | {
            "populations": populations,
            "right": judged(readout, spikes[readout.population]).right,
            "same": int(np.count_nonzero(_classes(readout, spikes) == classes)),
            "unproved": list(unproved(program)),
            "overflows": [each.as_dict() for each in overflows(program, test, spikes)],
        }
    return {
        "digest": network.digest,
        "samples": data.test.samples,
        "spikes": {name: int(raster.counts().sum()) for name, raster in exact.items()},
        "right": judged(readout, exact[readout.population]).right,
        "programs": found,
        "causes": _causes(graph, train, test),
        "seconds": seconds,
    }


def _programs(graph: FloatGraph, calibration: Rasters) -> dict[str, Program]:
    """One part without data, as ever; residuals without data, and with."""
    return {
        "plain": compile_graph(graph, CHIP),
        "proved": compile_graph(graph, CHIP, faithful=True),
        "calibrated": compile_graph(graph, CHIP, calibration=calibration, faithful=True),
    }


def _compared(exact: SpikeRaster, found: SpikeRaster) -> dict[str, int]:
    """Bins that differ, and samples in which none does."""
    wrong = exact.packed ^ found.packed
    return {
        "differing": int(np.bitwise_count(wrong).sum()),
        "equal": int(np.count_nonzero(~wrong.any(axis=(1, 2)))),
    }


def _size(program: Program) -> Row:
    told = faithfulness(program)
    return {
        "synapses": sum(each.synapses.coordinates()[0].size for each in program.projections),
        "cores": len(program.cores),
        "scales": {population.name: int(population.vth.max()) for population in program.own},
        "seen": {} if told is None else {each.population: [each.u, each.v] for each in told.scales},
    }


def _classes(readout: Readout, spikes: Rasters) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    return np.asarray(readout.classify(spikes[readout.population].counts()), np.int32)


def _causes(graph: FloatGraph, train: Rasters, test: Rasters) -> dict[str, dict[str, list[int]]]:
    """Of the calibrated program, population -> cause -> bins that differ without that rounding, and with it alone."""
    chip = chip_named(CHIP)
    floats = fold(retime(graph))
    integers = split(floats, chip, calibrate(floats, train), refer(floats, train)).graph
    reference = refer(floats, test, most=next(iter(test.values())).samples)
    none = Kept(**dict.fromkeys(CAUSES, False))
    runs = {"": (Kept(), none)} | {
        cause: (replace(Kept(), **{cause: False}), replace(none, **{cause: True})) for cause in CAUSES
    }
    found: dict[str, dict[str, list[int]]] = {each.name: {} for each in floats.populations if not each.invented}
    for cause, pair in runs.items():
        for kept in pair:
            spikes = simulate(floats, integers, reference, chip.arithmetic, kept)
            for name, counts in found.items():
                counts.setdefault(cause, []).append(reference.differing(name, spikes[name]))
    return found
