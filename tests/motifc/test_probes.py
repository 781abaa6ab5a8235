"""parse_probe: what a user types."""

import pytest

from compiler.pipeline import compile_network
from motifc.probes import parse_probe
from targets.contracts.errors import InputError
from tests.networks import random_network, renamed


@pytest.mark.parametrize(
    ("text", "neurons", "kinds"),
    [
        ("answer:u,v", [0, 1, 2], {"u", "v"}),
        ("hidden[3]:v", [3], {"v"}),
        ("hidden[0,8-11]:v,u", [0, 8, 9, 10, 11], {"u", "v"}),
    ],
)
def test_good_probes(text: str, neurons: list[int], kinds: set[str]) -> None:
    probe, wanted = parse_probe(text, compile_network(random_network(0)))
    assert (probe.population, probe.neurons.tolist(), set(wanted)) == (text.split("[")[0].split(":")[0], neurons, kinds)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "hidden",
            "probe 'hidden' cannot be read; write POPULATION:u,v or POPULATION[0,3,8-11]:u with u, v or both.",
        ),
        ("nose:u", "a probe asks for population 'nose'; the program has hidden, answer, so correct it."),
        (
            "hidden[3,]:u",
            "probe 'hidden[3,]:u' has neurons ''; write single numbers and ranges such as 3,8-11.",
        ),
        (
            "hidden[4294967296]:u",
            "probe 'hidden[4294967296]:u' asks for neurons 4294967296; that population has 0..23, so correct them.",
        ),
        (
            "hidden[0-99999999999999]:u",
            "probe 'hidden[0-99999999999999]:u' asks for neurons 0-99999999999999; that population has 0..23, so "
            "correct them.",
        ),
        (
            "hidden[24]:u",
            "probe 'hidden[24]:u' asks for neurons 24; that population has 0..23, so correct them.",
        ),
        ("hidden[8-3]:u", "probe 'hidden[8-3]:u' has the range 8-3; write the lower end first."),
    ],
)
def test_bad_probes(text: str, sentence: str) -> None:
    with pytest.raises(InputError) as error:
        parse_probe(text, compile_network(random_network(0)))
    assert str(error.value) == sentence


def test_a_population_whose_name_ends_in_brackets_is_meant_by_its_whole_name() -> None:
    program = compile_network(renamed(random_network(0), {"hidden": "a[0]"}))
    assert parse_probe("a[0]:u", program)[0].neurons.size == 24
    assert parse_probe("a[0][5]:u", program)[0].neurons.tolist() == [5]
