import pytest
import torch

from search.training.kernels.loop import Places
from search.training.kernels.plan import Shape, plan_of
from targets.contracts.errors import InputError

SIZES = (("a", 2), ("b", 3), ("c", 1))


def matrix(source: str, target: str, delay: int = 1) -> Shape:
    sizes = {"in": 4, **dict(SIZES)}
    return Shape(source, target, delay, None, (sizes[target], sizes[source]))


def test_matrices_are_told_from_both_ends_and_those_of_the_same_neurons_stand_together() -> None:
    plan = plan_of(SIZES, (matrix("b", "a", 2), matrix("a", "c"), matrix("c", "a", 3)), ((),))
    # where the weights begin, posts, pres, first neuron, and where they go: whole tiles of four rows, or columns
    assert plan.whole.stored.tolist() == [[0, 2, 3, 0, 0, 0], [6, 1, 2, 5, 12, 8], [8, 2, 1, 0, 20, 12]]
    assert plan.whole.tiled == (24, 20)
    assert plan.whole.matrices.ends.tolist() == [[0, 2, 2, 3, 2, 0, 0], [0, 2, 5, 1, 3, 20, 1], [2, 1, 0, 2, 1, 12, 0]]
    assert (plan.whole.matrices.rows, plan.whole.matrices.row.tolist()) == (3, [0, 1, -1, -1, -1, 2])
    assert plan.whole.leaving.ends.tolist() == [[0, 2, 5, 1, 1, 8, 0], [2, 3, 0, 2, 2, 0, 0], [5, 1, 0, 2, 3, 12, 0]]
    assert (plan.whole.leaving.rows, plan.whole.leaving.row.tolist()) == (6, [0, 1, 2, 3, 4, 5])
    assert plan.longest == 3


def test_a_second_wire_from_outside_is_a_port_onto_the_rows_of_the_first() -> None:
    outside = plan_of(SIZES, (matrix("in", "b", 2), matrix("in", "b", 5), matrix("in", "a")), ((),)).outside
    assert outside.stored.tolist() == [[0, 3, 4, 2, 0], [12, 3, 4, 2, 64], [24, 2, 4, 0, 128]]
    assert outside.ports.ends.tolist() == [[2, 3, 0, 64, -1], [2, 3, 64, 64, 0], [0, 2, 128, 64, -1]]
    assert outside.ports.row.tolist() == [128, 129, 0, 1, 2, -1]
    assert outside.ports.delay.tolist() == [2] * 64 + [5] * 64 + [1] * 64
    assert (outside.ports.channels, outside.ports.latest, outside.ports.widest) == (4, 5, 64)


def test_links_stand_by_target_and_by_source_and_copies_follow_each_other() -> None:
    places = Places(torch.tensor([3, 0, 9, 1, 8]), (3, 3))  # post and pre 10, 00, none, 01, 22
    own = Shape("b", "b", 2, places, (3, 3))
    plan = plan_of((("b", 3),), (), ((own,), (own,)))
    links = plan.links
    assert links.incoming.first.tolist() == [0, 2, 3, 4, 6, 7, 8]
    assert links.incoming.other.tolist() == [0, 1, 0, 2, 3, 4, 3, 5]
    assert links.value.tolist() == [1, 3, 0, 4, 6, 8, 5, 9]
    assert links.post.tolist() == [0, 0, 1, 2, 0, 0, 1, 2]
    assert links.incoming.delay.tolist() == [2] * 8
    assert links.outgoing.first.tolist() == [0, 2, 3, 4, 6, 7, 8]
    assert links.outgoing.other.tolist() == [0, 1, 0, 2, 3, 4, 3, 5]
    assert [links.incoming.other[k] for k in links.out_link] == [0, 0, 1, 2, 3, 3, 4, 5]


def test_neurons_of_a_population_are_found_in_every_copy() -> None:
    plan = plan_of(SIZES, (matrix("in", "a"), matrix("a", "b")), ((), ()))
    assert plan.places((True, False, True)) == [slice(0, 2), slice(5, 6), slice(6, 8), slice(11, 12)]
    assert plan.whole.matrices.ends.tolist() == [[0, 3, 0, 2, 1, 0, 0], [3, 3, 6, 2, 1, 0, 0]]


def test_an_input_is_heard_by_all_copies() -> None:
    with pytest.raises(InputError, match=r"^a wire of one copy comes from 'in'; only common ones may hear an input\.$"):
        plan_of(SIZES, (), ((matrix("in", "a"),), ()))
