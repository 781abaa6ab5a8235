"""table.md, .csv, .json and .svg: the same figures, and nothing replaced unasked."""

import csv
import json
import sys
from io import StringIO
from pathlib import Path
from xml.etree import ElementTree

import pytest

from motifc.sweep.table_files import NAMES, as_csv, write_tables
from motifc.sweep.tables import tables_of
from targets.contracts.errors import InputError
from tests.motifc.sweep.made_study import made_study
from tests.motifc.sweep.test_tables import accuracy


def test_the_sheet_has_a_line_for_every_figure(tmp_path: Path) -> None:
    tables = tables_of(made_study(tmp_path, accuracy, replicates=3))
    lines = list(csv.DictReader(StringIO(as_csv(tables))))
    (difference,) = [line for line in lines if line["kind"] == "difference"]
    known = tables.rounds[0].comparisons[0]
    assert float(difference["mean"]) == known.statistics.mean
    assert float(difference["p_holm"]) == known.adjusted_p
    assert difference["bootstrap_low"] == ""
    assert sum(line["kind"] == "mean" for line in lines) == 2 * 3
    assert {line["kind"] for line in lines} == {"mean", "difference", "cost"}


def test_all_four_are_written_and_stay_unless_told(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    tables = tables_of(made_study(tmp_path, accuracy, replicates=3))
    told = write_tables(tables, tmp_path / "tables", replace=False)
    assert told == [f"{tmp_path / 'tables' / name} written" for name in NAMES]
    assert json.loads((tmp_path / "tables" / "table.json").read_text()) == json.loads(json.dumps(tables.as_dict()))
    drawn = (tmp_path / "tables" / "table.svg").read_bytes()
    assert ElementTree.fromstring(drawn).tag.endswith("svg")
    with pytest.raises(InputError, match=r"table\.md is there already; give --force"):
        write_tables(tables, tmp_path / "tables", replace=False)
    write_tables(tables, tmp_path / "tables", replace=True)
    assert (tmp_path / "tables" / "table.svg").read_bytes() == drawn


def test_without_matplotlib_the_picture_alone_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    told = write_tables(tables_of(made_study(tmp_path, accuracy, replicates=3)), tmp_path / "tables", replace=False)
    assert told[-1].startswith("plots need matplotlib, which is not installed")
    assert sorted(path.name for path in (tmp_path / "tables").iterdir()) == ["table.csv", "table.json", "table.md"]
