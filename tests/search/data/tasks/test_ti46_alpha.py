from pathlib import Path

import numpy as np
import pytest

from search.data.task import labels_of
from search.data.tasks import ti46_alpha
from targets.contracts.errors import InputError
from tests.search.data.tasks.sounds import tone, write_sphere, write_wav


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two speakers, letters a and z, five takes of enrolment and two of a test session, as NIST SPHERE."""
    for n, speaker in enumerate(("f1", "m8")):
        for letter in "az":
            for take in range(5):
                sound = tone(0.1, 300 + 200 * (letter == "z") + 60 * n + 11 * take, 12_500)
                write_sphere(tmp_path / "ti_alpha" / "train" / speaker / f"0{letter}{speaker}set{take}.wav", sound)
            for take in range(2):
                sound = tone(0.12, 310 + 200 * (letter == "z") + 60 * n + 11 * take, 12_500)
                write_sphere(tmp_path / "ti_alpha" / "test" / speaker / f"0{letter}{speaker}s3t{take}.wav", sound)
    return tmp_path


def _error(folder: Path) -> str:
    with pytest.raises(InputError) as raised:
        ti46_alpha.load(0, folder)
    return str(raised.value)


def test_the_official_parts(folder: Path) -> None:
    split = ti46_alpha.load(0, folder)
    assert [part.samples for part in (split.train, split.valid, split.test)] == [16, 4, 8]
    assert np.bincount(labels_of(split.valid), minlength=26)[[0, 25]].tolist() == [2, 2]
    assert (split.classes, split.neurons) == (26, 78)
    assert set(split.train.lengths.tolist()) == {70}  # 1,250 samples are 7 frames of 10 steps
    assert set(split.test.lengths.tolist()) == {80}
    assert split.train.counts().sum(axis=1).min() > 0
    other = ti46_alpha.load(1, folder)
    assert other.test.packed.tobytes() == split.test.packed.tobytes()
    assert other.valid.packed.tobytes() != split.valid.packed.tobytes()


def test_the_inner_folder_upper_case_and_riff_will_do(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    upper = tmp_path_factory.mktemp("upper")
    for path in (folder / "ti_alpha").rglob("*.wav"):
        part, speaker, name = path.relative_to(folder / "ti_alpha").parts
        sound = np.frombuffer(path.read_bytes()[1024:], "<i2") / 32767
        write_wav(upper / part.upper() / speaker.upper() / name.upper(), sound, 12_500)
    assert ti46_alpha.load(0, upper).digest == ti46_alpha.load(0, folder).digest
    assert ti46_alpha.load(0, folder / "ti_alpha").digest == ti46_alpha.load(0, folder).digest


def test_nothing_there(tmp_path: Path) -> None:
    assert _error(tmp_path) == (
        f"{tmp_path} holds no recording in train/f1, train/f2, ...; TI46-Alpha needs the folder ti_alpha of LDC93S9 "
        "with train/f1/0af1set0.wav and so on, so get it from TI 46-Word, https://catalog.ldc.upenn.edu/LDC93S9."
    )


@pytest.mark.parametrize(
    ("place", "name", "example"),
    [
        ("train/f1", "00f1set0.wav", "0af1set0.wav in train/f1"),
        ("train/f1", "0am1set0.wav", "0af1set0.wav in train/f1"),
        ("train/f1", "0af1s1t0.wav", "0af1set0.wav in train/f1"),
        ("test/m8", "0am8set0.wav", "0af1s1t0.wav in test/f1"),
        ("test/m8", "notes.sph", "0af1s1t0.wav in test/f1"),
    ],
)
def test_a_wrong_name(folder: Path, place: str, name: str, example: str) -> None:
    path = write_sphere(folder / "ti_alpha" / place / name, tone(0.1, 300.0, 12_500))
    assert _error(folder) == (
        f"{path} is not named by letter, speaker, session and take, such as {example}; rename it or take it away."
    )


def test_other_files_are_left_alone(folder: Path) -> None:
    before = ti46_alpha.load(0, folder).digest
    (folder / "ti_alpha" / "train" / "f1" / "readme.txt").write_text("notes")
    (folder / "readme.txt").write_text("notes")
    assert ti46_alpha.load(0, folder).digest == before


def test_compressed_recordings_are_named(folder: Path) -> None:
    path = folder / "ti_alpha" / "test" / "m8" / "0zm8s3t1.wav"
    write_sphere(path, tone(0.1, 300.0, 12_500), other={"sample_coding": "-s26 pcm,embedded-shorten-v1.09"})
    assert _error(folder).startswith(f"{path} is a SPHERE file coded as pcm,embedded-shorten-v1.09; only plain pcm")
