"""What commands that train share: who listens to epochs, and how many threads torch may use."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from motifc.commands.searching import listening, searched, set_threads, warn_of_copies
from search.data.task import Split
from search.training.checkpoint import Stage, save_checkpoint
from search.training.progress import Progress
from targets.contracts.errors import InputError
from tests.search.event_file import shown_scalars
from tests.search.tiny import TINY, tiny_split


def test_a_line_and_a_folder_of_scalars_listen(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with listening(tmp_path / "scalars") as progress:
        progress(Progress("train", 1, 2, 0.5, 0.25, {"loss": 0.5}))
        progress(Progress("train", 2, 2, 0.25, 0.75, {"loss": 0.25}))
    assert "train: 2 epochs, loss 0.250, accuracy 75.0%" in capsys.readouterr().err
    assert shown_scalars(tmp_path / "scalars") == {"train/loss": [(1, 0.5), (2, 0.25)]}


def test_epochs_of_the_checkpoint_come_first(tmp_path: Path) -> None:
    save_checkpoint(tmp_path / "left", {"seed": 0}, {"search": Stage({}, ({"loss": 2.0}, {"loss": 1.0}))})
    with listening(tmp_path / "scalars", tmp_path / "left") as progress:
        progress(Progress("search", 3, 3, 0.5, 0.5, {"loss": 0.5}))
    assert shown_scalars(tmp_path / "scalars") == {"search/loss": [(1, 2.0), (2, 1.0), (3, 0.5)]}


def test_the_method_of_that_name_searches(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, Split, int, str, Path | None]] = []

    def search_by(method, split, settings, seed, device, progress, checkpoint, ranks):  # type: ignore[no-untyped-def]
        asked.append((method, split, seed, device, checkpoint))
        progress(Progress("search", 1, 1, 0.0, 1.0, {}))

    monkeypatch.setattr("motifc.search_by", search_by)
    split = tiny_split()
    searched(split, TINY, 7, "cpu", method="random-search")
    assert asked == [("random-search", split, 7, "cpu", None)]


def test_torch_is_told_its_threads() -> None:
    before = torch.get_num_threads()
    try:
        set_threads(2)
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


@pytest.mark.parametrize("threads", [0, -1])
def test_less_than_one_thread_is_refused(threads: int) -> None:
    with pytest.raises(InputError) as error:
        set_threads(threads)
    assert str(error.value) == f"--threads is {threads}; at least 1 is needed, so give a larger number."


def test_copies_are_told_on_standard_error_and_their_absence_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    split = tiny_split()
    warn_of_copies(split)
    assert capsys.readouterr().err == ""
    warn_of_copies(replace(split, test=split.train))
    assert capsys.readouterr().err == (
        "motifc: 48 of 48 test samples equal a sample that is trained on; accuracy on them is no test, so remove them "
        "from the data.\n"
    )
