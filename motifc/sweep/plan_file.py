"""load_plan and plan_of: a plan from TOML or from plain values, checked completely before anything runs."""

import json
import math
import os
from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

from motifc.sweep.plan import (
    MEASURES,
    Arm,
    Cluster,
    DataSource,
    Family,
    Plan,
    checked_seeds,
    replicate_seed,
)
from motifc.sweep.table_reader import TableReader
from motifc.sweep.trial import LARGEST_SEED
from search.data.task import task_in, task_names
from search.nas.default import DEFAULT_METHOD
from search.settings import Settings, TrainingSettings, as_dict, settings_of
from targets.contracts.chip import chip_named, chip_names
from targets.contracts.errors import InputError
from targets.contracts.shown import brief, shown
from targets.contracts.toml import toml_in

_MOST_TRIALS = 100_000
_MOST_REPLICATES = 10_000
_UNITS = {"min": 1, "h": 60, "d": 1440}


def load_plan(path: str | os.PathLike[str]) -> Plan:
    """The plan in a TOML file; paths in it start from its folder.

    Raises InputError, which names the file and the entry, for whatever is missing, unknown or not allowed.
    """
    place = Path(path)
    return plan_of(toml_in(place), place.absolute().parent, str(path))


def plan_of(content: Mapping[str, Any], base: Path | None = None, source: str = "the plan") -> Plan:
    """The plan that is told as `load_plan` reads it; paths start from `base`, the folder at work where it is None.

    Methods, tasks, chips and backends are known and here; that data can be read is seen when it is run.
    """
    plan = parsed(content, base or Path.cwd(), source)
    _check_known(plan, source)
    return plan


def parsed(content: Mapping[str, Any], base: Path, source: str) -> Plan:
    """The plan, every entry of its type and in its range; what it names need not be installed or there."""
    try:
        content = json.loads(json.dumps(dict(content), allow_nan=False))
    except (TypeError, ValueError) as error:
        raise InputError(
            f"{source} has an entry that is no plain value ({shown(str(error))[:80]}); texts, numbers, lists and "
            "tables are needed, so change it."
        ) from None
    given = TableReader(content, source)
    name = given.text("name")
    data = _data(given, base)
    seeds = _seeds(given, name)
    folds = given.whole("folds", 1, 1, 1000)
    chip = given.text("chip", "loihi2")
    backends = given.texts("backends", ("numpy", "numba"))
    samples = given.whole("samples", None, 1)
    training = _training(given)
    rounds, keep = _rounds(given, len(data) * len(seeds) * folds)
    checked_seeds(seeds, folds, source)
    families = _families(given, tuple(arm.name for arm in rounds[0]), tuple(each.name for each in data))
    cluster = _cluster(given.inner("cluster"))
    given.end()
    return Plan(
        name=name,
        data=data,
        seeds=seeds,
        folds=folds,
        rounds=rounds,
        keep=keep,
        training=training,
        chip=chip,
        backends=backends,
        samples=samples,
        families=families,
        cluster=cluster,
        content=content,
        base=str(base),
    )


def _data(given: TableReader, base: Path) -> tuple[DataSource, ...]:
    """The data sets: tasks by their names, all else paths."""
    names = given.texts("data")
    files = given.inner("files")
    found = []
    for name in names:
        folder = str(base / files.text(name)) if files.has(name) else ""
        if task_in(name):
            found.append(DataSource(name, name, folder))
            continue
        if folder:
            files.refuse(name, files.table[name], "a folder for a task alone")
        found.append(DataSource(name, str(base / name), ""))
    files.end()
    return tuple(found)


def _seeds(given: TableReader, name: str) -> tuple[int, ...]:
    """One seed per replicate: those listed, or drawn from the study's name."""
    if given.has("seeds"):
        seeds: tuple[int, ...] = given.wholes("seeds", most=LARGEST_SEED)
        if given.has("replicates") and given.whole("replicates") != len(seeds):
            given.refuse("replicates", given.table["replicates"], f"{len(seeds)}, the number of seeds, or none")
        return seeds
    return tuple(replicate_seed(name, each) for each in range(given.whole("replicates", 1, 1, _MOST_REPLICATES)))


def _training(given: TableReader) -> TrainingSettings | None:
    """Settings of the further training, with the defaults for what is left out."""
    if not given.has("training"):
        return None
    return _settings([{"training": given.inner("training").table}], given.source, "[training]").training


def _rounds(given: TableReader, trials_of_arm: int) -> tuple[tuple[tuple[Arm, ...], ...], tuple[int, ...]]:
    """The arms of every round, and how many go on after each but the last."""
    common = given.inner("settings").table
    named = _listed(given) if given.has("arms") else _crossed(given, trials_of_arm)
    told = given.inners("rounds")
    points = len(named)
    _check_count(given, points * trials_of_arm * max(1, len(told)))
    changes = [each.inner("settings").table for each in told] or [{}]
    keep = tuple(each.whole("keep", least=1, most=points) for each in told[:-1])
    for each in told:
        each.end()
    if any(later > earlier for earlier, later in zip((points, *keep), keep, strict=False)):
        raise InputError(
            f"{given.source}: rounds keep {', '.join(map(str, keep))} of {points} arms; each may keep as many as the "
            "one before at most, so lower them."
        )
    if len(told) == 1:
        raise InputError(f"{given.source} has one entry [[rounds]]; at least two are needed, or none.")
    rounds = []
    for change in changes:
        arms = []
        for name, method, tables in named:
            settings = _settings([common, *tables, change], given.source, f"settings of {name}")
            arms.append(Arm(name, method, settings))
        rounds.append(tuple(arms))
    return tuple(rounds), keep


def _check_count(given: TableReader, count: int) -> None:
    if count > _MOST_TRIALS:
        raise InputError(
            f"{given.source} plans {count:,} trials; up to {_MOST_TRIALS:,} are allowed, so take smaller lists."
        )


_Named = tuple[str, str, Sequence[Mapping[str, Any]]]
"""Name of an arm, its method, and tables of settings of which later ones win."""


def _listed(given: TableReader) -> list[_Named]:
    """The arms that are told one by one."""
    for key in ("methods", "variants", "grid"):
        if given.has(key):
            given.refuse(key, given.table[key], "no such entry beside [[arms]]")
    found: list[_Named] = []
    for each in given.inners("arms"):
        method = each.text("method")
        found.append((each.text("name", method), method, [each.inner("settings").table]))
        each.end()
    names = [name for name, *_ in found]
    if not names:
        given.refuse("arms", [], "a list of at least one table")
    if len(set(names)) < len(names):
        raise InputError(f"{given.source} has two [[arms]] of one name; give each a name of its own.")
    return found


def _crossed(given: TableReader, trials_of_arm: int) -> list[_Named]:
    """Every method with every variant and every point of the grid."""
    methods = given.texts("methods", (DEFAULT_METHOD,))
    variants = given.inner("variants").table
    for name in variants:
        if not name.isprintable() or not 0 < len(name) <= 40:
            given.refuse("variants", name, "a name of 1 to 40 printable characters")
    grid = _grid(given)
    _check_count(given, math.prod(len(values) for _, values in grid) * len(methods) * trials_of_arm)
    found: list[_Named] = []
    offered = [(f" {name}", table) for name, table in variants.items()] or [("", {})]
    for method, (variant, own), values in product(methods, offered, product(*(values for _, values in grid))):
        chosen = [(table, key, value) for ((table, key), _), value in zip(grid, values, strict=True)]
        told = "".join(f" {table}.{key}={json.dumps(value, separators=(',', ':'))}" for table, key, value in chosen)
        point: dict[str, Any] = {}
        for table, key, value in chosen:
            point.setdefault(table, {})[key] = value
        found.append((f"{method}{variant}{told}", method, [own, point]))
    return found


def _grid(given: TableReader) -> list[tuple[tuple[str, str], Sequence[Any]]]:
    """((table, key), values) of every setting that is varied."""
    found = []
    known = as_dict(Settings())
    for table, keys in given.inner("grid").table.items():
        where = f"grid.{table}"
        if table not in known or not isinstance(keys, Mapping):
            raise InputError(
                f"{given.source} has an unknown table {shown(where)[:80]}; known are {', '.join(known)}, so write "
                "[grid.TABLE]."
            )
        for key, values in keys.items():
            if not isinstance(values, list) or not values:
                TableReader(keys, given.source, where).refuse(key, values, "a list of the values to try")
            if key not in known[table]:
                raise InputError(
                    f"{given.source} has an unknown setting {shown(f'{where}.{key}')[:80]}; known are "
                    f"{', '.join(known[table])}, so rename it."
                )
            if any(values.count(value) > 1 for value in values):
                TableReader(keys, given.source, where).refuse(key, values, "every value once")
            found.append(((table, key), values))
    return found


def _settings(tables: Sequence[Mapping[str, Any]], source: str, where: str) -> Settings:
    """The settings of several sets of tables, of which later ones win."""
    merged: dict[str, Any] = {}
    for content in tables:
        if not isinstance(content, Mapping):
            raise InputError(f"{source}: {where} are {brief(content)}; tables of settings are needed, so change them.")
        for table, keys in content.items():
            if not isinstance(keys, Mapping):
                raise InputError(
                    f"{source}: {shown(table)[:40]} in {where} is {brief(keys)}; a table is needed, so change it."
                )
            merged[table] = {**merged.get(table, {}), **keys}
    try:
        return settings_of(merged, where)
    except InputError as error:
        raise InputError(f"{source}: {error}") from None


def _check_known(plan: Plan, source: str) -> None:
    """InputError for a name that nothing here has, and for settings and rounds that a method cannot follow."""
    from search.nas.methods import METHODS, idle_settings
    from targets.runtime.backend import backend_named, backend_names

    given = TableReader(plan.content, source)
    for each in plan.data:
        if not task_in(each.name) and not Path(each.place).exists():
            tasks = ", ".join(task_names())
            given.refuse("data", each.name, f"a task ({tasks}), or a path that is there, seen from {plan.base},")
    if plan.chip not in chip_names():
        given.refuse("chip", plan.chip, f"one of {', '.join(chip_names())}")
    chip_named(plan.chip)
    for name in (backend.partition(":")[0] for backend in plan.backends):
        if name not in backend_names():
            given.refuse("backends", name, f"one of {', '.join(backend_names())}, with or without a :VARIANT,")
        backend_named(name)
    for arm in (arm for arms in plan.rounds for arm in arms):
        if arm.method not in METHODS:
            given.refuse("method" if given.has("arms") else "methods", arm.method, f"one of {', '.join(METHODS)}")
        idle = idle_settings(arm.method)
        if arm.settings.search.cost and "search.cost" in idle:
            raise InputError(
                f"{source}: method {arm.method!r} has no architecture parameters, so that a search.cost of "
                f"{arm.settings.search.cost:g} would change nothing; leave one of them out."
            )
        if plan.keep and "search.epochs" in idle:
            raise InputError(
                f"{source}: rounds keep arms by validation accuracy, which method {arm.method!r} has none of since it "
                "trains on that part; leave the method or the rounds out."
            )


def _families(given: TableReader, arms: tuple[str, ...], data: tuple[str, ...]) -> tuple[Family, ...]:
    """The families that are named; where none is, all other arms against the first by test accuracy."""
    told = given.inners("families")
    if not told:
        default = Family(f"all arms against {arms[0]}", "accuracy", arms[0], arms[1:], data)
        return (default,) if arms[1:] else ()
    found = []
    for each in told:
        reference = each.text("reference", among=arms)
        others = each.texts("others", tuple(arm for arm in arms if arm != reference), arms)
        if reference in others or not others:
            each.refuse("others", list(others), f"at least one arm, other than the reference {reference!r},")
        measure = each.text("measure", "accuracy", tuple(MEASURES))
        name = each.text("name", f"{measure} against {reference}")
        found.append(Family(name, measure, reference, others, each.texts("data", data, data)))
        each.end()
    names = [family.name for family in found]
    if len(set(names)) < len(names):
        raise InputError(f"{given.source} has two families of one name; give each a name of its own.")
    return tuple(found)


def _cluster(given: TableReader) -> Cluster:
    """What a job asks for."""
    plain = Cluster()
    made = Cluster(
        partition=given.text("partition", None),
        account=given.text("account", None),
        qos=given.text("qos", None),
        constraint=given.text("constraint", None),
        minutes=_minutes(given),
        memory=given.number("memory", plain.memory, 0.001, 1e6),
        cpus=given.whole("cpus", plain.cpus, 1, 1000),
        gpus=given.whole("gpus", plain.gpus, 0, 1),
        at_once=given.whole("at_once", plain.at_once, 1, 100_000),
        restarts=given.whole("restarts", plain.restarts, 0, 100),
        setup=given.texts("setup", ()),
        folder=given.text("folder", ""),
    )
    given.end()
    return made


def _minutes(given: TableReader) -> int:
    """The entry `time`, such as "90 min", "4 h" or "2 d"."""
    if not given.has("time"):
        return Cluster().minutes
    text = given.text("time")
    number, _, unit = text.partition(" ")
    if not (number.isascii() and number.isdigit() and unit in _UNITS and 0 < int(number[:9]) * _UNITS[unit] <= 1 << 20):
        given.refuse("time", text, 'a time such as "90 min", "4 h" or "2 d"')
    return int(number) * _UNITS[unit]
