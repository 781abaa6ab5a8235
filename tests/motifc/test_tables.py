"""Tables and sentences, each with the figures of what it shows."""

from dataclasses import replace

import pytest

from compiler.pipeline import compile_network
from motifc.demo import BackendResult, DemoResult
from motifc.doctor import Finding
from motifc.tables import show_demo, show_drifts, show_findings, show_program, show_verdicts
from targets.conformance.drift import Drift
from targets.conformance.equivalence import Agreement, EquivalenceReport
from targets.conformance.verification import Verdict
from targets.runtime.registry import ORACLE
from tests.networks import tiny_network

Printed = pytest.CaptureFixture[str]


def cells(line: str) -> list[str]:
    """What stands between the rules of a row."""
    return [cell.strip() for cell in line.strip("│┃").replace("┃", "│").split("│")]


def rows(printed: str) -> list[list[str]]:
    """The rows of a table, its heading first."""
    return [cells(line) for line in printed.splitlines() if line[:1] in {"│", "┃"}]


def test_the_demo_ends_with_a_row_per_backend_and_what_is_missing(capsys: Printed) -> None:
    ran = (BackendResult(ORACLE, 0.75, 1_234, 0, 1.25), BackendResult("torch", 0.5, 1_234, 7, 0.04))
    absent = BackendResult("lava", missing="lava-nc is not installed.")
    result = DemoResult(3, 4, 0.5, 3, 5_000, (*ran, absent), "loihi2", 1, "n", "p", "hrmas")
    show_demo(result)
    printed = capsys.readouterr().out
    assert "4 test images, seed 3, network found by hrmas" in printed
    assert rows(printed) == [
        ["", "accuracy", "spikes compared", "differing bins", "seconds"],
        ["float network", "50.00%", "", "", ""],
        [f"program on {ORACLE}", "75.00%", "1,234", "oracle", "1.2"],
        ["program on torch", "50.00%", "1,234", "7 of 5,000", "0.0"],
        ["program on lava", "not run", "", "", ""],
    ]
    assert printed.endswith(
        "lava-nc is not installed.\n"
        "Float and program agree on the class of 3 of 4 images (75.00%); 1 core of loihi2 used.\n"
    )
    show_demo(replace(result, cores=2))
    assert capsys.readouterr().out.endswith("2 cores of loihi2 used.\n")


def test_verdicts_are_a_row_per_population_and_a_sentence_per_pair(capsys: Printed) -> None:
    report = EquivalenceReport("numpy", "torch", (Agreement("a", 1_000, 20, 0), Agreement("b", 500, 3, 0)), None)
    show_verdicts([Verdict(report), Verdict(replace(report, right="onnx"), state="u differs at the end.")])
    printed = capsys.readouterr().out
    assert rows(printed) == [
        ["population", "compared", "bins", "spikes", "differing bins"],
        ["a", "numpy / torch", "1,000", "20", "0"],
        ["b", "numpy / torch", "500", "3", "0"],
        ["a", "numpy / onnx", "1,000", "20", "0"],
        ["b", "numpy / onnx", "500", "3", "0"],
    ]
    sentences = [f"{report.sentence()}\n", f"{replace(report, right='onnx').sentence()}\n", "u differs at the end.\n"]
    assert printed.endswith("".join(sentences))


def test_drifts_are_a_row_per_population(capsys: Printed) -> None:
    hidden = Drift("hidden", 200, 3, 1_000, 999, 0.5, None, 0.125, 0.0625)
    show_drifts([hidden, replace(hidden, population="answer", bins=0, class_agreement=0.9)])
    _, first, second = rows(capsys.readouterr().out)
    assert first == ["hidden", "1,000", "999", "1.50%", "0.1250", "0.0625", "0.5000", ""]
    assert second == ["answer", "1,000", "999", "300.00%", "0.1250", "0.0625", "0.5000", "90.00%"]


def test_a_program_is_one_line(capsys: Printed) -> None:
    program = compile_network(tiny_network())
    show_program(program, "net.program")
    assert capsys.readouterr().out == f"net.program: 6 neurons on 1 core of loihi2, digest {program.digest[:16]}\n"


def test_findings_are_a_row_each(capsys: Printed) -> None:
    show_findings([Finding("numpy", "2.4"), Finding("onnx", "not installed", "pip install onnx")])
    assert rows(capsys.readouterr().out) == [
        ["what", "found", "what to do"],
        ["numpy", "2.4", ""],
        ["onnx", "not installed", "pip install onnx"],
    ]
