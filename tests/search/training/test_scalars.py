"""TensorBoard scalars, read back from the event files."""

import sys
from pathlib import Path

import pytest

from search.training.progress import Progress
from search.training.scalars import scalars
from targets.contracts.errors import InputError
from tests.search.event_file import shown_scalars


def told(phase: str, epoch: int, loss: float) -> Progress:
    figures = {"loss": loss, "accuracy": 0.5, "hidden.p_2": 0.25}
    return Progress(phase, epoch, 3, loss, 0.5, figures)


def test_every_figure_of_every_epoch_is_a_point(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "scalars"
    with scalars(folder, {}) as listener:
        for epoch, loss in enumerate((2.0, 1.5), 1):
            listener(told("search", epoch, loss))
        listener(told("candidate 1", 1, 1.25))
    assert shown_scalars(folder) == {
        "search/loss": [(1, 2.0), (2, 1.5)],
        "search/accuracy": [(1, 0.5), (2, 0.5)],
        "search/hidden.p_2": [(1, 0.25), (2, 0.25)],
        "candidate_1/loss": [(1, 1.25)],
        "candidate_1/accuracy": [(1, 0.5)],
        "candidate_1/hidden.p_2": [(1, 0.25)],
    }


def test_a_resumed_run_continues_the_curve_without_gap_or_double(tmp_path: Path) -> None:
    with scalars(tmp_path, {}) as listener:
        listener(told("search", 1, 2.0))
        listener(told("search", 2, 9.0))  # after the last checkpoint: happens anew
    with scalars(tmp_path, {"search": ({"loss": 2.0},)}) as listener:
        listener(told("search", 2, 1.5))
    assert len(list(tmp_path.iterdir())) == 2
    assert shown_scalars(tmp_path)["search/loss"] == [(1, 2.0), (2, 1.5)]


def test_without_tensorboardx_the_command_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tensorboardX", None)
    with pytest.raises(InputError) as raised, scalars(tmp_path, {}):
        pass
    assert str(raised.value) == (
        "TensorBoard scalars need tensorboardX, which is not installed; install it with pip install "
        '"motifc[tensorboard]".'
    )


def test_a_file_in_the_way_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError) as raised, scalars(tmp_path / "file", {}):
        pass
    assert str(raised.value) == (
        f"{tmp_path / 'file'} cannot be a folder (File exists); choose another for the scalars."
    )
