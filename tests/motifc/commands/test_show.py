"""motifc show."""

import pytest

from tests.motifc.command_line import Motifc


@pytest.mark.parametrize("name", ["net.network", "net.program"])
def test_show_prints_the_text(motifc: Motifc, name: str) -> None:
    outcome = motifc("show", name)
    assert outcome.status == 0
    assert "hidden: 24 neurons, 6 motifs of 4\n" in outcome.out
