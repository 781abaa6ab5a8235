import numpy as np
import pytest

from search.data.speakers import named_speakers, one_speaker_each, speakers_held_out
from targets.contracts.errors import InputError

SPEAKERS = ["b", "a", "d", "c", "b", "a", "c", "d", "d"]


def _names(part: np.ndarray) -> set[str]:
    return {SPEAKERS[sample] for sample in part}


def test_the_first_seeds_are_the_folds_of_leaving_one_out() -> None:
    parts = [one_speaker_each(SPEAKERS, seed) for seed in range(4)]
    assert [_names(test) for _, _, test in parts] == [{"a"}, {"b"}, {"c"}, {"d"}]
    assert [_names(valid) for _, valid, _ in parts] == [{"b"}, {"c"}, {"d"}, {"a"}]
    assert [_names(train) for train, _, _ in parts] == [{"c", "d"}, {"a", "d"}, {"a", "b"}, {"b", "c"}]


def test_further_seeds_change_the_valid_speaker() -> None:
    valid = [_names(one_speaker_each(SPEAKERS, seed)[1]) for seed in (0, 4, 8, 12)]
    assert valid == [{"b"}, {"c"}, {"d"}, {"b"}]


@pytest.mark.parametrize("seed", range(20))
def test_every_sample_is_in_one_part(seed: int) -> None:
    train, valid, test = one_speaker_each(SPEAKERS, seed)
    assert sorted([*train, *valid, *test]) == list(range(len(SPEAKERS)))


def test_two_speakers_are_too_few() -> None:
    with pytest.raises(InputError) as raised:
        one_speaker_each(["x", "y", "x"], 0)
    assert str(raised.value) == (
        "there are 2 speakers (x, y); one for each of train, valid and test is needed, so add recordings of others."
    )


def test_speakers_by_name() -> None:
    train, valid, test = named_speakers(SPEAKERS, ["c", "a"], 5)
    assert [_names(part) for part in (train, valid, test)] == [{"b", "d"}, {"a"}, {"c"}]
    assert [_names(named_speakers(SPEAKERS, ["c"], seed)[1]) for seed in range(4)] == [{"a"}, {"b"}, {"d"}, {"a"}]
    assert sorted([*train, *valid, *test]) == list(range(len(SPEAKERS)))


@pytest.mark.parametrize("held", [["a", "a"], ["a", "b", "c"]])
def test_two_different_speakers_at_most(held: list[str]) -> None:
    with pytest.raises(InputError) as raised:
        named_speakers(SPEAKERS, held, 0)
    assert str(raised.value) == (
        f"the speakers {', '.join(held)} are to be held out; one for the test part and at most one other for the valid "
        "part can be, so name one or two."
    )


@pytest.mark.parametrize("held", ["e", ""])
def test_nobody_of_that_name(held: str) -> None:
    with pytest.raises(InputError) as raised:
        named_speakers(SPEAKERS, [held], 0)
    assert str(raised.value) == (
        f"the speaker {held!r} is to be held out; the recordings are by a, b, c, d, so name one of them."
    )


@pytest.mark.parametrize("seed", range(5))
def test_a_share_of_the_speakers_is_held_out_whole(seed: int) -> None:
    speakers = np.repeat(np.arange(10), 3)
    kept, held = speakers_held_out(speakers.tolist(), 0.2, seed)
    assert len(set(speakers[held])) == 2
    assert not set(speakers[held]) & set(speakers[kept])
    assert sorted([*kept, *held]) == list(range(30))


def test_the_seed_decides_who_is_held_out() -> None:
    speakers = list(range(10))
    held = {tuple(speakers_held_out(speakers, 0.2, seed)[1]) for seed in range(20)}
    assert len(held) > 5
    assert speakers_held_out(speakers, 0.2, 3)[1].tolist() == speakers_held_out(speakers, 0.2, 3)[1].tolist()


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_of_two_speakers_one_is_always_held_and_one_kept(share: float) -> None:
    kept, held = speakers_held_out([5, 7, 5], share, 0)
    assert sorted([len(kept), len(held)]) == [1, 2]


def test_one_speaker_cannot_be_held_out() -> None:
    with pytest.raises(InputError) as raised:
        speakers_held_out([3, 3], 0.2, 0)
    assert str(raised.value) == ("there is 1 speaker; two are needed to hold one out, so add recordings of others.")
