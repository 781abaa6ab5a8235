"""motifc compile: programs written, the text of every stage, calibration, NIR."""

from dataclasses import replace
from html import unescape
from pathlib import Path

import numpy as np

from compiler.faithfulness import told_faithful, unproved
from compiler.ir.graph import FloatGraph, FloatPopulation
from compiler.losses import told_losses
from compiler.pipeline import compile_graph, compile_network
from motifc.commands.console import console
from motifc.tables import show_losses
from search.data.load import load_split
from search.network import Network
from targets.contracts.ports import Input
from targets.contracts.provenance import Provenance
from targets.contracts.raster import SpikeRaster, save_rasters
from targets.contracts.synapses import with_weights
from targets.program.program import Program
from tests.motifc.command_line import Motifc
from tests.networks import labelled_spikes, random_spikes


def test_compile_writes_a_program_and_says_its_size(motifc: Motifc) -> None:
    outcome = motifc("compile", "net.network", "--chip", "loihi1", "--out", "other.program")
    assert outcome.status == 0
    program = Program.load("other.program")
    first, second = outcome.out.splitlines()
    assert first == f"other.program: 27 neurons on 1 core of loihi1, digest {program.digest[:16]}"
    assert (second,) == told_losses(program)
    assert program.chip.name == "loihi1"


def test_compile_tells_what_is_lost_and_so_do_show_and_report(motifc: Motifc) -> None:
    network = Network.load("net.network")
    first, *others = network.connections
    large = first.synapses.weights.copy()
    large.flat[np.flatnonzero(large)[0]] = 300
    replace(network, connections=(replace(first, synapses=with_weights(first.synapses, large)), *others)).save(
        "large.network"
    )
    outcome = motifc("compile", "large.network", "--out", "o.program")
    told = told_losses(Program.load("o.program"))
    assert outcome.out.splitlines()[1:] == list(told)
    assert told[0].startswith("The largest rounding error is ")
    assert any("are changed by more than a quarter, as too small beside the largest" in each for each in told)
    assert set(told) <= set(motifc("show", "o.program").out.splitlines())
    assert motifc("report", "o.program", "--out", "o.html").status == 0
    assert all(each in unescape(Path("o.html").read_text()) for each in told)


def test_many_losses_are_cut_short(motifc: Motifc) -> None:
    ones = np.ones(2)
    populations = tuple(FloatPopulation(f"n{number}", 1, ones, 9 * ones, ones, 0 * ones) for number in range(20))
    program = compile_graph(FloatGraph((Input("x", 1),), populations, (), None, 9, ""))
    with console.capture() as written:
        show_losses(program)
    lines = written.get().splitlines()
    assert len(lines) == 13
    assert lines[-1] == "9 more sentences on losses are told by motifc show."


def test_compile_writes_the_text_of_every_stage_and_takes_calibration(motifc: Motifc) -> None:
    spikes = random_spikes(0, 11, samples=30)
    save_rasters(
        {"spikes": SpikeRaster(spikes.packed, 11, spikes.lengths, np.arange(30, dtype=np.int32) % 3)}, "own.npz"
    )
    outcome = motifc("compile", "net.network", "--out", "o.program", "--dump", "stages", "--calibrate", "own.npz")
    assert outcome.status == 0, outcome.err
    assert Program.load("o.program").settings["calibrated"] is True
    names = [path.name for path in sorted(Path("stages").iterdir())]
    assert names[0] == "00-lower.stage"
    assert names[-1].endswith("-assemble.txt")
    assert any(name.endswith("-quantization.txt") for name in names)
    assert any(name.endswith("-calibrate.txt") for name in names)


def test_a_nir_graph_is_compiled(motifc: Motifc, shared: Path) -> None:
    graph = shared / "golden" / "braille" / "braille_noDelay_bias_zero.nir"
    outcome = motifc("compile", str(graph), "--chip", "loihi1", "--out", "braille.program")
    assert outcome.status == 0, outcome.err
    assert Program.load("braille.program").latency == {"lif1.lif": 1, "lif2": 2}
    assert outcome.err.splitlines() == [
        f"motifc: {graph}: dt = 0.0001 s, where every input has a gain of 1; give dt if it was trained with another.",
        f"motifc: {graph}: the file has no v_reset for 'lif1.lif', 'lif2', as before nir 1.0, and is read as a reset "
        "to 0; if it was trained with a reset by subtraction, its spikes will be others.",
    ]


def test_a_time_step_is_for_nir_graphs(motifc: Motifc) -> None:
    outcome = motifc("compile", "net.network", "--out", "o.program", "--dt", "1e-3")
    assert outcome.status == 2
    assert outcome.err == (
        "motifc: net.network is a network, whose time is in steps; --dt is for NIR graphs, so leave it out.\n"
    )


def test_calibration_takes_the_split_of_the_network(motifc: Motifc) -> None:
    spikes = labelled_spikes(0, 11, 30)
    save_rasters({"spikes": spikes}, "mine.npz")
    split = load_split("mine.npz", seed=3)
    network = replace(Network.load("net.network"), provenance=Provenance().after_training(split.origin))
    network.save("net.network")
    named = motifc("compile", "net.network", "--out", "o.program", "--calibrate", "mine.npz")
    assert named.status == 0, named.err
    assert named.out.splitlines()[0] == (
        "calibrated on mine.npz, split of seed 3, the one net.network was trained on: 18 training samples, 18 of them "
        "trained on"
    )
    own = motifc("compile", "net.network", "--out", "own.program", "--calibrate", "own", "--seed", "3")
    assert own.out.splitlines()[0] == named.out.splitlines()[0]
    expected = compile_network(network, calibration={"touch": split.train})
    assert Program.load("o.program").digest == expected.digest
    program = Program.load("o.program")
    assert program.origin == network.digest
    assert program.provenance.rows()[:-1] == network.provenance.rows()
    assert program.provenance.made[-1].step == "compile"
    seed = motifc("compile", "net.network", "--out", "o.program", "--calibrate", "own", "--seed", "0", "--force")
    assert "split of seed 0; net.network was trained on mine.npz, split of seed 3: 18 training " in seed.out


def test_a_network_by_hand_has_no_data_of_its_own(motifc: Motifc) -> None:
    outcome = motifc("compile", "net.network", "--out", "o.program", "--calibrate", "own")
    assert outcome.status == 2
    assert outcome.err == (
        "motifc: net.network does not say which data it was trained on; say which data to take, by --calibrate.\n"
    )


def test_a_faithful_program_tells_its_cost_and_so_do_show_and_report(motifc: Motifc) -> None:
    outcome = motifc("compile", "net.network", "--faithful", "--out", "o.program")
    assert outcome.status == 0, outcome.err
    told = told_faithful(Program.load("o.program"))
    assert len(told) == 3
    assert told[0].startswith("Residuals of 'input', 'intra', 'lateral', 'output': ")
    assert outcome.out.splitlines()[-3:] == list(told)
    assert set(told) <= set(motifc("show", "o.program").out.splitlines())
    assert motifc("report", "o.program", "--out", "o.html").status == 0
    assert all(each in unescape(Path("o.html").read_text()) for each in told)


def test_spikes_without_labels_calibrate_too_and_what_is_not_proved_is_told(motifc: Motifc) -> None:
    quiet = random_spikes(3, 11, samples=6, rate=0.02)
    np.savez("quiet.npz", spikes=quiet.dense())
    outcome = motifc("compile", "net.network", "--faithful", "--calibrate", "quiet.npz", "--out", "o.program")
    assert outcome.status == 0, outcome.err
    assert outcome.out.startswith("calibrated on quiet.npz: 6 samples\n")
    program = Program.load("o.program")
    assert unproved(program)
    assert unproved(program)[0].startswith("u of 'hidden': seen 0.")
    for printed in (outcome, motifc("show", "o.program")):
        assert set(unproved(program)) <= set(printed.out.splitlines())
        assert any(" float spikes on 6 calibration samples, and is " in line for line in printed.out.splitlines())


def test_synapses_are_bounded_with_faithful_alone(motifc: Motifc) -> None:
    assert motifc("compile", "net.network", "--faithful", "--max-synapses", "700", "--out", "o.program").status == 0
    program = Program.load("o.program")
    assert sum(np.count_nonzero(each.synapses.weights) for each in program.projections) == 700
    few = motifc("compile", "net.network", "--faithful", "--max-synapses", "30", "--out", "few.program")
    assert few.status == 2
    assert " synapses without any residual and 30 are allowed; allow more, or prune it." in few.err
    alone = motifc("compile", "net.network", "--max-synapses", "700", "--out", "few.program")
    assert alone.status == 2
    assert alone.err.startswith("motifc: at most 700 synapses were asked for without residual weights, which alone add")


def test_the_stages_of_a_faithful_program_are_dumped(motifc: Motifc) -> None:
    assert motifc("compile", "net.network", "--faithful", "--out", "a.program", "--dump", "stages").status == 0
    (rounded,) = Path("stages").glob("*-split.txt")
    assert "residual of input: input residual\n" in rounded.read_text(encoding="utf-8")
    (roundings,) = Path("stages").glob("*-quantization.txt")
    assert ", exponent -1, " in roundings.read_text(encoding="utf-8")
    outcome = motifc("opt", "net.network", "--pass", "retime,fold,split")
    assert outcome.out == rounded.read_text(encoding="utf-8")
