"""History: a form that any method can write."""

import json
from typing import Any

import numpy as np
import pytest

from search.history import History
from targets.contracts.errors import InputError


def test_what_settings_hold_is_read_and_written() -> None:
    made = History("rung", ({"loss": 1.0, "hidden.p_2": 0.5}, {"loss": 0.5}))
    again = History.of(json.loads(json.dumps(made.as_dict())))
    assert (again.counts, again.entries, again.plural, len(again)) == ("rung", made.entries, "rungs", 2)
    columns = again.columns()
    assert columns["loss"].tolist() == [1.0, 0.5]
    assert np.isnan(columns["hidden.p_2"][1])


def test_a_list_of_entries_counts_what_the_reader_says() -> None:
    found = History.of([{"loss": 1}, "no entry", {"loss": 2, "name": "x", "flag": True}])
    assert (found.counts, found.entries) == ("epoch", ({"loss": 1.0}, {"loss": 2.0}))
    assert History.of([{"a": 1}], "candidate").plural == "candidates"


@pytest.mark.parametrize("stored", [None, "by hand", 3, {"counts": "day", "entries": [{"a": 1}]}, {"counts": "epoch"}])
def test_anything_else_has_no_entry(stored: Any) -> None:
    assert len(History.of(stored)) == 0


def test_it_counts_what_is_known() -> None:
    with pytest.raises(InputError, match=r"^a history counts 'day'; known are epoch, rung, generation, candidate, so"):
        History("day", ())  # type: ignore[arg-type]
