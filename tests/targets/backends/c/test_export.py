"""The exported folder, compiled and run as a stranger does: without motifc, with sanitizers, on packed spikes."""

import subprocess
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from targets.backends.c.export import export
from targets.backends.c.toolchain import STRICT, compiler
from targets.conformance.fuzz import numbered_program
from targets.contracts.bits import save_bits
from targets.contracts.errors import InputError
from targets.contracts.ports import Readout
from targets.contracts.raster import SpikeRaster
from targets.contracts.spike_digest import spike_digest
from targets.program.program import Program
from targets.runtime.backend import run
from targets.runtime.voltages import probes_of_voltages, voltages_of

COMPILER = compiler()
needs_a_compiler = pytest.mark.skipif(COMPILER is None, reason="there is no C compiler")
SANITIZERS = ("-g", "-fsanitize=undefined,address", "-fno-sanitize-recover=all")


def _compiled(program: Program, folder: Path, *flags: str) -> Path:
    export(program, folder)
    command = [*(COMPILER or ["cc"]), *STRICT, *flags, "network.c", "-o", "network"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder / "network"


def _printed(binary: Path, spikes: bytes) -> tuple[int, list[str], str]:
    done = subprocess.run([binary], input=spikes, capture_output=True, check=False)
    return done.returncode, done.stdout.decode().splitlines(), done.stderr.decode()


def _bits(inputs: Mapping[str, SpikeRaster], folder: Path) -> bytes:
    save_bits(inputs, folder / "spikes.bits")
    return (folder / "spikes.bits").read_bytes()


def _shortened(inputs: Mapping[str, SpikeRaster]) -> dict[str, SpikeRaster]:
    """The same samples, of which some end early."""
    first = next(iter(inputs.values()))
    lengths = np.maximum(0, first.steps - 3 * np.arange(first.samples))
    return {name: replace(raster, lengths=lengths) for name, raster in inputs.items()}


def _late(program: Program, number: int) -> Program:
    """The same with latencies and, in every third, a population that is in no digest."""
    populations = [replace(each, latency=(number + k) % 3) for k, each in enumerate(program.populations)]
    if number % 3 == 0 and len(populations) > 1:
        populations[0] = replace(populations[0], invented="every step", latency=0)
    return replace(program, populations=tuple(populations))


@needs_a_compiler
@pytest.mark.parametrize("number", [*range(4), *(pytest.param(n, marks=pytest.mark.slow) for n in range(4, 12))])
def test_it_tells_digest_and_classes_and_the_sanitizers_are_silent(number: int, tmp_path: Path) -> None:
    program, inputs = numbered_program(3, number)
    program, inputs = _late(program, number), _shortened(inputs)
    binary = _compiled(program, tmp_path / "c", "-O1", *SANITIZERS)
    status, lines, complaints = _printed(binary, _bits(inputs, tmp_path))
    recorded = run(program, inputs)
    assert (status, complaints) == (0, "")
    assert lines[-1] == f"spike digest {spike_digest(recorded.spikes)}"
    assert program.readout is not None
    classes = program.readout.classify(recorded.spikes[program.readout.population].counts())
    assert lines[:-1] == [f"sample {sample} class {number}" for sample, number in enumerate(classes)]


@pytest.mark.slow
@needs_a_compiler
@pytest.mark.parametrize("by", ["last", "peak"])
@pytest.mark.parametrize("latency", [0, 2])
def test_a_readout_in_voltage_tells_classes(by: str, latency: int, tmp_path: Path) -> None:
    program, inputs = numbered_program(0, 5)
    last = program.populations[-1]
    unit = np.full(last.neurons, 0.25)
    answering = replace(last, vth=np.full(last.neurons, 131071, np.int32), unit=unit, latency=latency)
    readout = Readout(last.name, last.neurons // 2, by=by)  # type: ignore[arg-type]
    program = replace(program, populations=(*program.populations[:-1], answering), readout=readout)
    inputs = _shortened(inputs)
    _, lines, _ = _printed(_compiled(program, tmp_path / "c"), _bits(inputs, tmp_path))
    recorded = run(program, inputs, probes=probes_of_voltages(program))
    classes = readout.classify(voltages_of(program, recorded)[last.name].by(readout.by))
    assert lines[:-1] == [f"sample {sample} class {number}" for sample, number in enumerate(classes)]
    uneven = replace(answering, unit=unit * np.arange(1, last.neurons + 1))
    export(replace(program, populations=(*program.populations[:-1], uneven)), tmp_path / "uneven")
    assert "integers alone tell no class" in (tmp_path / "uneven" / "README.md").read_text(encoding="utf-8")
    assert "#define MOTIFC_CLASSES 0u" in (tmp_path / "uneven" / "network.h").read_text(encoding="utf-8")


@needs_a_compiler
def test_spikes_that_are_none_are_refused(tmp_path: Path) -> None:
    program, inputs = numbered_program(0, 1)
    binary, good = _compiled(program, tmp_path / "c", *SANITIZERS), _bits(inputs, tmp_path)
    assert _printed(binary, good)[0] == 0
    wrong = {
        "does not begin as packed spikes": [b"", good[:10], b"spk2" + good[4:]],
        "end too early": [good[:18], good[:-1]],
        "follow the last sample": [good + b"\0"],
        "another number of neurons": [good[:12] + b"\xff\xff\xff\xff" + good[16:]],
        "longer than the steps": [good[:16] + b"\xff\xff\xff\xff" + good[20:]],
    }
    for sentence, contents in wrong.items():
        for content in contents:
            status, _, complaint = _printed(binary, content)
            assert status == 2
            assert sentence in complaint
            assert len(complaint.splitlines()) == 1


@needs_a_compiler
def test_names_are_no_code(tmp_path: Path) -> None:
    program, inputs = numbered_program(0, 1)
    name = '*/ int x; /* "\\\n??/'
    last = program.populations[-1].name
    text = {last: name}
    renamed = replace(
        program,
        populations=tuple(replace(each, name=text.get(each.name, each.name)) for each in program.populations),
        projections=tuple(
            replace(each, source=text.get(each.source, each.source), target=text.get(each.target, each.target))
            for each in program.projections
        ),
        cores=(),
        outputs=(),
        readout=None,
    )
    _, lines, _ = _printed(_compiled(renamed, tmp_path / "c"), _bits(inputs, tmp_path))
    assert lines == [f"spike digest {spike_digest(run(renamed, inputs).spikes)}"]


def test_the_folder_is_made_without_a_compiler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", "no-such-compiler")
    assert compiler() is None
    export(numbered_program(0, 0)[0], tmp_path / "c")
    assert {path.name for path in (tmp_path / "c").iterdir()} == {"network.h", "network.c", "README.md"}
    with pytest.raises(InputError, match="is there already"):
        export(numbered_program(0, 0)[0], tmp_path / "c")
