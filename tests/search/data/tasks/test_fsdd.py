from pathlib import Path

import numpy as np
import pytest

from search.data.load import load_split
from search.data.task import Split, labels_of
from search.data.tasks import fsdd, fsdd_causal, fsdd_normalised, fsdd_official
from targets.contracts.errors import InputError
from targets.contracts.raster import SpikeRaster
from tests.search.data.tasks.sounds import tone, write_wav

SPEAKERS = "ada", "bob", "eve", "zoe"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Four speakers, two digits, indices 0, 4, 5, 6 and 7: 40 recordings, each a tone of its own."""
    for n, speaker in enumerate(SPEAKERS):
        for digit in (3, 8):
            for index in (0, 4, 5, 6, 7):
                sound = tone(0.1 + 0.01 * index, 200 * digit + 50 * n + 5 * index)
                write_wav(tmp_path / "recordings" / f"{digit}_{speaker}_{index}.wav", sound)
    return tmp_path


def _samples(part: SpikeRaster) -> set[bytes]:
    return {sample.tobytes() for sample in part.packed}


def _all(split: Split) -> set[bytes]:
    return _samples(split.train) | _samples(split.valid) | _samples(split.test)


def test_speakers_are_held_out_whole(folder: Path) -> None:
    found = fsdd.recordings(folder)
    raster = fsdd.encoded(found)
    of = {raster.packed[n].tobytes(): each.speaker for n, each in enumerate(found)}
    assert len(of) == 40
    for seed in range(4):
        split = fsdd.load(seed, folder)
        parts = [{of[sample] for sample in _samples(part)} for part in (split.train, split.valid, split.test)]
        assert parts[2] == {SPEAKERS[seed]}
        assert parts[1] == {SPEAKERS[(seed + 1) % 4]}
        assert parts[0] == set(SPEAKERS) - parts[1] - parts[2]
        assert _all(split) == of.keys()


def test_shapes_lengths_and_labels(folder: Path) -> None:
    split = fsdd.load(0, folder)
    assert [part.samples for part in (split.train, split.valid, split.test)] == [20, 10, 10]
    assert (split.classes, split.neurons, split.input) == (10, 78, "cochlea")
    assert split.train.steps == 34  # the longest, 0.17 s, pads
    assert sorted(split.test.lengths.tolist()) == [20, 20, 28, 28, 30, 30, 32, 32, 34, 34]
    assert np.bincount(labels_of(split.test)).tolist() == [0, 0, 0, 5, 0, 0, 0, 0, 5]


@pytest.mark.parametrize("task", ["fsdd", "fsdd-causal", "fsdd-normalised"])
def test_speakers_are_held_out_by_name(folder: Path, task: str) -> None:
    one = load_split(f"{task}:zoe", folder, 1)
    assert (one.data, one.seed) == (f"{task}:zoe", 1)
    assert one.digest == load_split(f"{task}:zoe,bob", folder).digest == load_split(f"{task}:zoe,bob", folder, 7).digest
    assert one.digest != load_split(f"{task}:zoe", folder, 0).digest
    by_number = load_split(task, folder, 3)
    assert by_number.digest == load_split(f"{task}:zoe,ada", folder).digest
    with pytest.raises(InputError) as raised:
        load_split(f"{task}:theo", folder)
    assert str(raised.value) == (
        "the speaker 'theo' is to be held out; the recordings are by ada, bob, eve, zoe, so name one of them."
    )


def test_the_two_readings(folder: Path) -> None:
    causal, normalised = fsdd_causal.load(0, folder), fsdd_normalised.load(0, folder)
    assert [part.samples for part in (causal.train, causal.valid, causal.test)] == [20, 10, 10]
    assert sorted(causal.test.lengths.tolist()) == [10, 10, 14, 14, 15, 15, 16, 16, 17, 17]
    assert np.unique(normalised.test.lengths).tolist() == [fsdd_normalised.EAR.steps]
    for split in (causal, normalised):
        assert (split.classes, split.neurons, split.input, split.by) == (10, 78, "cochlea", "last")
        assert np.array_equal(labels_of(split.test), labels_of(fsdd.load(0, folder).test))


def test_the_folder_may_be_the_one_of_the_recordings(folder: Path) -> None:
    assert fsdd.load(2, folder / "recordings").digest == fsdd.load(2, folder).digest


def test_the_official_test_part(folder: Path) -> None:
    found = fsdd.recordings(folder)
    raster = fsdd.encoded(found)
    of = {raster.packed[n].tobytes(): each for n, each in enumerate(found)}
    split, other = fsdd_official.load(0, folder), fsdd_official.load(1, folder)
    assert {of[sample].index for sample in _samples(split.test)} == {0, 4}
    assert split.test.samples == 16
    valid = [of[sample] for sample in _samples(split.valid)]
    assert sorted((each.speaker, each.digit) for each in valid) == [(who, d) for who in SPEAKERS for d in (3, 8)]
    assert {each.index for each in valid} <= {5, 6, 7}
    assert split.train.samples == 16
    assert len(_all(split)) == 40
    assert _samples(other.test) == _samples(split.test)
    assert _samples(other.valid) != _samples(split.valid)


def test_a_second_start_reads_no_recording(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = fsdd.load(0, folder)
    monkeypatch.setattr("search.data.encoders.cochlea.read_sound", None)
    assert fsdd.load(0, folder).digest == first.digest
    assert _all(fsdd_official.load(0, folder)) == _all(first)


def test_a_changed_recording_is_encoded_anew(folder: Path) -> None:
    before = fsdd.load(0, folder).digest
    write_wav(folder / "recordings" / "3_ada_0.wav", tone(0.2, 1500.0))
    assert fsdd.load(0, folder).digest != before


def test_files_that_are_no_wav_are_left_alone(folder: Path) -> None:
    before = fsdd.load(0, folder).digest
    (folder / "recordings" / "README.md").write_text("notes")
    (folder / "recordings" / ".DS_Store").write_bytes(b"\0\0\0\1Bud1")
    assert fsdd.load(0, folder).digest == before


@pytest.mark.parametrize(
    "name", ["seven_ada_0.wav", "7_ada.wav", "7_ada_x.wav", "12_ada_0.wav", "7__0.wav", "7_a_b_0.wav", "²_ada_0.wav"]
)
def test_a_wrong_name(folder: Path, name: str) -> None:
    path = write_wav(folder / "recordings" / name, tone(0.1, 500.0))
    with pytest.raises(InputError) as raised:
        fsdd.load(0, folder)
    assert str(raised.value) == (
        f"{path} is not named DIGIT_SPEAKER_INDEX.wav, such as 7_jackson_32.wav, so its digit is unknown; rename it or "
        "take it away."
    )


def test_a_damaged_recording_is_named_and_nothing_is_kept(folder: Path, cache: Path) -> None:
    path = folder / "recordings" / "8_eve_5.wav"
    path.write_bytes(path.read_bytes()[:500])
    for _ in range(2):
        with pytest.raises(InputError) as raised:
            fsdd.load(0, folder)
        assert str(raised.value) == (
            f"{path} is cut off: its header promises 1200 samples, it holds 228; copy it again."
        )
    assert not list(cache.glob("*.spikes"))


def test_an_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError) as raised:
        fsdd.load(0, tmp_path)
    assert str(raised.value) == (
        f"{tmp_path} holds no wav file; Free Spoken Digit Dataset, speaker held out needs wav files named "
        "DIGIT_SPEAKER_INDEX.wav, in the folder or in its subfolder recordings, so get it from Free Spoken Digit "
        "Dataset, https://github.com/Jakobovski/free-spoken-digit-dataset."
    )


def test_two_speakers_are_too_few(tmp_path: Path) -> None:
    for speaker in ("ada", "bob"):
        write_wav(tmp_path / f"1_{speaker}_0.wav", tone(0.1, 500.0))
    with pytest.raises(InputError, match=r"^there are 2 speakers \(ada, bob\); one for each of train, valid and test"):
        fsdd.load(0, tmp_path)


def test_an_incomplete_set_has_no_official_test_part(tmp_path: Path) -> None:
    for index in (5, 6):
        write_wav(tmp_path / f"1_ada_{index}.wav", tone(0.1, 500.0))
    with pytest.raises(InputError) as raised:
        fsdd_official.load(0, tmp_path)
    assert str(raised.value) == (
        f"{tmp_path} holds 0 recordings of index 0 to 4 and 2 of another; the first are the official test part, the "
        "others are to learn from, so copy the whole set."
    )


def test_the_real_recordings(shared: Path) -> None:
    found = fsdd.recordings(shared / "data" / "fsdd")
    assert len(found) == 2500
    assert {each.speaker for each in found} == {"george", "jackson", "lucas", "nicolas", "yweweler"}
    assert {each.digit for each in found} == set(range(10))
    some = fsdd.encoded(found[::50])
    assert some.neurons == 78
    assert some.steps <= 200
    density = some.counts().sum() / (some.lengths.sum() * 78)
    assert 0.10 < density < 0.25
    assert (some.counts().sum(axis=1) > 300).all()
