import numpy as np
import pytest

from search.data.task import labels_of, task_named
from search.data.tasks.digits_rows import rows


@pytest.mark.parametrize(("name", "steps", "channels"), [("digits-rows", 38, 24), ("digits-scan", 72, 12)])
def test_pictures_are_split_as_digits_are_and_answered_at_the_end(name: str, steps: int, channels: int) -> None:
    split, plain = task_named(name).load(3), task_named("digits").load(3)
    assert (split.train.steps, split.neurons, split.by, split.window) == (steps, channels, "spikes", 8)
    for part in ("train", "valid", "test"):
        assert np.array_equal(labels_of(getattr(split, part)), labels_of(getattr(plain, part)))
    assert not split.train.dense()[:, -6:].any()


def test_a_row_spikes_in_its_own_steps_alone() -> None:
    picture = np.zeros((1, 8, 8))
    picture[0, 2, 5] = 8 / 16
    spikes = rows(picture)
    assert np.argwhere(spikes[0]).tolist() == [[8, 15], [8, 16], [10, 15], [10, 16]]
