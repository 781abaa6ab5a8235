"""searched: networks that the search produced, with rates measured on data, to measure mappings on."""

from dataclasses import dataclass, replace
from pathlib import Path

from compiler.analysis.calibration import calibrate
from compiler.frontends.network import lower
from compiler.ir.graph import IntGraph
from compiler.passes.fold import fold
from compiler.passes.prune import prune
from compiler.passes.quantize import quantize
from targets.contracts.arrays import Floats
from targets.contracts.chip import chip_named

DATA = "digits"
SETTINGS = Path(__file__).with_name("searched.toml")
CHIP = "small"
_SAMPLES = 200


@dataclass(frozen=True, eq=False)
class Searched:
    """A network and the spikes per step of its inputs and neurons: measured on training and on test data."""

    graph: IntGraph
    training: dict[str, Floats]
    test: dict[str, Floats]


def searched(neurons: int, seed: int) -> Searched:
    """The digits task searched shortly (searched.toml) with one hidden layer of `neurons`, rounded for `CHIP`."""
    import torch

    from search.data.load import load_split
    from search.nas.hrmas import search
    from search.settings import load_settings

    torch.set_num_threads(1)
    settings = load_settings(SETTINGS)
    split = load_split(DATA, seed=seed)
    settings = replace(settings, model=replace(settings.model, neurons=(neurons,)))
    floats = fold(lower(search(split, settings, seed, "cpu")))
    name = floats.inputs[0].name
    training = calibrate(floats, {name: split.train.take(slice(_SAMPLES))})
    test = calibrate(floats, {name: split.test.take(slice(_SAMPLES))})
    graph = prune(quantize(floats, chip_named(CHIP), training)).graph
    return Searched(graph, dict(training.rates), dict(test.rates))
