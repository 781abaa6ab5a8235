"""python -m benchmarks.mapping.unseen: exit status and page."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from benchmarks.mapping.unseen.command import main
from benchmarks.mapping.unseen.measure import measure, measured
from benchmarks.mapping.unseen.networks import CLUSTERED, Unseen, plan
from targets.contracts.errors import InputError
from tests.benchmarks.mapping.unseen.test_page import GOOD


@pytest.mark.parametrize(("hops", "status"), [(8.0, 0), (11.0, 1)])
def test_a_missed_bound_ends_with_one(
    hops: float, status: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "unseen.md"
    rows = [asdict(replace(GOOD, task=task, hops=hops)) for task in plan((5,))]
    out.with_suffix(".json").write_text(json.dumps(rows))
    assert main(["--out", str(out), "--seeds", "5"]) == status
    assert f"hops / METIS, worst network (14) | {hops / 10:.3f}" in out.read_text()
    assert ("missed: hops / METIS, worst network (14): 1.100, asked 1.05 or less" in capsys.readouterr().err) == status


def test_other_rows_and_unknown_topologies_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    task = plan((5,))[0]
    (tmp_path / "unseen.json").write_text(json.dumps([{"task": asdict(task)}]))
    with pytest.raises(InputError, match="does not hold rows of this benchmark"):
        measure((task,), tmp_path / "unseen.json")
    with pytest.raises(SystemExit, match="2"):
        main(["--out", str(tmp_path / "unseen.md"), "--topologies", "star"])
    assert "there is no topology star" in capsys.readouterr().err


@pytest.mark.slow
def test_a_network_is_mapped_evenly_and_with_no_more_messages_than_metis() -> None:
    row = measured(Unseen("grid", 4, CLUSTERED, "loihi1", 1, 5_000))
    assert row.overuse <= 1
    assert row.metis_overuse <= 1
    assert row.messages <= row.metis_messages
    assert row.imbalance <= 1.5
    assert row.refined <= 1.05
    assert 0 < row.heaviest < 0.25
