"""Ranks: numbers that do not depend on how many share the work; the work itself is in tests/search/ranked_work.py."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from search.nas.methods import search_by
from search.ranks import ALONE, Ranks, joined, launched
from targets.contracts.errors import InputError
from tests.conftest import REPOSITORY
from tests.search.ranked_work import resumed, searched
from tests.search.spawned import spawned
from tests.search.tiny import TINY, tiny_split

WORK = str(REPOSITORY / "tests" / "search" / "ranked_work.py")


def test_one_alone_needs_no_process_group() -> None:
    assert not launched()
    with joined() as ranks:
        assert ranks is ALONE
    rows = torch.arange(21.0).view(7, 3)
    cut = ALONE.sharing(4)
    assert torch.equal(cut.joined_rows({k: rows[k::4] for k in cut.own}, 7, rows), rows)
    assert ALONE.broadcast(b"mine") == b"mine"
    assert ALONE.one_reader(lambda: 5) == 5


def test_sums_go_by_the_order_of_shards() -> None:
    """In float32 another order gives another sum."""
    parts = torch.tensor([[1e8], [1.0], [-1e8], [1.0]])
    assert ALONE.sharing(4).summed(dict(enumerate(parts)), 1, parts).tolist() == [1.0]
    order = (0, 2, 1, 3)
    assert ALONE.sharing(4).summed({k: parts[order[k]] for k in range(4)}, 1, parts).tolist() == [2.0]


def test_shards_by_default() -> None:
    assert ALONE.sharing(0).shards == 1
    assert ALONE.sharing(3).shards == 3
    assert replace(ALONE, store=object()).sharing(0).shards == 4


def test_a_rank_without_a_shard_is_refused() -> None:
    with pytest.raises(InputError) as refused:
        Ranks(0, 3, store=object()).sharing(2)
    assert str(refused.value) == (
        "3 ranks share 2 shards of a batch, so that some would have nothing to do; set training.shards to a multiple "
        "of 3 in the settings (--config), or start fewer."
    )


@pytest.mark.slow
def test_every_number_of_ranks_finds_the_same(tmp_path: Path) -> None:
    """Two ranks search and are stopped, four go on; all is what one process finds with as many shards."""
    kept = tmp_path / "kept"
    failed = spawned([WORK, str(kept)], 2, tmp_path)
    assert [each.status for each in failed] == [1, 1]
    assert "InputError: stopped here." in failed[0].err
    assert "RankLostError" in failed[1].err
    assert kept.exists()
    goes_on = spawned([WORK, str(kept), "on"], 4, tmp_path)
    assert [(each.status, each.err) for each in goes_on] == [(0, "")] * 4
    by_two, by_more = ([json.loads(each.out) for each in ended] for ended in (failed, goes_on))
    alone = searched(ALONE)
    assert len({figures for _, figures in alone.values()}) == len(alone)
    for found in (*by_two, *by_more):
        assert found["searched"] == alone
        assert found["sums"] == by_two[0]["sums"]
        assert all(whole for whole, _ in found["sums"][0])
        assert found["sums"][1] == ["", "of rank 0"]
    assert [found["resumed"] for found in by_more] == [[resumed(ALONE, None), rank == 0] for rank in range(4)]
    assert {found["different"] for found in by_two} == {
        "the data of 1 of 2 ranks differ from those of rank 0; all need the same files, versions and kind of "
        "processor, so start them on machines that are alike."
    }
    with pytest.raises(InputError, match="was written with another shards"):
        search_by("hrmas", tiny_split(samples=24), TINY, 0, "cpu", checkpoint=kept)
