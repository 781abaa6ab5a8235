"""motifc diff: of programs and of deployment graphs."""

import json
from pathlib import Path

from compiler.pipeline import compile_network
from tests.motifc.command_line import Motifc
from tests.networks import random_network


def test_a_program_is_equal_to_its_graph(motifc: Motifc) -> None:
    assert motifc("export", "net.program", "--format", "json", "--out", "net.json").status == 0
    same = motifc("diff", "net.program", "net.json")
    assert (same.status, same.out) == (0, "net.program and net.json are equal.\n")
    plain = motifc("diff", "net.json", "net.json", "--json")
    assert json.loads(plain.out) == {"left": "net.json", "right": "net.json", "differences": []}


def test_what_differs_is_told(motifc: Motifc) -> None:
    compile_network(random_network(1)).save("other.program")
    outcome = motifc("diff", "net.program", "other.program")
    assert outcome.status == 1
    assert "fields differ." in outcome.out
    assert "weights" in outcome.out
    plain = json.loads(motifc("diff", "net.program", "other.program", "--json").out)
    assert {"place": "projection intra", "field": "weights"}.items() <= next(
        each for each in plain["differences"] if each["place"] == "projection intra" and each["field"] == "weights"
    ).items()


def test_messages_are_counted_by_spikes(motifc: Motifc) -> None:
    arguments = ("export", "net.program", "--format", "json", "--out", "net.json")
    assert motifc(*arguments, "--input", "spikes.npz").status == 0
    assert json.loads(Path("net.json").read_text())["graph"]["rates"] == "measured"
    assert motifc("diff", "net.program", "net.json").status == 1
    refused = motifc("export", "net.program", "--format", "onnx", "--out", "o.onnx", "--input", "spikes.npz")
    assert refused.err.startswith("motifc: format 'onnx' tells of no messages; ")


def test_what_is_neither_is_refused(motifc: Motifc) -> None:
    assert motifc("diff", "net.program", "spikes.npz").status == 2
    assert motifc("diff", "net.network", "net.program").status == 2
    Path("a.json").write_text("{}")
    assert motifc("diff", "a.json", "net.program").err.startswith("motifc: a.json is no deployment graph; ")
    assert motifc("diff", "none.json", "net.program").status == 2
