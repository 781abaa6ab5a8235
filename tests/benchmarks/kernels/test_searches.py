from pathlib import Path

import pytest

from benchmarks.kernels.searches import (
    COMMAND,
    COMMAND_HRMAS,
    EPOCH_DIGITS,
    EPOCH_FSDD,
    OLD,
    OURS,
    main,
    measured,
    page,
)
from benchmarks.studies.command import ROOT
from targets.contracts.errors import InputError


def _rows(what: str, old: list[float], ours: list[float]) -> list[dict[str, object]]:
    told = {"what": what, "cpu": "some processor", "load": 1.0}
    return [told | {"side": OLD, "seconds": old}, told | {"side": OURS, "seconds": ours}]


def test_ratios_are_of_medians_and_bounds_hold_where_one_is_asked() -> None:
    text = page(
        [
            *_rows(EPOCH_DIGITS, [4.0, 90.0, 4.0], [1.0, 1.0, 50.0]),
            *_rows(EPOCH_FSDD, [5.9], [1.0]),
            *_rows(COMMAND_HRMAS, [1.0], [1.0]),
        ]
    )
    assert f"| {EPOCH_DIGITS} | 4.00 | 1.00 | 4.0 | 4.0 | yes | 3 | 1.0 |" in text
    assert f"| {EPOCH_FSDD} | 5.90 | 1.00 | 5.9 | 6.0 | **no** | 1 | 1.0 |" in text
    assert f"| {COMMAND_HRMAS} | 1.00 | 1.00 | 1.0 |  |  | 1 | 1.0 |" in text
    assert f"| {COMMAND} |" not in text


def test_a_missing_checkout_and_too_few_epochs_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(InputError, match="--old"):
        measured(EPOCH_DIGITS, 2, 1, {OLD: tmp_path, OURS: ROOT})
    with pytest.raises(SystemExit):
        main(["--epochs", "1", "--out", str(tmp_path / "page.md")])
    assert "--epochs is 1" in capsys.readouterr().err


@pytest.mark.slow
def test_epochs_are_timed_on_both_sides() -> None:
    rows = measured(EPOCH_DIGITS, 2, 1, {OLD: ROOT, OURS: ROOT})
    assert [row["side"] for row in rows] == [OLD, OURS]
    assert all(len(row["seconds"]) == 1 and row["seconds"][0] > 0 for row in rows)
