"""Proofs of a program are believed where they follow from its integers."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from compiler.pipeline import compile_network
from motifc.proofs import proven
from targets.contracts.errors import InputError
from targets.program.program import Program
from tests.conftest import GOLDEN
from tests.motifc.command_line import Motifc
from tests.networks import random_network


def program() -> Program:
    return compile_network(random_network(0))


def claiming(whole: Program, **changes: object) -> Program:
    first, *others = whole.proofs
    return replace(whole, proofs=(replace(first, **changes), *others))  # type: ignore[arg-type]


def test_what_was_compiled_is_proven() -> None:
    whole = program()
    assert proven(whole) is whole
    without = replace(whole, proofs=())
    assert proven(without) is without


@pytest.mark.parametrize("name", ["demo-small", "random1-small", "tiny-loihi1"])
def test_programs_of_version_1_are_proven(name: str) -> None:
    proven(Program.load(GOLDEN / "version1" / f"{name}.program"))


def test_a_wider_claim_is_true_too() -> None:
    low, high = program().proofs[0].a
    proven(claiming(program(), a=(low - 1, high + 1), wraps=np.array([0], np.int32)))


@pytest.mark.parametrize("key", ["a", "u", "v"])
def test_a_claim_of_more_than_follows_is_refused(key: str) -> None:
    whole = program()
    low, high = getattr(whole.proofs[0], key)
    for ends in ((low + 1, high), (low, high - 1)):
        with pytest.raises(InputError) as error:
            proven(claiming(whole, **{key: ends}))
        assert str(error.value) == (
            "the proof of population 'hidden' claims more than its integers allow; the program was not made by motifc "
            "as it is, so compile the network again."
        )


def test_a_neuron_at_risk_that_is_left_out_is_noticed() -> None:
    """A weight is doubled in the file, the proof is not."""
    whole = program()
    first = whole.projections[0]
    louder = replace(first, exponent=first.exponent + 7)
    with pytest.raises(InputError, match="claims more"):
        proven(replace(whole, projections=(louder, *whole.projections[1:])))


def test_show_and_report_do_not_repeat_a_false_proof(motifc: Motifc) -> None:
    claiming(Program.load("net.program"), a=(0, 0)).save("net.program")
    for arguments in (["show", "net.program"], ["report", "net.program", "--out", "page.html"]):
        outcome = motifc(*arguments)
        assert outcome.status == 2
        assert "claims more than its integers allow" in outcome.err
    assert not Path("page.html").exists()
