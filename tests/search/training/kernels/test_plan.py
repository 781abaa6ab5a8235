import torch

from search.training.kernels.loop import Places
from search.training.kernels.plan import Bundle, Shape, plan_of

SIZES = (("a", 2), ("b", 3), ("c", 1))


def matrix(source: str, target: str, delay: int = 1) -> Shape:
    sizes = {"in": 4, **dict(SIZES)}
    return Shape(source, target, delay, None, (sizes[target], sizes[source]))


def members(*wires: Shape) -> list[list[str]]:
    return [list(stage.members) for stage in plan_of(SIZES, wires, ((),)).stages]


def test_populations_in_a_row_are_stages_of_their_own_whatever_their_order() -> None:
    assert members(matrix("in", "c"), matrix("c", "b"), matrix("b", "a")) == [["c"], ["b"], ["a"]]


def test_populations_that_hear_each_other_are_one_stage() -> None:
    wires = matrix("in", "a"), matrix("a", "b"), matrix("b", "c"), matrix("b", "a")
    assert members(*wires) == [["a", "b"], ["c"]]
    assert members(*wires, matrix("c", "a")) == [["a", "b", "c"]]


def test_a_list_of_links_makes_one_stage_of_its_ends_and_of_what_lies_between() -> None:
    few = Shape("a", "c", 1, Places(torch.tensor([1]), (1, 2)), (1, 2))
    assert members(matrix("a", "b"), few) == [["a", "c"], ["b"]]
    assert members(matrix("a", "b"), matrix("b", "c"), few) == [["a", "b", "c"]]


def test_one_input_is_read_as_events_and_what_else_arrives_is_a_product() -> None:
    wires = matrix("in", "a", 2), matrix("in", "a", 3), matrix("a", "b", 4), matrix("in", "b")
    plan = plan_of(SIZES, wires, ((),))
    stages = {next(iter(stage.members)): stage for stage in plan.stages}
    port = stages["a"].port
    assert port is not None
    assert (port[0], port[1], port[2].tolist()) == ("in", ((0, 0),), [2, 2])
    assert stages["a"].bundles == (Bundle(1, "in", (0, 4), (0, 2), 3),)
    assert stages["b"].bundles == (Bundle(2, plan.stage_of("a"), (0, 2), (0, 3), 4),)


def test_links_stand_by_target_and_by_source_and_copies_follow_each_other() -> None:
    places = Places(torch.tensor([3, 0, 9, 1, 8]), (3, 3))  # post and pre 10, 00, none, 01, 22
    own = Shape("b", "b", 2, places, (3, 3))
    links = plan_of(SIZES, (), ((own,), (own,))).stages[1].links
    assert links.first.tolist() == [0, 2, 3, 4, 6, 7, 8]
    assert links.other.tolist() == [0, 1, 0, 2, 3, 4, 3, 5]
    assert links.value.tolist() == [1, 3, 0, 4, 6, 8, 5, 9]
    assert links.post.tolist() == [0, 0, 1, 2, 0, 0, 1, 2]
    assert links.delay.tolist() == [2] * 8
    assert links.out_first.tolist() == [0, 2, 3, 4, 6, 7, 8]
    assert links.out_other.tolist() == [0, 1, 0, 2, 3, 4, 3, 5]
    assert [links.other[k] for k in links.out_link] == [0, 0, 1, 2, 3, 3, 4, 5]
