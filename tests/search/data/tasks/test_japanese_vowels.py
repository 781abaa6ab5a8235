from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from search.data.load import load_split
from search.data.task import labels_of
from search.data.tasks.japanese_vowels import load
from targets.contracts.errors import InputError


def write_part(path: Path, seed: int, number: int) -> None:
    """Utterances of 7 to 29 frames in the archive's text format, speakers 1 to 9 in turn."""
    generator = np.random.default_rng(seed)
    lines = ["@problemName JapaneseVowels", "@classLabel true 1 2 3 4 5 6 7 8 9", "@data"]
    for sample in range(number):
        frames = generator.normal(0, 0.5, (12, generator.integers(7, 30)))
        lines.append(":".join(",".join(f"{value:.6f}" for value in each) for each in frames) + f":{sample % 9 + 1}")
    path.write_text("\n".join(lines))


def test_the_official_test_part_is_the_test_part_and_a_fifth_of_the_other_is_valid(tmp_path: Path) -> None:
    write_part(tmp_path / "JapaneseVowels_TRAIN.ts", 0, 45)
    write_part(tmp_path / "JapaneseVowels_TEST.ts", 1, 18)
    split, again, other = load(0, tmp_path), load(0, tmp_path), load(1, tmp_path)
    assert [part.samples for part in (split.train, split.valid, split.test)] == [36, 9, 18]
    assert sorted(labels_of(split.valid)) == list(range(9))
    assert (split.neurons, split.classes) == (24, 9)
    assert split.train.lengths.min() >= 28
    assert split.digest == again.digest != other.digest


def test_the_real_utterances_are_as_many_as_published() -> None:
    if find_spec("sktime") is None:
        pytest.skip("sktime, which brings the files, is not installed")
    split = load_split("japanese-vowels")
    assert [part.samples for part in (split.train, split.valid, split.test)] == [216, 54, 370]
    assert np.bincount(labels_of(split.test)).tolist() == [31, 35, 88, 44, 29, 24, 40, 50, 29]
    assert 75 < split.train.counts().sum(axis=1).mean() < 90


def test_the_package_is_asked_for_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("search.data.tasks.japanese_vowels.find_spec", lambda name: None)
    with pytest.raises(InputError) as raised:
        load(0)
    assert str(raised.value) == (
        "japanese-vowels needs the package sktime, which brings its files and is not installed; install it with pip "
        'install "motifc[data]".'
    )


def test_a_missing_file_is_told_by_name(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=f"^{tmp_path / 'JapaneseVowels_TRAIN.ts'} cannot be read "):
        load(0, tmp_path)
