"""The study of memory: its statistics by hand, and its page as the rows that are kept say."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import t as student

pytest.importorskip("torch", reason="torch is not installed")

from benchmarks.studies.command import PAGES
from benchmarks.studies.memory import again, command, fronts, motifs
from benchmarks.studies.memory.command import PLANS, main
from benchmarks.studies.memory.comparing import default, family, ranked
from benchmarks.studies.memory.designs import SEEDS as DESIGN_SEEDS
from benchmarks.studies.memory.experiments import PLANS as EXPERIMENTS
from benchmarks.studies.memory.headroom import SEEDS as HEAD_ROOM_SEEDS, HeadRoom
from benchmarks.studies.memory.trials import Kept, cut_chip, kept
from motifc.sweep.plan_file import load_plan
from targets.contracts.chip import chip_named

FOLDER = Path(command.__file__).parent
ROW = Kept(
    plan="memory",
    data="digits-rows",
    arm="halving",
    method="halving",
    replicate=0,
    seed=101,
    digest="d",
    network="n",
    program="p",
    cpu="a processor",
    parts=(600, 200, 200),
    accuracy=0.8,
    program_accuracy=0.79,
    validation=0.7,
    recurrent=500,
    synapses=4_000,
    hidden=0.1,
    cores=7,
    messages=50.0,
    neurons=64,
    units=39.0,
    seconds=8.0,
    motif=None,
)


def rows(arm: str, accuracies: list[float], recurrent: int = 500) -> list[Kept]:
    return [replace(ROW, arm=arm, replicate=n, accuracy=each, recurrent=recurrent) for n, each in enumerate(accuracies)]


def test_differences_are_paired_and_their_intervals_hold_together() -> None:
    made = rows("halving", [0.80, 0.82, 0.84, 0.90]) + rows("recurrent", [0.70, 0.75, 0.70, 0.80])
    made += rows("feed-forward", [0.81, 0.82, 0.85, 0.88])
    pairs = [("digits-rows", "halving", other) for other in ("recurrent", "feed-forward")]
    first, second = family(made, pairs)
    differences = np.array([0.10, 0.07, 0.14, 0.10])
    assert first.statistics.mean == pytest.approx(differences.mean())
    half = student.ppf(1 - 0.05 / 4, 3) * differences.std(ddof=1) / 2
    assert first.bonferroni == pytest.approx((differences.mean() - half, differences.mean() + half))
    corrected = student.ppf(0.975, 3) * differences.std(ddof=1) * (1 / 4 + 200 / 800) ** 0.5
    assert first.statistics.corrected == pytest.approx((differences.mean() - corrected, differences.mean() + corrected))
    assert first.statistics.p is not None
    assert second.statistics.p is not None
    assert first.adjusted == pytest.approx(2 * first.statistics.p)
    assert second.adjusted == pytest.approx(second.statistics.p)


def test_a_second_run_stands_beside_the_first() -> None:
    """A pair counts as above 0 in both only where it is; what the second run has not is left out."""
    pairs = [("digits-rows", "halving", other) for other in ("recurrent", "feed-forward", "sparse-delays")]
    first = rows("halving", [0.80, 0.82, 0.84]) + rows("recurrent", [0.70, 0.71, 0.75])
    first += rows("feed-forward", [0.60, 0.61, 0.65]) + rows("sparse-delays", [0.60, 0.61, 0.65])
    second = rows("halving", [0.81, 0.82, 0.83]) + rows("recurrent", [0.70, 0.72, 0.71])
    second += [replace(row, network="other") for row in rows("feed-forward", [0.90, 0.60, 0.83])]
    text = "\n".join(again.section(first, second, [(family(first, pairs), family(second, pairs))]))
    assert "9 so far" in text
    assert "6 of the networks" in text
    (same,) = [line for line in text.splitlines() if "| recurrent |" in line]
    assert "| +10.0 | 3 | +11.0 |" in same
    assert same.endswith("| yes |")
    (lost,) = [line for line in text.splitlines() if "| feed-forward |" in line]
    assert lost.endswith("| no |")
    assert "sparse-delays" not in text
    assert again.section(first, (), [])[-1] == "Not measured."


def test_a_comparison_without_pairs_stays_in_the_family() -> None:
    made = rows("halving", [0.8, 0.9, 0.8]) + rows("recurrent", [0.7, 0.6, 0.7])
    alone = family(made, [("digits-rows", "halving", "recurrent")])
    first, missing = family(made, [("digits-rows", "halving", other) for other in ("recurrent", "sparse-delays")])
    assert (missing.statistics.n, missing.adjusted, missing.bonferroni) == (0, None, None)
    assert first.adjusted == pytest.approx(2 * (alone[0].adjusted or 0))


def judged(arm: str, figures: list[float], seconds: float) -> list[Kept]:
    return [replace(ROW, arm=arm, replicate=n, validation=each, seconds=seconds) for n, each in enumerate(figures)]


def test_the_default_is_the_best_rank_then_hrmas_then_the_cheaper() -> None:
    worst = judged("random-search", [0.1, 0.1, 0.1, 0.1], 1)
    clear = judged("halving", [0.9, 0.9, 0.9, 0.9], 9) + judged("hrmas-delays", [0.8, 0.8, 0.8, 0.8], 5) + worst
    names = ["halving", "hrmas-delays", "random-search"]
    found = ranked(clear, names, ["digits-rows"])
    assert [(each.arm, each.rank, each.within) for each in found] == [
        ("halving", 1, True),
        ("hrmas-delays", 2, False),
        ("random-search", 3, False),
    ]
    assert default(found) == "halving"
    close = judged("halving", [0.9, 0.7, 0.9, 0.7], 9) + judged("hrmas-delays", [0.8, 0.8, 0.8, 0.8], 12) + worst
    assert default(ranked(close, names, ["digits-rows"])) == "hrmas-delays"
    others = judged("halving", [0.9, 0.7, 0.9, 0.7], 9) + judged("evolution", [0.8, 0.8, 0.8, 0.8], 7) + worst
    assert default(ranked(others, ["halving", "evolution", "random-search"], ["digits-rows"])) == "evolution"


def test_an_arm_is_on_a_front_unless_another_is_preferable() -> None:
    made = rows("halving", [0.8], recurrent=500) + rows("recurrent", [0.7], recurrent=4096)
    made += rows("recurrent-delay", [0.9], recurrent=4096) + rows("feed-forward", [0.8], recurrent=0)
    arms = fronts.arms_on(made, "digits-rows")
    assert fronts.optimal(made, "digits-rows", arms, "recurrent") == ["recurrent-delay", "feed-forward"]


def test_head_room_is_that_of_a_two_way_layout() -> None:
    architecture, seed = np.array([[0.0], [0.2], [0.4]]), np.array([[0.0, 0.1]])
    even = HeadRoom.of(0.3 + architecture + seed)
    assert (even.mean, even.between, even.residual) == pytest.approx((0.55, 0.2, 0.0), abs=1e-12)
    crossed = HeadRoom.of(np.array([[0.0, 1.0], [1.0, 0.0]]))
    assert (crossed.between, crossed.residual) == pytest.approx((0.0, 1.0))


def test_the_chip_of_messages_has_half_the_neurons_on_a_core() -> None:
    assert 2 * cut_chip().neurons_per_core.value == chip_named("small").neurons_per_core.value


def test_a_motif_comes_back_of_its_plain_values() -> None:
    told = {"size": 2, "wiring": "ring", "types": "+-000+00000-", "delays": [1, 2, 8], "late": [0, 4]}
    made = motifs.motif_of(told)
    assert made.intra.tolist() == [[1, -1], [0, 0]]
    assert made.lateral.tolist() == [[[0, 1], [0, 0]], [[0, 0], [0, -1]]]
    assert (made.delays is not None and made.delays.tolist(), made.late is not None and made.late.tolist()) == (
        [1, 2, 8],
        [0, 4],
    )


def test_the_plans_have_replicates_of_their_own() -> None:
    plans = [load_plan(FOLDER / name) for name in PLANS]
    first, others, priced = (tuple(range(start, start + 10)) for start in (101, 111, 121))
    again = tuple(range(131, 151))
    seeds = {each.name: each.seeds for each in plans}
    assert seeds == {
        **dict.fromkeys(("memory", "memory-fan-in-rows", "memory-fan-in-first"), first),
        **dict.fromkeys(EXPERIMENTS, others),
        **dict.fromkeys(("memory-spikes", "memory-spikes-scan"), priced),
        "memory-spikes-rows": again,
    }
    assert not {*first, *others, *priced, *again} & {*DESIGN_SEEDS, *HEAD_ROOM_SEEDS}
    assert len({trial.digest for each in plans for trial in each.trials()}) == sum(len(p.trials()) for p in plans)


@pytest.mark.slow
def test_the_page_in_the_documents_says_what_the_rows_say(tmp_path: Path) -> None:
    assert main(["--out", str(tmp_path)]) == 0
    assert {path.name for path in tmp_path.iterdir()} == {path.name for path in PAGES.glob("memory*")}
    assert (tmp_path / "memory.md").read_text() == (PAGES / "memory.md").read_text()
    known = {trial.key.rpartition("-")[0] for name in PLANS for trial in load_plan(FOLDER / name).trials()}
    assert len(kept()) == len(known)
    assert (FOLDER / "trials.json").stat().st_size < 1_500_000


@pytest.mark.slow
def test_a_trial_without_its_data_is_refused_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("MOTIFC_DATA", raising=False)
    with pytest.raises(SystemExit) as raised:
        main(["--trial"])
    assert raised.value.code == 2
    assert "spoken-first needs wav files" in capsys.readouterr().err
