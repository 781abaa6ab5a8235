"""The panel of rounding."""

from dataclasses import replace

import pytest

from compiler.analysis.quantization import quantization_report
from compiler.faithfulness import unproved
from compiler.losses import told_losses
from compiler.passes.fold import fold
from compiler.passes.quantize import quantize
from compiler.passes.retime import retime
from compiler.pipeline import compile_network
from motifc.report.panels.quantization import panel
from tests.motifc.report.runs import by_hand, whole_run
from tests.networks import random_network


@pytest.mark.slow
def test_errors_are_those_of_the_quantization_report() -> None:
    run = whole_run()
    assert run.program is not None
    assert run.graph is not None
    found = panel(run)
    assert found is not None
    assert (found.answer, *found.notes) == (*told_losses(run.program), *unproved(run.program))
    floats = fold(retime(run.graph))
    report = quantization_report(floats, quantize(floats, run.program.chip), run.program.chip)
    (table,) = found.tables
    assert [row[0] for row in table.rows] == [each.projection for each in report.projections]
    assert [row[1] for row in table.rows] == [f"{each.snr:.1f} dB" for each in report.projections]
    assert len(found.drawings) == 4


@pytest.mark.slow
def test_why_there_are_no_errors_is_told() -> None:
    run = whole_run()
    alone = panel(replace(run, graph=None))
    assert alone is not None
    assert alone.notes[-1] == "The floats that it was compiled from are not among the files."
    other = panel(replace(run, program=compile_network(random_network(1))))
    assert other is not None
    assert other.notes[-1].startswith("Its roundings cannot be worked out anew:")
    assert panel(by_hand()) is None
