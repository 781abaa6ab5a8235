"""Tables of a study whose outcomes are known: means, pairs, overlap, families, failures, cost."""

import json
from pathlib import Path

import pytest

from motifc.sweep.outcome import PROGRESS, RESULT, Cost, Progress, save
from motifc.sweep.statistics import paired_difference
from motifc.sweep.tables import scaled, tables_of
from motifc.sweep.trial import Trial
from tests.motifc.sweep.made_study import made_study, outcome_of

RAISED = {0: 0.01, 1: 0.02, 2: 0.03}


def accuracy(trial: Trial) -> float:
    return 0.5 + trial.replicate / 10 + (RAISED[trial.replicate] if trial.method == "random-motif" else 0)


def test_differences_are_of_pairs_and_corrected_where_splits_overlap(tmp_path: Path) -> None:
    (table,) = tables_of(made_study(tmp_path, accuracy, replicates=3)).rounds
    (each,) = table.comparisons
    assert [pair[:2] for pair in each.differences] == [(0, 0), (1, 0), (2, 0)]
    assert [pair[2] for pair in each.differences] == pytest.approx(list(RAISED.values()))
    assert each.overlap == pytest.approx(20 / 80)
    known = paired_difference(list(RAISED.values()), 0.25)
    assert each.statistics.mean == pytest.approx(0.02)
    assert each.statistics.corrected_p == pytest.approx(known.corrected_p)
    assert each.adjusted_p == each.statistics.corrected_p


def test_one_test_part_for_all_is_no_overlap(tmp_path: Path) -> None:
    study = made_study(tmp_path, accuracy, replicates=3)
    for row in study.rows(1):
        save(row.folder, RESULT, outcome_of(row.trial, accuracy(row.trial), test="official"))
    (each,) = tables_of(study).rounds[0].comparisons
    assert each.overlap is None
    assert each.statistics.corrected is None
    assert each.adjusted_p == each.statistics.p


def test_halves_that_share_no_sample_are_no_overlap(tmp_path: Path) -> None:
    study = made_study(tmp_path, accuracy, replicates=3)
    for row in study.rows(1):
        save(row.folder, RESULT, outcome_of(row.trial, accuracy(row.trial), parts=(40, 10, 50)))
    assert tables_of(study).rounds[0].comparisons[0].overlap is None


def test_p_is_adjusted_within_a_family_failed_comparisons_counted(tmp_path: Path) -> None:
    good = {"hrmas": 0.5, "no-motif": 0.6, "no-lateral": None, "random-motif": 0.4}
    methods, spread = list(good), {"no-motif": 0.01, "random-motif": 0.02}

    def told(trial: Trial) -> float | None:
        base = good[trial.method]
        return None if base is None else base + trial.replicate * spread.get(trial.method, 0)

    (table,) = tables_of(made_study(tmp_path, told, methods=methods, replicates=3)).rounds
    p = {each.arm: each.statistics.honest_p for each in table.comparisons}
    adjusted = {each.arm: each.adjusted_p for each in table.comparisons}
    assert p["no-lateral"] is adjusted["no-lateral"] is None
    first, second = sorted(("no-motif", "random-motif"), key=lambda arm: p[arm] or 0)
    assert adjusted[first] == pytest.approx(3 * (p[first] or 0))
    assert adjusted[second] == pytest.approx(max(2 * (p[second] or 0), 3 * (p[first] or 0)))
    assert {each.arm: each.statistics.n for each in table.comparisons}["no-lateral"] == 0
    assert [each.reason for each in table.failed] == ["it was told | to fail."] * 3


def test_cost_counts_failed_and_unfinished_trials(tmp_path: Path) -> None:
    study = made_study(tmp_path, lambda trial: None if trial.replicate else 0.5)
    row = study.rows(1)[0]
    (row.folder / RESULT).unlink()
    save(row.folder, PROGRESS, Progress("train", 1, 2, "cuda", 1, Cost(72.0, 36.0, 2, 0.0, 1.0)))
    (table,) = tables_of(study).rounds
    spent = {each.arm: each for each in table.spent}
    assert spent["hrmas"].cpu_hours == pytest.approx((72 + 36) / 3600)
    assert spent["hrmas"].gpu_hours == pytest.approx(36 / 3600)
    assert (spent["hrmas"].attempts, table.finished, table.trials) == (3, 1, 4)


def test_backends_that_differ_and_kinds_of_machines_are_told(tmp_path: Path) -> None:
    study = made_study(tmp_path, lambda _: 0.5)
    first = study.rows(1)[0]
    changed = {
        "equal": False,
        "sentences": ("they differ.",),
        "machine": {"device": "cuda", "gpu": "a GPU", "cpu": "x"},
    }
    save(first.folder, RESULT, outcome_of(first.trial, 0.5, **changed))
    (table,) = tables_of(study).rounds
    assert [each.reason for each in table.failed] == ["they differ."]
    assert table.machines == ("a GPU beside x", "a processor")


def test_a_study_that_has_not_begun_has_no_rounds_and_all_are_json(tmp_path: Path) -> None:
    study = made_study(tmp_path, lambda _: 0.5)
    assert json.loads(json.dumps(tables_of(study).as_dict()))["rounds"][0]["finished"] == 4
    (study.folder / "rounds" / "1.json").unlink()
    assert tables_of(study).rounds == ()


def test_shares_are_in_percent() -> None:
    assert scaled("accuracy", 0.12345) == "12.35"
    assert scaled("cores", 2.0, sign=True) == "+2.00"
    assert scaled("cores", None) == "-"
