"""motifc show."""

from dataclasses import replace

import pytest

from search.network import Network
from tests.motifc.command_line import Motifc
from tests.provenances import PROVENANCE


@pytest.mark.parametrize("name", ["net.network", "net.program"])
def test_show_prints_the_text(motifc: Motifc, name: str) -> None:
    outcome = motifc("show", name)
    assert outcome.status == 0
    assert "hidden: 24 neurons, 6 motifs of 4\n" in outcome.out


def test_show_tells_what_was_trained_on_and_who_made_it(motifc: Motifc) -> None:
    replace(Network.load("net.network"), provenance=PROVENANCE).save("net.network")
    assert motifc("compile", "net.network", "--out", "o.program").status == 0
    network, program = (motifc("show", name).out.splitlines() for name in ("net.network", "o.program"))
    told = [f"{what} {sentence}" for what, sentence in PROVENANCE.rows()]
    assert network[-2:] == told
    assert program[-3:-1] == told
    assert program[-1].startswith("made by compile, ")
    assert ": motifc compile net.network --out o.program (" in program[-1]
