"""measured: what a network and its program do on samples."""

from dataclasses import replace

import pytest

from compiler.frontends.network import lower
from compiler.pipeline import compile_network
from motifc.evidence import FLOAT, PROGRAM, Evidence, digest_of
from motifc.report.run import Run, measured
from search.network import Network
from targets.contracts.errors import InputError
from targets.runtime.backend import run as run_program
from tests.motifc.report.runs import whole_run
from tests.networks import labelled_spikes, random_network, random_spikes

pytestmark = pytest.mark.slow


def test_both_sides_are_run_judged_and_compared() -> None:
    run = whole_run()
    assert run.program is not None
    assert run.evidence is not None
    assert set(run.floats) == set(run.integers) == {"hidden", "answer"}
    expected = run_program(run.program, run.inputs).spikes
    assert all((run.integers[name].packed == expected[name].packed).all() for name in expected)
    assert set(run.evaluations) == {FLOAT, PROGRAM}
    (compared,) = run.evidence.comparisons
    assert (compared.backend, compared.equal, compared.bins) == ("numba", True, 9 * 30 * 27)
    assert run.evidence.is_of(run.program.digest, digest_of(run.inputs))


def test_evidence_of_the_same_samples_stays_and_of_others_is_replaced() -> None:
    run = whole_run()
    known = replace(run.evidence, comparisons=())  # type: ignore[type-var]
    assert measured(replace(run, evidence=known)).evidence is known
    other = Evidence("another program", "", "")
    assert measured(replace(run, evidence=other)).evidence is not other


def test_without_labels_nothing_is_judged() -> None:
    network = random_network(0)
    run = measured(Run("a", "a", network, source="x.npz", inputs={"touch": random_spikes(0, 11)}))
    assert run.evaluations == {}
    assert set(run.floats) == {"hidden", "answer"}
    assert run.evidence == run.evidence
    assert run.evidence is not None
    assert run.evidence.program == ""


def test_why_there_are_no_samples_is_told_and_raised_where_they_were_asked_for() -> None:
    network = random_network(0)
    run = Run("net.network", "net", network)
    assert measured(run).source.startswith("not measured: net.network does not say which data it was trained on;")
    with pytest.raises(InputError):
        measured(run, data="nowhere")


def test_what_the_program_was_compiled_from_is_run_beside_it() -> None:
    network: Network = random_network(0)
    program = compile_network(network)
    alone = measured(Run("a", "a", None, None, program, source="s", inputs={"touch": labelled_spikes(0, 11, 3)}))
    assert (dict(alone.floats), set(alone.evaluations)) == ({}, {PROGRAM})
    both = measured(replace(alone, graph=lower(network), evidence=None))
    assert both.evidence is not None
    assert both.evidence.agreeing is not None
