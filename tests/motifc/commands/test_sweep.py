"""motifc sweep: run, status, table and trial."""

import json
from pathlib import Path

import pytest

from tests.motifc.command_line import Motifc
from tests.motifc.sweep.made_study import made_study
from tests.motifc.sweep.test_tables import accuracy
from tests.motifc.sweep.tiny_study import TINY, tiny_data, toml


@pytest.mark.slow
def test_a_study_is_run_looked_at_and_told(motifc: Motifc) -> None:
    tiny_data(Path("mine.npz"))
    tiny_data(Path("short.npz"), steps=1)
    plan = {**TINY, "data": ["mine.npz", "short.npz"], "methods": ["random-motif"], "replicates": 1}
    Path("plan.toml").write_text(toml(plan))
    ran = motifc("sweep", "run", "plan.toml", "--out", "study", "--workers", "2")
    assert ran.status == 1
    assert ran.out.startswith("tiny: 1 of 2 trials done, 1 failed.\n")
    assert "failed: random-motif on short.npz, replicate 0: the samples of the train part last at most 1" in ran.out
    told = motifc("sweep", "status", "study")
    assert told.status == 0
    assert "tiny, round 1 of 1: 2 trials, 1 done, 1 failed;" in told.out
    table = motifc("sweep", "table", "study")
    assert table.status == 1
    assert "| random-motif on short.npz, replicate 0 | the samples of the train part last" in table.out


@pytest.mark.slow
def test_printed_commands_do_the_trials_one_by_one(motifc: Motifc) -> None:
    tiny_data(Path("mine.npz"))
    Path("plan.toml").write_text(toml({**TINY, "methods": ["random-motif"], "replicates": 1}))
    asked = ("sweep", "run", "plan.toml", "--out", "study", "--executor", "print")
    printed = motifc(*asked)
    assert printed.status == 0
    (line,) = printed.out.splitlines()
    words = line.split()
    done = motifc(*words[words.index("sweep") :])
    assert (done.status, done.out) == (0, "random-motif on mine.npz, replicate 0: done\n")
    assert motifc(*asked).out == ""
    assert motifc("sweep", "run", "plan.toml", "--out", "study").status == 0


def test_tables_are_written_and_printed(motifc: Motifc) -> None:
    made_study(Path.cwd(), accuracy, replicates=3)
    Path("mine.npz").unlink()  # tables may be looked at where the data are not
    printed = motifc("sweep", "table", "study", "--out", "tables")
    assert printed.status == 0
    assert Path("tables/table.md").read_text() == printed.out
    as_json = motifc("sweep", "table", "study", "--json")
    assert json.loads(as_json.out) == json.loads(Path("tables/table.json").read_text())
    assert motifc("sweep", "table", "study", "--out", "tables").status == 2
    assert motifc("sweep", "table", "study", "--out", "tables", "--force").status == 0
    assert json.loads(motifc("sweep", "status", "study", "--json").out)["counts"] == {"done": 6}


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--executor", "threads"), "--executor is 'threads'; processes or print is allowed, so choose one of them."),
        (("--cluster", "slurm", "--devices", "cuda"), "--cluster goes with neither --executor nor --devices"),
        (("--cluster", "pbs"), "--cluster is 'pbs'; slurm or local is allowed"),
        (("--workers", "0"), "0 workers were asked for; at least 1 is needed"),
        (("--devices", "gpu"), "--devices names 'gpu'; cpu, cuda or cuda:NUMBER is allowed"),
    ],
)
def test_options_that_make_no_sense_are_refused(motifc: Motifc, options: tuple[str, ...], told: str) -> None:
    tiny_data(Path("mine.npz"))
    Path("plan.toml").write_text(toml(TINY))
    outcome = motifc("sweep", "run", "plan.toml", "--out", "study", *options)
    assert outcome.status == 2
    assert told in outcome.err
    assert not Path("study").exists()


def test_a_plan_is_refused_before_anything_is_made(motifc: Motifc) -> None:
    Path("plan.toml").write_text(toml({**TINY, "method": "hrmas"}))
    outcome = motifc("sweep", "run", "plan.toml", "--out", "study")
    assert (outcome.status, Path("study").exists()) == (2, False)
    assert outcome.err.startswith("motifc: plan.toml has an unknown entry method; known are name, ")
    assert motifc("sweep", "status", "study").err.endswith(
        "holds no study; a folder that motifc sweep run has written is needed, so check the path.\n"
    )
