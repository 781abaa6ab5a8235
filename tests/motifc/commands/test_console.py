"""Results go to standard output, progress to standard error."""

import json

import pytest
from rich.table import Table

from motifc.commands.console import console, emit, step, watched
from search.training.progress import Progress

Printed = pytest.CaptureFixture[str]


def test_values_are_printed_as_json_or_shown_to_people(capsys: Printed) -> None:
    shown: list[str] = []
    emit({"equal": True}, True, lambda: shown.append("a table"))
    assert json.loads(capsys.readouterr().out) == {"equal": True}
    assert not shown
    emit({"equal": True}, False, lambda: shown.append("a table"))
    assert capsys.readouterr().out == ""
    assert shown == ["a table"]


def test_steps_are_told_line_by_line_where_nobody_watches(capsys: Printed) -> None:
    step("placing cores")
    step("counting hops")
    printed = capsys.readouterr()
    assert printed.out == ""
    assert [line.strip() for line in printed.err.splitlines()] == ["placing cores", "counting hops"]


def test_the_last_epoch_of_every_phase_stays(capsys: Printed) -> None:
    watched(Progress("search", 1, 2, 1.5, 0.25, {"synapses": 1234.0}))
    watched(Progress("search", 2, 2, 0.5, 0.75, {"synapses": 1000.0}))
    watched(Progress("train", 1, 4, 0.25, 1.0, {}, "thinned training samples"))
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == "search: 2 epochs, loss 0.500, accuracy 75.0%, 1,000 synapses\n"


def test_names_are_printed_as_they_are_and_move_no_cursor(capsys: Printed) -> None:
    console.print("[/b] [red]a[/red] :smile: \x1b[2J\x9b31m\r")
    table = Table("name")
    table.add_row("[/x]\x1b[31m")
    console.print(table)
    printed = capsys.readouterr().out
    assert "[/b] [red]a[/red] :smile: \\x1b[2J\\x9b31m\\r\n" in printed
    assert "[/x]\\x1b[31m" in printed
    assert "\x1b" not in printed
