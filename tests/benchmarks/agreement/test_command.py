"""python -m benchmarks.agreement: what is asked of whom, and the figures that the documentation shows."""

from pathlib import Path

import pytest

from benchmarks.agreement.command import KEPT, SLOW, goals, main, summary
from benchmarks.agreement.count import load_counts
from targets.runtime.backend import About
from tests.conftest import REPOSITORY


def test_every_variant_of_every_backend_is_asked_slow_ones_for_less() -> None:
    known = [
        About("numpy", ("numpy",), "quick", (), None),
        About("new", ("new", "new:other"), "quick", (), None),
        About("lava", ("lava",), "slow", (), None),
    ]
    assert goals(1e9, known) == {"new": 1e9, "new:other": 1e9, "lava": 1e9 / SLOW}


def test_what_was_kept_agrees_in_every_bin_and_is_what_the_page_shows() -> None:
    counts = load_counts(KEPT)
    assert not any(row.differing or row.states_differing or row.failed for row in counts)
    assert "\n".join(summary(counts)) in (REPOSITORY / "docs" / "verify.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("asked", [["--kinds", "all"], ["--seed", "-1"], ["--backends", "torc"]])
def test_what_is_not_known_is_refused_in_one_sentence(
    asked: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*asked, "--kept", str(tmp_path / "kept.json")])
    assert ended.value.code == 2
    assert capsys.readouterr().err.strip().endswith(".")
    assert not (tmp_path / "kept.json").exists()
