"""Whatever inputs, populations and projections are called: every command prints characters and writes all of it."""

import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from compiler.pipeline import compile_network
from search.network import Layer, Network
from search.settings import load_settings
from targets.contracts.errors import InputError
from targets.contracts.names import quoted
from targets.contracts.ports import Input
from targets.contracts.raster import SpikeRaster, load_rasters, save_rasters
from targets.contracts.shown import shown
from targets.program.program import Program
from targets.runtime.backend import run
from tests.hostile_names import ILLEGAL, LEGAL, hostile_network
from tests.motifc.command_line import Motifc, Outcome

FORGED = "motifc: 0 of 0 bins differ"


@pytest.fixture
def spikes() -> dict[str, SpikeRaster]:
    rng = np.random.default_rng(0)
    return {
        each.name: SpikeRaster.pack(rng.random((2, 60, each.neurons)) < 0.5, labels=[0, 1])
        for each in hostile_network().inputs
    }


@pytest.fixture
def named(motifc: Motifc, spikes: dict[str, SpikeRaster]) -> Motifc:
    """The command line beside the network of hostile names, its program and its spikes."""
    network = hostile_network()
    network.save("h.network")
    compile_network(network).save("h.program")
    save_rasters(spikes, "h.npz")
    return motifc


def clean(text: str) -> bool:
    """Whether a text holds nothing but characters of lines, none of which a name has begun."""
    return text.replace("\n", "").isprintable() and not any(line.startswith(FORGED) for line in text.splitlines())


def good(outcome: Outcome) -> Outcome:
    assert outcome.status == 0, outcome.err
    assert clean(outcome.out), [line for line in outcome.out.splitlines() if not line.isprintable()]
    assert clean(outcome.err), [line for line in outcome.err.splitlines() if not line.isprintable()]
    return outcome


@pytest.mark.parametrize("name", LEGAL)
def test_any_text_is_a_name(name: str) -> None:
    assert Input(name, 1).name == Layer.of(name, 1).name == name


@pytest.mark.parametrize("name", ILLEGAL, ids=repr)
def test_other_things_are_no_names(name: Any) -> None:
    for make in (lambda: Input(name, 1), lambda: Layer.of(name, 1)):
        with pytest.raises(InputError) as refused:
            make()
        assert clean(str(refused.value))
        assert str(refused.value).endswith(".")


@pytest.mark.slow
def test_files_of_networks_programs_and_spikes_keep_every_name(tmp_path: Path, spikes: dict[str, SpikeRaster]) -> None:
    network, program = hostile_network(), compile_network(hostile_network())
    network.save(tmp_path / "a")
    program.save(tmp_path / "b")
    assert Network.load(tmp_path / "a").digest == network.digest
    assert [each.name for each in Program.load(tmp_path / "b").populations] == list(LEGAL[2:])
    recorded = run(program, spikes).spikes
    save_rasters(recorded, tmp_path / "c.npz")
    found = load_rasters(tmp_path / "c.npz")
    assert set(found) == set(LEGAL[2:])
    assert all(np.array_equal(found[name].dense(), recorded[name].dense()) for name in recorded)
    assert recorded[LEGAL[-1]].dense().any()


@pytest.mark.slow
def test_every_command_prints_names_as_characters(named: Motifc) -> None:
    steps = ["--input", "h.npz"]
    good(named("compile", "h.network", "--out", "o.program", "--dump", "stages"))
    told = good(named("show", "h.network")).out + good(named("show", "h.program")).out
    assert all(shown(name) in told for name in LEGAL)
    good(named("opt", "stages/02-fold.stage", "--pass", "quantize"))
    good(named("run", "h.program", *steps, "--out", "o.npz"))
    good(named("run", "h.network", *steps, "--out", "o2.npz"))
    good(named("run", "h.program", *steps, "--out", "o3.npz", "--probe", "hidden[0][0]:u", "--probe", "[/x]:v"))
    good(named("verify", "h.program", "--backends", "numpy,torch,onnx", *steps))
    good(named("verify", "h.program", "--against-float", "h.network", *steps))
    good(named("explain", "h.program", "--recording", "o.npz", *steps))
    assert all(clean(path.read_text(encoding="utf-8")) for path in Path("stages").glob("*.txt"))


def test_names_that_are_not_there_are_refused_in_one_line(motifc: Motifc) -> None:
    for name in LEGAL[::4]:
        outcome = motifc("run", "net.program", "--input", "spikes.npz", "--out", "o.npz", "--probe", f"{name}!:u")
        assert outcome.status == 2
        assert len(outcome.err.splitlines()) == 1
        assert clean(outcome.err)


class _Page(HTMLParser):
    """Elements and visible text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: set[str] = set()
        self.text: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.elements.add(tag)

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@pytest.mark.slow
@pytest.mark.parametrize("files", [["h.network"], ["h.program"], ["h.network", "h.program", "h.npz"]])
def test_reports_hold_names_as_text(named: Motifc, files: list[str]) -> None:
    good(named("report", *files, "--out", "page.html"))
    page = Path("page.html").read_text(encoding="utf-8")
    assert page.replace("\n", "").isprintable()
    parsed = _Page(page)
    assert "script" not in parsed.elements
    assert all(shown(name) in " ".join(parsed.text) or name == "" for name in LEGAL)
    for drawing in re.findall(r"<svg.*?</svg>", page, re.DOTALL):
        ElementTree.fromstring(
            drawing.replace("<svg", '<svg xmlns:xlink="x"', 1) if "xmlns:xlink" not in drawing else drawing
        )


@pytest.mark.slow
def test_onnx_gets_every_name(named: Motifc) -> None:
    onnx = pytest.importorskip("onnx", reason="onnx is not installed")
    good(named("export", "h.program", "--format", "onnx", "--out", "h.onnx"))
    model = onnx.load("h.onnx")
    onnx.checker.check_model(model)
    assert {each.name for each in model.graph.output} >= {f"spikes/{name}" for name in LEGAL[2:]}


@pytest.mark.slow
def test_a_folder_for_lava_gets_every_name(motifc: Motifc) -> None:
    names = LEGAL[::3]
    program = compile_network(hostile_network(names))
    program.save("h.program")
    rng = np.random.default_rng(0)
    spikes = {each.name: SpikeRaster.pack(rng.random((2, 30, each.neurons)) < 0.5) for each in program.inputs}
    save_rasters(spikes, "h.npz")
    good(motifc("export", "h.program", "--format", "lava", "--out", "folder"))
    assert clean(Path("folder/README.md").read_text(encoding="utf-8"))
    pytest.importorskip("lava", reason="lava-nc is not installed")
    command = [sys.executable, "folder/run.py", "h.npz", "out.npz"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert clean(done.stdout)
    with np.load("out.npz") as recorded:
        for name, raster in run(program, spikes).spikes.items():
            assert np.array_equal(recorded[f"{quoted(name)}.spikes"], raster.dense())


@pytest.mark.parametrize("name", [name for name in LEGAL if name])
def test_settings_refuse_unknown_names_in_one_line(tmp_path: Path, name: str) -> None:
    path = tmp_path / "settings.toml"
    for text in (
        f"[{json.dumps(name)}]\nx = 1",
        f"[model]\n{json.dumps(name)} = 1",
        f"[search]\nchip = {json.dumps(name)}",
    ):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(InputError) as refused:
            load_settings(path)
        assert clean(str(refused.value))
