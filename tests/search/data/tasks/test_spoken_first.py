from pathlib import Path

import pytest

from search.data.task import labels_of
from search.data.tasks import fsdd, spoken_first
from targets.contracts.errors import InputError
from tests.search.data.tasks.sounds import tone, write_wav

SPEAKERS = "ada", "bob"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two speakers, digits 0, 3 and 7, five numbers each."""
    for n, speaker in enumerate(SPEAKERS):
        for digit in (0, 3, 7):
            for index in (0, 4, 5, 6, 9):
                sound = tone(0.2 + 0.01 * index, 300 + 200 * digit + 60 * n + 9 * index)
                write_wav(tmp_path / f"{digit}_{speaker}_{index}.wav", sound)
    return tmp_path


def test_two_digits_of_one_speaker_and_one_part_follow_each_other(folder: Path) -> None:
    found = [each for each in fsdd.recordings(folder) if each.digit < 5]
    single = spoken_first._spikes(tuple(found))
    of = {single[n].tobytes(): each for n, each in enumerate(found)}
    assert len(of) == 20
    numbers = {}
    split = spoken_first.load(1, folder)
    assert (split.classes, split.neurons, split.train.steps, split.by) == (5, 86, 64, "last")
    for name in ("train", "valid", "test"):
        raster = getattr(split, name)
        spikes = raster.dense().astype(bool)
        firsts, seconds = ([of[each[at : at + 28].tobytes()] for each in spikes] for at in (0, 28))
        assert [each.digit for each in firsts] == labels_of(raster).tolist()
        assert all(one.speaker == other.speaker for one, other in zip(firsts, seconds, strict=True))
        assert {each.speaker for each in firsts} == set(SPEAKERS)
        assert not spikes[:, 56:].any()
        numbers[name] = {each.index for each in (*firsts, *seconds)}
    assert numbers["train"] | numbers["valid"] | numbers["test"] == {0, 4, 5, 6, 9}
    assert not numbers["train"] & numbers["valid"] | numbers["train"] & numbers["test"]
    assert not numbers["valid"] & numbers["test"]
    assert split.digest == spoken_first.load(1, folder).digest != spoken_first.load(2, folder).digest


def test_too_few_numbers_are_refused(tmp_path: Path) -> None:
    for index in range(2):
        write_wav(tmp_path / f"0_ada_{index}.wav", tone(0.2, 400))
    with pytest.raises(InputError) as raised:
        spoken_first.load(0, tmp_path)
    assert str(raised.value) == (
        f"{tmp_path} holds recordings of the digits 0 to 4 with 2 different numbers; one for each of train, valid and "
        "test is needed, so copy the whole set."
    )
