"""Plans are read completely, and what is wrong with one is told in a sentence before anything runs."""

from pathlib import Path
from typing import Any

import pytest

from motifc.sweep.plan_file import load_plan, plan_of
from targets.contracts.errors import InputError
from tests.motifc.sweep.tiny_study import TINY, tiny_data, tiny_plan, toml


def test_a_file_and_plain_values_give_one_plan(tmp_path: Path) -> None:
    tiny_data(tmp_path / "mine.npz")
    (tmp_path / "plan.toml").write_text(toml(TINY))
    read, made = load_plan(tmp_path / "plan.toml"), tiny_plan(tmp_path)
    assert read.digest == made.digest
    assert read.trials() == made.trials()
    assert read.data[0].place == str(tmp_path / "mine.npz")


def test_every_method_variant_and_point_of_the_grid_is_an_arm(tmp_path: Path) -> None:
    plan = tiny_plan(
        tmp_path,
        variants={"small": {"model": {"neurons": [4]}}, "large": {"model": {"neurons": [16]}}},
        grid={"training": {"epochs": [1, 2]}},
    )
    assert len(plan.arms) == 2 * 2 * 2
    assert plan.arms[0] == "hrmas small training.epochs=1"
    first = plan.rounds[0][0].settings
    assert (first.model.neurons, first.training.epochs, first.search.epochs) == ((4,), 1, 2)


def test_arms_may_be_told_one_by_one(tmp_path: Path) -> None:
    arms = [
        {"method": "random-motif"},
        {"name": "large", "method": "random-motif", "settings": {"model": {"neurons": [16]}}},
        {"method": "hrmas", "settings": {"training": {"epochs": 3}}},
    ]
    told = {key: value for key, value in TINY.items() if key != "methods"}
    tiny_data(tmp_path / "mine.npz")
    plan = plan_of({**told, "arms": arms}, tmp_path)
    assert plan.arms == ("random-motif", "large", "hrmas")
    methods = [(arm.method, arm.settings.model.neurons, arm.settings.training.epochs) for arm in plan.rounds[0]]
    assert methods == [("random-motif", (8,), 2), ("random-motif", (16,), 2), ("hrmas", (8,), 3)]
    assert plan.families[0].others == ("large", "hrmas")
    for wrong, why in (
        ([], "arms is \\[\\]; a list of at least one table is needed"),
        ([{"method": "hrmas"}, {"method": "hrmas"}], "two \\[\\[arms\\]\\] of one name"),
        ([{"name": "x"}], "does not say arms\\[1\\].method"),
        ([{"method": "hrmas", "epochs": 3}], "unknown entry arms\\[1\\].epochs"),
        ([{"method": "nas"}], "method is 'nas'; one of hrmas, "),
    ):
        with pytest.raises(InputError, match=why):
            plan_of({**told, "arms": wrong}, tmp_path)
    with pytest.raises(InputError, match="no such entry beside"):
        plan_of({**TINY, "arms": arms}, tmp_path)


def test_families_are_as_named_or_all_arms_against_the_first(tmp_path: Path) -> None:
    (default,) = tiny_plan(tmp_path).families
    assert (default.reference, default.others, default.measure) == ("hrmas", ("random-motif",), "accuracy")
    named = {"name": "cost", "measure": "cores", "reference": "random-motif", "others": ["hrmas"]}
    (family,) = tiny_plan(tmp_path, families=[named]).families
    assert (family.name, family.measure, family.reference, family.others) == (
        *("cost", "cores", "random-motif"),
        ("hrmas",),
    )
    assert tiny_plan(tmp_path, methods=["hrmas"]).families == ()


def test_a_cluster_changes_no_digest_and_a_family_does(tmp_path: Path) -> None:
    plain = tiny_plan(tmp_path)
    asked = {"partition": "gpu", "time": "2 h", "memory": 1.5, "gpus": 1, "at_once": 8, "setup": ["module load x"]}
    sent = tiny_plan(tmp_path, cluster=asked)
    assert (sent.cluster.minutes, sent.cluster.memory, sent.cluster.partition) == (120, 1.5, "gpu")
    assert sent.digest == plain.digest
    assert tiny_plan(tmp_path, families=[{"reference": "random-motif"}]).digest != plain.digest


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "unknown entry": ({"method": "x"}, "plan.toml has an unknown entry method; known are name, data"),
    "unknown method": ({"methods": ["hrmas", "nas"]}, "plan.toml: methods is 'nas'; one of hrmas, "),
    "method twice": ({"methods": ["hrmas", "hrmas"]}, "methods is 'hrmas'; every entry once is needed"),
    "unknown data": ({"data": ["digit"]}, "data is 'digit'; a task (digits, "),
    "no data": ({"data": []}, "data is []; a list of at least one of texts is needed"),
    "data of a number": ({"data": [1]}, "data is 1; a text of 1 to 200 printable characters is needed"),
    "files of a path": ({"files": {"mine.npz": "x"}}, "files.mine.npz is 'x'; a folder for a task alone is needed"),
    "files of nothing": ({"files": {"shd": "x"}}, "plan.toml has an unknown entry files.shd"),
    "chip": ({"chip": "loihi9"}, "chip is 'loihi9'; one of "),
    "backend": ({"backends": ["numpi"]}, "backends is 'numpi'; one of "),
    "replicates": ({"replicates": 0}, "replicates is 0; a whole number from 1 to 10000 is needed"),
    "true": ({"replicates": True}, "replicates is True; a whole number from 1 to 10000 is needed"),
    "seeds twice": ({"seeds": [1, 1]}, "seeds is 1; every entry once is needed"),
    "seeds and replicates": ({"seeds": [1, 2, 3], "replicates": 2}, "replicates is 2; 3, the number of seeds, or none"),
    "seed too large": ({"seeds": [1 << 32]}, "a whole number from 0 to 4294967295 is needed"),
    "folds": ({"folds": 1.5}, "folds is 1.5; a whole number from 1 to 1000 is needed"),
    "setting": ({"settings": {"search": {"epoch": 3}}}, "has an unknown setting search.epoch; known are epochs"),
    "table of settings": ({"settings": {"serch": {}}}, "has an unknown table 'serch'; known are model"),
    "setting of a type": ({"settings": {"search": {"epochs": "3"}}}, "setting search.epochs is '3'; a whole number"),
    "setting without table": ({"settings": {"epochs": 3}}, "epochs in settings of hrmas is 3; a table is needed"),
    "settings that clash": ({"variants": {"a": {"model": {"neurons": [9]}}}}, "does not divide the 9 neurons"),
    "grid of one value": ({"grid": {"search": {"epochs": 3}}}, "grid.search.epochs is 3; a list of the values to try"),
    "grid twice": ({"grid": {"search": {"epochs": [3, 3]}}}, "grid.search.epochs is [3, 3]; every value once"),
    "grid of nothing": ({"grid": {"search": {"epoch": [3]}}}, "unknown setting grid.search.epoch; known are"),
    "table of the grid": ({"grid": {"serch": {}}}, "has an unknown table grid.serch"),
    "too many": ({"replicates": 10_000, "folds": 6}, "plans 120,000 trials; up to 100,000 are allowed"),
    "cost of nothing": (
        {"settings": {"search": {"chip": "loihi2", "cost": 1.0}}},
        "method 'random-motif' has no architecture parameters",
    ),
    "training": ({"training": {"epoch": 1}}, "[training] has an unknown setting training.epoch"),
    "reference": ({"families": [{"reference": "x"}]}, "families[1].reference is 'x'; one of hrmas, random-motif"),
    "no reference": ({"families": [{}]}, "plan.toml does not say families[1].reference"),
    "itself": ({"families": [{"reference": "hrmas", "others": ["hrmas"]}]}, "other than the reference 'hrmas'"),
    "measure": ({"families": [{"reference": "hrmas", "measure": "f1"}]}, "measure is 'f1'; one of accuracy"),
    "families alike": ({"families": [{"reference": "hrmas"}] * 2}, "has two families of one name"),
    "one round": ({"rounds": [{}], "methods": ["hrmas"]}, "has one entry [[rounds]]; at least two are needed"),
    "round unjudged": ({"rounds": [{"keep": 1}, {}]}, "validation accuracy, which method 'random-motif' has none of"),
    "round keeps": ({"rounds": [{"keep": 5}, {}], "methods": ["hrmas"]}, "rounds[1].keep is 5; a whole number from 1"),
    "time": ({"cluster": {"time": "2 weeks"}}, 'cluster.time is \'2 weeks\'; a time such as "90 min", "4 h" or "2 d"'),
    "cluster": ({"cluster": {"partitions": "x"}}, "has an unknown entry cluster.partitions"),
    "gpus": ({"cluster": {"gpus": 2}}, "cluster.gpus is 2; a whole number from 0 to 1 is needed"),
    "not a table": ({"cluster": 3}, "cluster is 3; a table is needed, so write [cluster]"),
    "date": ({"chip": Path()}, "has an entry that is no plain value"),
    "infinity": ({"samples": float("inf")}, "has an entry that is no plain value"),
    "control": ({"name": "a\x1b[1m"}, "name is "),
}


@pytest.mark.parametrize(("changes", "told"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_told_in_a_sentence(tmp_path: Path, changes: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError) as refused:
        tiny_plan(tmp_path, **changes)
    message = str(refused.value)
    assert message.startswith("plan.toml")
    assert told in message
    assert message.endswith(".")
    assert "\n" not in message


def test_what_is_no_toml_or_no_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "plan.toml").write_text("name = ")
    with pytest.raises(InputError, match="is not readable TOML"):
        load_plan(tmp_path / "plan.toml")
    with pytest.raises(InputError, match="does not exist"):
        load_plan(tmp_path / "other.toml")
    with pytest.raises(InputError, match="the plan does not say name; it is needed, so add it"):
        plan_of({})
