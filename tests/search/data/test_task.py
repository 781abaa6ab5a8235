import importlib
import sys
from pathlib import Path

import numpy as np
import pytest

import search.data.tasks
from search.data.load import load_split
from search.data.task import Split, folder_of, labels_of, task_named, task_names
from targets.contracts.errors import InputError
from targets.contracts.provenance import keys_of, sample_digests
from targets.contracts.raster import SpikeRaster


def raster(samples: int, steps: int = 4, neurons: int = 3, seed: int = 0) -> SpikeRaster:
    generator = np.random.default_rng(seed)
    return SpikeRaster.pack(generator.random((samples, steps, neurons)) < 0.4, labels=np.arange(samples) % 2)


def test_tasks_are_found_by_listing_the_folder() -> None:
    assert "digits" in task_names()
    assert "encoders" not in task_names()
    with pytest.raises(InputError) as raised:
        task_named("letters")
    names = ", ".join(task_names())
    assert str(raised.value) == (
        f"unknown task 'letters'; known are {names}, so choose one of them or give the path of spikes of your own."
    )


@pytest.fixture
def far_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A task of two words whose data are not built in; the input of its split is called after seed and folder."""
    (tmp_path / "far_off.py").write_text(
        "import numpy as np\n"
        "from search.data.task import Split\n"
        "from search.data.task_info import TaskInfo\n"
        "from targets.contracts.raster import SpikeRaster\n"
        'ABOUT = TaskInfo("Far", "CC0", 2, 3, {"train": 4}, "a file far.bin", "Far Data, https://example.org")\n'
        "def load(seed, folder=None):\n"
        "    spikes = SpikeRaster.pack(np.zeros((2, 1, 3)), labels=[0, 1])\n"
        "    return Split(spikes, spikes, spikes, 2, f'{seed} {folder}')\n"
    )
    monkeypatch.setattr(search.data.tasks, "__path__", [*search.data.tasks.__path__, str(tmp_path)])
    monkeypatch.delenv("MOTIFC_DATA", raising=False)
    importlib.invalidate_caches()
    monkeypatch.delitem(sys.modules, "search.data.tasks.far_off", raising=False)
    return "far-off"


def test_a_dash_stands_for_an_underscore(far_off: str) -> None:
    assert far_off in task_names()
    assert "far_off" not in task_names()
    assert task_named(far_off).ABOUT.title == "Far"


def test_a_task_is_given_the_folder_where_its_files_lie(
    far_off: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "given").mkdir()
    (tmp_path / far_off).mkdir()
    monkeypatch.setenv("MOTIFC_DATA", str(tmp_path))
    split = load_split(far_off, tmp_path / "given", 3)
    assert split.input == f"3 {tmp_path / 'given'}"
    assert (split.data, split.folder, split.seed) == (far_off, str(tmp_path / "given"), 3)
    assert load_split(far_off, seed=3).input == f"3 {tmp_path / far_off}"
    assert load_split("digits", tmp_path / "nowhere").classes == 10


def test_a_missing_folder_is_told_with_what_must_lie_there_and_where_to_get_it(
    far_off: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    remedy = (
        "get it from Far Data, https://example.org and give its folder as --data-dir, or set MOTIFC_DATA to a folder "
        "that holds it as far-off."
    )
    with pytest.raises(InputError) as raised:
        folder_of(far_off)
    assert str(raised.value) == f"far-off needs a file far.bin, and no folder was given; {remedy}"
    with pytest.raises(InputError) as raised:
        folder_of(far_off, tmp_path / "absent")
    assert str(raised.value) == f"far-off needs a file far.bin, and {tmp_path / 'absent'} is no folder; {remedy}"
    monkeypatch.setenv("MOTIFC_DATA", str(tmp_path))
    with pytest.raises(InputError) as raised:
        folder_of(far_off)
    assert str(raised.value) == f"far-off needs a file far.bin, and {tmp_path / far_off} is no folder; {remedy}"


@pytest.mark.parametrize("name", task_names())
def test_every_task_says_what_its_data_are(name: str) -> None:
    about = task_named(name).ABOUT
    assert about.title
    assert about.licence
    assert about.classes >= 2 or about.values or not about.built_in
    assert about.channels >= 1 or not about.built_in
    assert set(about.published) <= {"train", "valid", "test"}
    assert bool(about.files) == bool(about.page) == (not about.built_in)
    assert not about.files.endswith(".")
    assert not about.page.endswith(".")


def test_the_digest_tells_spikes_labels_and_parts_apart() -> None:
    one, other = raster(4), raster(4, seed=1)
    split = Split(one, other, other, 2)
    assert split.digest == Split(one, other, other, 2).digest
    relabelled = SpikeRaster(one.packed, one.neurons, one.lengths, 1 - labels_of(one))
    different = [Split(other, one, other, 2), Split(relabelled, other, other, 2), Split(one, other, other, 3)]
    assert len({split.digest, *(each.digest for each in different)}) == 4


def test_the_digest_is_of_counted_steps_only() -> None:
    one, other = raster(4), raster(4, seed=1)
    longer = np.pad(one.dense(), ((0, 0), (0, 3), (0, 0)), constant_values=1)
    padded = SpikeRaster.pack(longer, one.lengths, one.labels)
    assert Split(padded, other, other, 2).digest == Split(one, other, other, 2).digest


def test_the_origin_tells_what_is_trained_on() -> None:
    one, other, last = raster(4), raster(4, seed=1), raster(4, seed=2)
    split = Split(one, other, last, 2, data="mine", seed=7)
    origin = split.origin
    assert (origin.data, origin.folder, origin.seed, origin.split) == ("mine", "", 7, split.digest)
    assert (origin.train, origin.valid, origin.test) == (4, 4, 4)
    keys = set(origin.trained.tolist())
    assert keys == {*keys_of(sample_digests(one)).tolist(), *keys_of(sample_digests(other)).tolist()}
    assert not keys & set(keys_of(sample_digests(last)).tolist())


def test_bad_splits_are_told_in_one_sentence() -> None:
    good = raster(4)
    with pytest.raises(InputError) as raised:
        Split(good, raster(4, neurons=5), good, 2)
    assert str(raised.value) == (
        "train, valid and test spikes are [3, 5, 3] neurons wide; all must be equal, so encode them alike."
    )
    with pytest.raises(InputError) as raised:
        Split(good, good, SpikeRaster(good.packed, 3, good.lengths), 2)
    assert str(raised.value) == ("the test part of a split has no labels; every sample needs one, so add them.")
    with pytest.raises(InputError) as raised:
        Split(good, good, good, 1)
    assert str(raised.value) == (
        "the train part of a split has labels 0..1; with 1 classes they must be 0..0, so renumber them."
    )
