"""motifc compile: programs written, the text of every stage, calibration, NIR."""

from pathlib import Path

import numpy as np

from targets.contracts.raster import SpikeRaster, save_rasters
from targets.program.program import Program
from tests.motifc.command_line import Motifc
from tests.networks import random_spikes


def test_compile_writes_a_program_and_says_its_size(motifc: Motifc) -> None:
    outcome = motifc("compile", "net.network", "--chip", "loihi1", "--out", "other.program")
    assert outcome.status == 0
    program = Program.load("other.program")
    assert outcome.out == f"other.program: 27 neurons on 1 core of loihi1, digest {program.digest[:16]}\n"
    assert program.chip.name == "loihi1"


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
