"""The panel of the chip."""

from dataclasses import replace

import pytest

from compiler.analysis.estimate import assumed_estimate, estimate
from compiler.pipeline import compile_network
from motifc.report.panels.chip import panel
from motifc.report.run import Run
from targets.contracts.chip import Limit, chip_named
from tests.motifc.report.runs import by_hand, whole_run
from tests.networks import random_network


def test_cores_routes_and_limits_are_told_drawn_and_listed() -> None:
    few = replace(chip_named("loihi2"), neurons_per_core=Limit(8, "neurons", "this test"))
    program = compile_network(random_network(0), few)
    found = panel(Run("a", "a", None, None, program))
    assert found is not None
    cores = len(program.cores)
    assert found.answer == f"{cores} cores on 1 chip of loihi2; no limit of the chip is broken."
    assert any(note.startswith("The heaviest of ") for note in found.notes)
    assert assumed_estimate(program).sentence in found.notes
    (delays,) = [note for note in found.notes if note.startswith("Spikes take up to 3 steps: ")]
    assert delays.endswith(
        " synapses store a delay in 6 bits, and a core that hears the slowest holds up to 8 neurons (assumed)."
    )
    assert found.notes[-1] == "Every input and neuron is assumed to spike in 3% of the steps."
    listed, routes, limits = found.tables
    assert [row[0] for row in listed.rows] == [f"{number}" for number in range(cores)]
    assert len(routes.rows) == len(program.routes)
    assert any(row[3].startswith("assumed: ") for row in limits.rows)
    assert len(found.drawings) >= 6
    assert "<title>core 0 at (" in found.drawings[0].svg
    assert f"<title>core {cores - 1} at (" in found.drawings[0].svg


@pytest.mark.slow
def test_spikes_of_the_samples_are_taken_where_it_was_run() -> None:
    run = whole_run()
    found = panel(run)
    assert found is not None
    assert run.program is not None
    assert estimate(run.program, {**run.inputs, **run.integers}).sentence in found.notes
    assert found.notes[-1] == "Spikes are those of the samples."
    assert "No core sends spikes to another." in found.notes
    assert panel(by_hand()) is None
