import dataclasses

import pytest

from search.history import History
from search.nas.methods import search_by
from tests.search.tiny import TINY, tiny_split


@pytest.mark.slow
def test_generations_only_get_better_and_all_is_told() -> None:
    model = dataclasses.replace(TINY.model, delays=(1, 3), input_delays=(0, 2), fan_in=(1.0, 0.5))
    settings = dataclasses.replace(TINY, model=model, search=dataclasses.replace(TINY.search, budget=18.0))
    told = search_by("evolution", tiny_split(), settings, 0, "cpu").settings
    history = History.of(told["history"])
    assert history.counts == "generation"
    scores = history.columns()["score"].tolist()
    assert len(scores) == 3
    assert scores == sorted(scores, reverse=True)
    assert len(told["candidates"]) == 8  # 18 units, 2 epochs and a look each
    assert told["candidates"][told["chosen"] - 1]["score"] == scores[-1]


@pytest.mark.slow
def test_children_return_to_the_rates_of_their_parents() -> None:
    model = dataclasses.replace(TINY.model, delays=(1, 3), input_delays=(0, 2))
    plasticity = dataclasses.replace(TINY.plasticity, rule="set-point", window=6)
    search = dataclasses.replace(TINY.search, budget=18.0)
    settings = dataclasses.replace(TINY, model=model, search=search, plasticity=plasticity)
    split = tiny_split()
    kept = search_by("evolution", split, settings, 0, "cpu")
    assert kept.settings["units"]["search"] <= 18.0
    assert (
        kept.settings["history"]
        != search_by("evolution", split, dataclasses.replace(settings, plasticity=TINY.plasticity), 0, "cpu").settings[
            "history"
        ]
    )
