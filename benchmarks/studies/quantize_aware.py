"""Train digits networks with and without the chip's rounding, seeds 0 to 2; write docs/results/quantize_aware.md.

Run it with: python -m benchmarks.studies.quantize_aware
"""

import itertools
import platform
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np
import torch

from benchmarks.pages import paragraph, table
from benchmarks.refusals import refusing
from benchmarks.runs import Row, chosen, complete
from benchmarks.studies.command import parser
from compiler.analysis.interpret import interpret
from compiler.analysis.quantization import quantization_report
from compiler.frontends.network import lower
from compiler.passes.fold import fold
from compiler.passes.quantize import quantize
from compiler.pipeline import compile_network
from search.data.load import load_split
from search.data.loader import DataLoader
from search.data.task import Split, labels_of
from search.motif import DIRECTIONS, Motif
from search.nas.derive import motif_network
from search.network import Network
from search.settings import Settings, TrainingSettings
from search.training.initialize import reinitialize
from search.training.train import train
from targets.contracts.chip import ChipSpec, Limit, chip_named
from targets.contracts.ports import Readout
from targets.contracts.raster import SpikeRaster
from targets.contracts.writing import write_text
from targets.runtime.backend import run

SIZE, LINKS = 8, 0.5
BITS = (8, 4, 2)
EPOCHS = 15
LOIHI2 = chip_named("loihi2")
MEANS = [
    "weight bits",
    "trained on",
    "float accuracy",
    "integer accuracy",
    "same class",
    "differing bins per hidden spike",
]
TITLES = [
    "weight bits",
    "seed",
    "trained on",
    "float",
    "integer",
    "same class",
    "differing hidden bins",
    "hidden spikes",
    "SNR",
]
TAIL = (
    "After training on the grid only the arithmetic of u and v differs: the chip cuts them toward zero",
    "in every step, training does not.",
)


@dataclass(frozen=True)
class Outcome:
    """One network on one chip.

    differing   bins of the hidden layer
    spikes      of the hidden layer, in floats
    seconds     of a processor, since the outcome before
    """

    bits: int
    seed: int
    aware: bool
    floats: float
    integers: float
    agreeing: int
    samples: int
    differing: int
    spikes: int
    snr: Mapping[str, float | None]
    seconds: float = 0.0


@refusing
def main(arguments: Sequence[str] | None = None) -> None:
    """Per seed one training on floats, and one on the grid of every chip."""
    given = parser("Train digits networks with and without the chip's rounding.", seeds=3).parse_args(arguments)
    tasks = [{"seed": seed} for seed in range(given.seeds)]
    rows = complete(given.rows / "quantize_aware.json", tasks, compared, given.jobs)
    write_text(given.out / "quantize_aware.md", page([Outcome(**row) for row in chosen(rows, tasks)]))


def compared(seed: int) -> list[Row]:
    """All networks of one seed on all chips."""
    torch.set_num_threads(1)
    rows, last = [], time.process_time()
    for outcome in outcomes_of(seed):
        now = time.process_time()
        rows.append(asdict(replace(outcome, seconds=now - last)))
        last = now
    return rows


def outcomes_of(seed: int) -> Iterator[Outcome]:
    """The network trained on floats and the one trained on the chip's grid, chip by chip."""
    split, settings = load_split("digits", None, seed), Settings(training=TrainingSettings(epochs=EPOCHS))
    begun = fresh_network(split, settings, seed)
    plain = train(begun, split, settings, seed, "cpu")
    for bits in BITS:
        chip = with_bits(bits)
        aware = train(begun, split, settings, seed, "cpu", chip=chip)
        for each in (plain, aware):
            yield judged(each, split, chip, bits, seed, each is aware)


def with_bits(bits: int) -> ChipSpec:
    """Loihi 2 with weights of fewer bits: steps of 2^(9 - bits) over the same range."""
    step = 1 << (9 - bits)
    source = f"{bits}-bit weights of mixed signs"
    return replace(
        LOIHI2,
        weight_step=Limit(step, LOIHI2.weight_step.unit, source),
        weight_max=Limit(-LOIHI2.weight_min.value - step, LOIHI2.weight_max.unit, source),
    )


def fresh_network(split: Split, settings: Settings, seed: int) -> Network:
    """A random motif of 8 neurons in a ring, half of its links there, with fresh weights."""
    generator = np.random.default_rng(seed)
    shape = (1 + len(DIRECTIONS["ring"]), SIZE, SIZE)
    types = generator.choice([1, -1], shape) * (generator.random(shape) < LINKS)
    for lateral in types[1:]:
        lateral.flat[np.flatnonzero(lateral)[SIZE:]] = 0
    model = settings.model
    tau_m = np.full(model.neurons[0], model.tau_m)
    motif = Motif(SIZE, types[0], "ring", types[1:])
    network = motif_network({"hidden": motif}, {"hidden": tau_m}, {"hidden": tau_m}, split, model)
    first = DataLoader.of(torch.device("cpu"), split.train).batch(np.arange(settings.training.batch))
    return reinitialize(network, first, settings.start, seed)


def judged(network: Network, split: Split, chip: ChipSpec, bits: int, seed: int, aware: bool) -> Outcome:
    """The network in floats against its program on the test samples."""
    inputs = {split.input: split.test}
    floats = interpret(lower(network), inputs)
    integers = run(compile_network(network, chip), inputs, "numpy").spikes
    readout, labels = Readout("readout", split.classes), labels_of(split.test)
    counts = [spikes[readout.population].counts() for spikes in (floats, integers)]
    classes = [readout.classify(count) for count in counts]
    hidden = floats["hidden"], integers["hidden"]
    graph = fold(lower(network))
    report = quantization_report(graph, quantize(graph, chip), chip)
    return Outcome(
        bits=bits,
        seed=seed,
        aware=aware,
        floats=readout.accuracy(counts[0], labels),
        integers=readout.accuracy(counts[1], labels),
        agreeing=int(np.count_nonzero(classes[0] == classes[1])),
        samples=split.test.samples,
        differing=differing(*hidden),
        spikes=int(hidden[0].counts().sum()),
        snr={each.projection: each.snr for each in report.projections},
    )


def differing(left: SpikeRaster, right: SpikeRaster) -> int:
    """Bins in which two recordings differ."""
    return int(np.bitwise_count(left.packed ^ right.packed).sum())


def page(outcomes: Sequence[Outcome]) -> str:
    """The figures as Markdown."""
    seconds = sum(each.seconds for each in outcomes)
    return "\n".join(
        [
            f"# Training on the chip's grid: digits, seeds 0 to {max(each.seed for each in outcomes)}",
            "",
            paragraph(f"""
            Command: `python -m benchmarks.studies.quantize_aware`; {seconds:.0f} CPU seconds with one torch thread on
            {platform.machine()}, Python {platform.python_version()}.
            """),
            "",
            paragraph(f"""
            One random motif of 8 neurons per seed (half of its links there, ring, 128 hidden neurons), fresh weights,
            {EPOCHS} epochs of training, all other settings at their defaults. From the same start each network is
            trained once on floats, and once on the grid of each chip (`motifc train --quantize-aware`). Both are then
            compiled without calibration, and the program runs on the numpy backend. `loihi2` has 8-bit weights in
            steps of 2; the coarser chips are `loihi2` with steps of 2^(9 - bits) over the same range, as Lava has them
            for mixed signs and fewer weight bits. No setting was chosen on these figures.
            """),
            "",
            paragraph(f"""
            Accuracy is on the {outcomes[0].samples} test images, ties wrong. *Float* is the network as it is stored,
            in float arithmetic; for one trained on the grid, these are the rounded weights. *Same class* and
            *differing hidden bins* compare it with its program. *SNR* is that of the worst projection; *exact*: no
            weight was moved.
            """),
            "",
            *table(MEANS, _means(outcomes), "r" * len(MEANS)),
            "",
            *table(TITLES, map(_cells, outcomes), "r" * len(TITLES)),
            "",
            *TAIL,
            "",
        ]
    )


def _means(outcomes: Sequence[Outcome]) -> Iterator[list[str]]:
    """Cells of the means over seeds."""
    for bits, aware in itertools.product(BITS, (False, True)):
        own = [each for each in outcomes if (each.bits, each.aware) == (bits, aware)]
        agreeing, samples = sum(each.agreeing for each in own), sum(each.samples for each in own)
        yield [
            str(bits),
            _trained(aware),
            f"{np.mean([each.floats for each in own]):.2%}",
            f"**{np.mean([each.integers for each in own]):.2%}**",
            f"{agreeing / samples:.2%}",
            f"{sum(each.differing for each in own) / sum(each.spikes for each in own):.2%}",
        ]


def _cells(each: Outcome) -> list[str]:
    """Cells of one network on one chip."""
    known = [snr for snr in each.snr.values() if snr is not None]
    return [
        str(each.bits),
        str(each.seed),
        _trained(each.aware),
        f"{each.floats:.2%}",
        f"{each.integers:.2%}",
        f"{each.agreeing} of {each.samples}",
        f"{each.differing:,}",
        f"{each.spikes:,}",
        f"{min(known):.1f} dB" if known else "exact",
    ]


def _trained(aware: bool) -> str:
    return "the grid" if aware else "floats"


if __name__ == "__main__":
    main()
