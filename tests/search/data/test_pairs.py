"""Items of a user's own data set: pairs, and what is none."""

from typing import Any

import numpy as np
import pytest
import torch

from search.data.pairs import pairs
from targets.contracts.errors import InputError


def test_pairs_come_in_order_with_where_they_are_from() -> None:
    items = [(np.eye(2), 3), [torch.eye(2), torch.tensor(4)], ([[1, 0]], "dog"), (np.eye(2), np.int64(5))]
    found = list(pairs(items, "valid", "recording"))
    assert [source for source, _, _ in found] == [f"recording {index} of the valid part" for index in range(4)]
    assert [label for _, _, label in found] == [3, 4, "dog", 5]
    assert [array.tolist() for _, array, _ in found] == [np.eye(2).tolist()] * 2 + [[[1, 0]], np.eye(2).tolist()]


@pytest.mark.parametrize("label", [None, float("nan"), {}, [], object(), torch.zeros(3, requires_grad=True)])
def test_what_is_no_label_is_refused(label: Any) -> None:
    with pytest.raises(
        InputError, match=r"^sample 0 of the train part has the label .*; a number or a text is needed, "
    ):
        list(pairs([(np.eye(2), label)], "train"))


def test_an_item_that_fails_to_come_is_told_with_the_reason() -> None:
    class Broken:
        def __len__(self) -> int:
            return 1

        def __getitem__(self, index: int) -> Any:
            raise OSError("disk on fire")

    with pytest.raises(InputError) as raised:
        list(pairs(Broken(), "test"))
    assert str(raised.value) == "sample 0 of the test part cannot be read (disk on fire); get its file again."
