"""The result line."""

from dataclasses import replace

import pytest

from motifc.evidence import PROGRAM
from motifc.report.result import key_figures, result_line
from tests.motifc.report.runs import by_hand, whole_run


@pytest.mark.slow
def test_it_tells_what_how_well_equal_where_and_at_what_cost() -> None:
    run = whole_run()
    found, accuracy, equal, cores, energy = result_line(run)
    assert found == (
        "On digits, split of seed 3, a search by hrmas found hidden of 24 neurons in motifs of 4 (2: 75.0%, 16: 25.0%) "
        f"with {run.network.layers[0].motif.links} of 48 links."  # type: ignore[union-attr]
    )
    assert accuracy.startswith(f"The program is right in {run.evaluations[PROGRAM].sentence}, ties count as wrong; the")
    assert equal.startswith("Equal spike for spike on numpy and numba: 0 of 7,290 bins differ, ")
    assert cores == "It takes 1 of the 128 cores of a loihi2."
    assert energy.startswith("Energy is estimated, not measured: ")
    assert energy.endswith(" per sample of 30 steps, without static power.")


@pytest.mark.slow
def test_its_figures_are_those_of_the_sentences() -> None:
    run = whole_run()
    accuracy, equal, cores, energy = key_figures(run)
    assert accuracy[:2] == ("Accuracy", f"{run.evaluations[PROGRAM].accuracy:.1%}")
    assert equal == ("Backends equal to numpy", "1 of 1", "over 7,290 bins")
    assert cores == ("Cores", "1", "of 128, loihi2")
    assert f"{energy[1]} per sample" in result_line(run)[-1]
    assert key_figures(by_hand()) == ()


def test_what_is_unknown_is_said_to_be() -> None:
    run = by_hand()
    assert result_line(run)[1:] == ("Its accuracy is not measured: there are no data.",)
    assert result_line(replace(run, source=""))[1:] == ("It was not asked for classes.",)
    (first, *_) = result_line(replace(run, network=None))
    assert first == "A network of 27 neurons."
