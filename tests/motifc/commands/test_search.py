"""motifc search: what is left of an earlier one stays."""

from pathlib import Path

from tests.motifc.command_line import Motifc


def test_a_left_checkpoint_is_not_overwritten(motifc: Motifc) -> None:
    Path("o.checkpoint").write_text("precious")
    outcome = motifc("search", "--data", "digits", "--out", "o.network")
    assert outcome.status == 2
    assert outcome.err == (
        "motifc: o.checkpoint is left from a run that was stopped; give --resume to go on, or remove it.\n"
    )
    assert Path("o.checkpoint").read_text() == "precious"
