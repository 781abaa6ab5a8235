"""speed: the command runs on tiny networks with this checkout as the earlier one too, and its verdict can fail."""

from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.mapping.speed import command
from benchmarks.mapping.speed.cases import CASES, TINY
from benchmarks.mapping.speed.page import NEW, OLD, bounds, page
from benchmarks.runs import Row, load, text

_ROOT = Path(__file__).resolve().parents[4]
_GRID = replace(TINY[1], seeds=(0, 1))


@pytest.mark.slow
def test_both_map_the_same_and_nothing_is_four_times_as_fast_as_itself(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "speed.md"
    arguments = ["--old", str(_ROOT), "--out", str(out), "--cases", TINY[0].name]
    assert command.main(arguments) == 1
    told = capsys.readouterr().err
    assert f"missed: {TINY[0].name}, CPU seconds, new / old" in told
    assert "messages" not in told
    written = out.read_text()
    assert "| messages, new / old | 1.000 | 1.02 or less | yes |" in written
    assert "| networks in which every limit is kept | 1 of 1 | all | yes |" in written
    assert command.main(arguments) == 1  # from the rows beside the page
    assert out.read_text() == written


def rows() -> list[Row]:
    """Of two seeds, the new compiler twice as fast and else equal."""
    same = {"units": 9, "synapses": 99, "pins": 50, "cores": 2, "messages": 10.0, "hops": 5.0, "overuse": 1.0}
    return [
        {"case": _GRID.name, "seed": seed, "side": side, "code": side, "load": 1.0, "imbalance": 1.1, "peak": 0.5}
        | same
        | {"seconds": {"partition": spent / 2, "whole": spent}}
        for seed in (0, 1)
        for side, spent in ((OLD, 2.0), (NEW, 1.0))
    ]


def test_a_bound_that_is_missed_is_the_exit_status(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """From kept rows, of which nothing is measured again: 0 where all is as asked, 1 by one value of one row."""
    monkeypatch.setattr(command, "CASES", (_GRID,))
    monkeypatch.setattr(command, "TINY", ())
    monkeypatch.setattr(command, "digest", lambda folder: NEW if folder == _ROOT else OLD)
    earlier = tmp_path / "earlier" / "compiler"
    earlier.mkdir(parents=True)
    (earlier / "pipeline.py").touch()
    out = tmp_path / "speed.md"
    arguments = ["--old", str(earlier.parent), "--out", str(out)]
    kept = rows()
    for ratio, status in ((1.0, 0), (1.3, 1)):
        kept[-1]["seconds"]["whole"] = ratio
        out.with_suffix(".json").write_text(text(kept))
        assert command.main(arguments) == status
        assert out.read_text() == page([_GRID], kept, f"python -m benchmarks.mapping.speed --old ... --out {out}")
    assert capsys.readouterr().err == "missed: tiny grid, CPU seconds, new / old: 0.650, asked 0.6 or less\n"


def test_the_page_in_the_documents_says_what_its_rows_say_and_every_bound_is_met() -> None:
    kept = load(_ROOT / "docs" / "benchmarks" / "mapping_speed.json")
    assert all(bound.met is not False for _, bound in bounds(CASES, kept))
    written = (_ROOT / "docs" / "benchmarks" / "mapping_speed.md").read_text(encoding="utf-8")
    told = page(CASES, kept, "python -m benchmarks.mapping.speed --old ... --out docs/benchmarks/mapping_speed.md")
    assert told.split("| case |", 1)[1] == written.split("| case |", 1)[1]


def test_what_is_as_asked_is_met() -> None:
    assert all(bound.met for _, bound in bounds([_GRID], rows()))
    assert "| tiny grid | CPU seconds, new / old | 0.500 | 0.6 or less | yes |" in page([_GRID], rows(), "command")


@pytest.mark.parametrize(
    ("key", "value", "name"),
    [
        ("seconds", {"partition": 1.0, "whole": 1.21}, "CPU seconds, new / old"),
        ("messages", 10.21, "messages, new / old"),
        ("hops", 5.11, "hops, new / old"),
        ("peak", 0.52, "peak memory, new / old"),
        ("overuse", 1.01, "networks in which every limit is kept"),
    ],
)
def test_one_seed_that_is_worse_is_enough_to_miss(key: str, value: object, name: str) -> None:
    worse = deepcopy(rows())
    worse[-1][key] = value
    assert [bound.name for _, bound in bounds([_GRID], worse) if not bound.met] == [name]


def test_traffic_of_which_nothing_is_asked_is_shown_and_not_judged() -> None:
    case, worse = replace(_GRID, traffic=None), deepcopy(rows())
    worse[-1]["messages"] = 11.0
    shown = {bound.name: bound for _, bound in bounds([case], worse)}
    assert [name for name, bound in shown.items() if bound.met is None] == ["messages, new / old", "hops, new / old"]
    assert "| tiny grid | messages, new / old | 1.100 |  |  |" in page([case], worse, "command")
    assert all(bound.met is not False for bound in shown.values())


def test_different_networks_are_not_compared() -> None:
    other = rows()
    other[-1]["pins"] += 1
    with pytest.raises(ValueError, match="different networks of tiny grid, seed 1"):
        bounds([_GRID], other)


def test_a_folder_without_a_compiler_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        command.main(["--old", str(tmp_path), "--out", str(tmp_path / "speed.md"), "--cases", TINY[0].name])
    assert ended.value.code == 2
    assert "holds no compiler/pipeline.py; give the folder of a checkout with --old." in capsys.readouterr().err


def test_codes_differ_where_a_source_does(tmp_path: Path) -> None:
    (tmp_path / "compiler").mkdir()
    (tmp_path / "compiler" / "one.py").write_text("1\n")
    first = command.digest(tmp_path)
    assert command.digest(tmp_path) == first
    (tmp_path / "compiler" / "one.py").write_text("2\n")
    assert command.digest(tmp_path) != first
