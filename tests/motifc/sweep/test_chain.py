"""A trial in its folder: gone on with from wherever it was stopped, with the same outcome."""

import json
from pathlib import Path

import pytest

from motifc.sweep.chain import NETWORK, PROGRAM, SEARCHED, give_up, run_trial
from motifc.sweep.outcome import PROGRESS, RESULT, Outcome, failure_in, forget, outcome_in, progress_in
from motifc.sweep.trial import Trial, file_of
from search.data.load import load_split
from search.nas.methods import search_by
from search.network import Network
from tests.motifc.sweep.tiny_study import tiny_plan


def placed(folder: Path, trial: Trial) -> Path:
    """The folder of a trial that has not begun."""
    folder.mkdir()
    file_of(folder).write_text(json.dumps(trial.as_dict()))
    return folder


def found(folder: Path, trial: Trial) -> Outcome:
    assert run_trial(folder, trial.digest)
    outcome = outcome_in(folder, trial.digest)
    assert outcome is not None
    return outcome


@pytest.mark.slow
def test_a_trial_is_the_ordinary_search_and_is_run_once(tmp_path: Path) -> None:
    trial = tiny_plan(tmp_path).trials()[0]
    folder = placed(tmp_path / "trial", trial)
    outcome = found(folder, trial)
    split = load_split(trial.place, None, trial.seed)
    network = search_by("hrmas", split, trial.settings, trial.seed, "cpu")
    assert outcome.network == network.digest == Network.load(folder / NETWORK).digest
    assert outcome.split == split.digest
    assert outcome.equal
    assert outcome.figures["validation"] == network.settings["search"][-1]["accuracy"]
    assert (outcome.cost.attempts, outcome.machine["device"]) == (1, "cpu")
    assert not list(folder.glob("*.checkpoint"))
    assert progress_in(folder) is None
    (folder / NETWORK).unlink()  # what is finished is not looked into
    assert found(folder, trial) == outcome


@pytest.mark.slow
def test_wherever_a_trial_stops_it_ends_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After every epoch, with a further training, with each file of it lost or damaged."""
    from motifc.sweep import chain

    trial = tiny_plan(tmp_path, training={"epochs": 2, "batch": 16}).trials()[0]
    known = found(placed(tmp_path / "known", trial), trial)

    class Stopped(BaseException):
        """As if the process had been killed."""

    folder = placed(tmp_path / "stopped", trial)
    epochs = []

    def stop(watch: object, epoch: object) -> None:
        epochs.append(epoch)
        raise Stopped

    with monkeypatch.context() as patched:
        patched.setattr(chain._Watch, "epoch", stop)
        for _ in range(6):  # two epochs of the search, two of its training, two of the further training
            with pytest.raises(Stopped):
                run_trial(folder, trial.digest)
    assert [getattr(epoch, "phase", "") for epoch in epochs] == ["search", "search", *["train"] * 4]
    outcome = found(folder, trial)
    assert outcome.digest == known.digest
    assert outcome.cost.attempts == 7
    for name in (SEARCHED, NETWORK, PROGRAM):
        forget(folder, RESULT)
        (folder / name).write_bytes(b"damaged")
        assert found(folder, trial).digest == known.digest
    forget(folder, RESULT, NETWORK)
    (folder / NETWORK).with_suffix(".checkpoint").write_bytes(b"damaged")
    assert found(folder, trial).digest == known.digest


def test_what_fails_is_kept_in_a_sentence_and_begun_again(tmp_path: Path) -> None:
    trial = tiny_plan(tmp_path).trials()[0]
    folder = placed(tmp_path / "trial", trial)
    (tmp_path / "mine.npz").unlink()
    for _ in range(2):
        assert not run_trial(folder, trial.digest)
        failure = failure_in(folder, trial.digest)
        assert failure is not None
        assert "mine.npz" in failure.reason
    give_up(folder, trial.digest, "another reason.")
    assert failure_in(folder, trial.digest) == failure


def test_what_is_not_the_trial_asked_for_is_not_run(tmp_path: Path) -> None:
    trial = tiny_plan(tmp_path).trials()[0]
    folder = placed(tmp_path / "trial", trial)
    assert not run_trial(folder, "0" * 64)
    failure = failure_in(folder, "0" * 64)
    assert failure is not None
    assert "tells of a trial with digest" in failure.reason


def test_a_trial_given_up_keeps_what_it_has_cost(tmp_path: Path) -> None:
    trial = tiny_plan(tmp_path).trials()[0]
    folder = placed(tmp_path / "trial", trial)
    told = {"phase": "search", "epoch": 1, "epochs": 2, "device": "cpu", "process": 1}
    cost = {"cpu_seconds": 5.0, "gpu_seconds": 0.0, "attempts": 3, "began": 1.0, "ended": 2.0}
    (folder / PROGRESS).write_text(json.dumps({**told, "cost": cost}))
    give_up(folder, trial.digest, "its worker died.")
    failure = failure_in(folder, trial.digest)
    assert failure is not None
    assert (failure.reason, failure.cost.cpu_seconds) == ("its worker died.", 5.0)
