"""page: a program as one HTML page."""

from dataclasses import replace
from html import escape

from compiler.analysis.estimate import assumed_estimate
from compiler.pipeline import compile_network
from motifc.report.program_page import page
from targets.contracts.chip import Limit
from tests.motifc.report.balance import Balance
from tests.networks import random_network
from tests.provenances import PROVENANCE


def test_the_page_is_whole_and_tells_digests_cores_and_sources() -> None:
    program = compile_network(random_network(0), "loihi2")
    html = page(program)
    assert Balance(html).open == []
    assert program.digest in html
    assert program.origin in html
    assert "<td class='number'>27 / 8,192</td>" in html
    assert "legal: no limit of the chip is broken" in html
    assert "1 of 147,456" in html
    assert "1 of 1,152" in html
    assert "<span class='assumed'>assumed: unpublished; taken from Loihi 1</span>" in html


def test_energy_and_time_are_an_estimate_with_a_source() -> None:
    program = compile_network(random_network(0), "loihi2")
    html = page(program)
    assert f"<h2>Energy and time</h2><p>{escape(assumed_estimate(program).sentence)} Every input and neuron is" in html
    assert "assumed to spike in 3% of the steps; <code>motifc run</code> estimates from the spikes" in html


def test_violations_are_listed() -> None:
    program = compile_network(random_network(0), "loihi2")
    few = replace(program.chip, neurons_per_core=Limit(20, "neurons", "this test"))
    html = page(replace(program, chip=few))
    assert "Energy and time" not in html
    assert "1 violations" in html
    assert "<li>core 0 (&#x27;hidden&#x27;, &#x27;answer&#x27;) has 27 neurons;" in html


def test_provenance_and_what_was_measured_stand_among_the_facts() -> None:
    network = replace(random_network(0), provenance=PROVENANCE)
    html = page(compile_network(network), [("test accuracy", "<50% of 8")])
    assert "<tr><td>trained on</td><td>digits, split of seed 3: 862 training" in html
    assert "<tr><td>test accuracy</td><td>&lt;50% of 8</td></tr>" in html
