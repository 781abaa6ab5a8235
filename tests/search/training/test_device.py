"""Search and training on a device that is not the CPU: no tensor stays behind, and the result is the same."""

import dataclasses
from pathlib import Path

import pytest
import torch

from search.data.loader import torch_generator
from search.nas.hrmas import search as hrmas
from search.settings import Settings
from search.training.device import chosen_device
from search.training.loss import plain_loss
from search.training.progress import Progress
from search.training.train import train
from targets.contracts.chip import chip_named
from targets.contracts.errors import InputError
from tests.search.elsewhere import THERE, Guard
from tests.search.tiny import TINY, tiny_split

CPU = torch.device("cpu")
SPLIT = tiny_split(samples=24)
SHORT = dataclasses.replace(
    TINY,
    search=dataclasses.replace(TINY.search, epochs=1),
    training=dataclasses.replace(TINY.training, epochs=1),
    plasticity=dataclasses.replace(TINY.plasticity, window=1),
)


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Guard:
    """A guard; "cuda" is elsewhere, whose random numbers are those of the CPU."""
    for module in ("search.nas.retraining", "search.training.train"):
        monkeypatch.setattr(f"{module}.chosen_device", lambda name: THERE if name == "cuda" else CPU)
    for module in ("search.nas.relaxation", "search.training.train"):
        monkeypatch.setattr(f"{module}.torch_generator", lambda device, *seed: torch_generator(CPU, *seed))
    # Both by the plain loop, and by the plain loss.
    monkeypatch.setattr("search.training.kernels.network.fits", lambda *network: False)
    monkeypatch.setattr(
        "search.training.loss._loss",
        lambda told, batch, classes, kind, window, calibrated: plain_loss(told, batch, classes, kind, calibrated),
    )
    made = torch.tensor

    def sent(data: object, dtype: torch.dtype | None = None, device: torch.device | None = None) -> torch.Tensor:
        return made(data, dtype=dtype).to(device or CPU)

    # Where these two put their numbers is out of the guard's sight.
    monkeypatch.setattr(torch, "tensor", sent)
    monkeypatch.setattr(torch.Tensor, "new_tensor", lambda self, data: sent(data, self.dtype, self.device))
    return Guard()


@pytest.mark.slow
@pytest.mark.parametrize(
    "settings",
    [
        SHORT,
        dataclasses.replace(
            SHORT,
            search=dataclasses.replace(SHORT.search, relaxation="expected", order=2),
            training=dataclasses.replace(SHORT.training, gradient="tssl-bp"),
        ),
        dataclasses.replace(
            SHORT, search=dataclasses.replace(SHORT.search, relaxation="mixture", chip="loihi2", cost=0.1)
        ),
    ],
    ids=["gumbel", "expected, second order, tssl-bp", "mixture, chip"],
)
def test_a_search_leaves_no_tensor_behind(elsewhere: Guard, settings: Settings, tmp_path: Path) -> None:
    whole = hrmas(SPLIT, settings, 0, "cpu")

    def stop(progress: Progress) -> None:
        raise KeyboardInterrupt

    with elsewhere:
        with pytest.raises(KeyboardInterrupt):
            hrmas(SPLIT, settings, 0, "cuda", stop, tmp_path / "run.checkpoint")
        found = hrmas(SPLIT, settings, 0, "cuda", None, tmp_path / "run.checkpoint")
    assert set(elsewhere.products) == {"meta"}
    assert found.digest == whole.digest


@pytest.mark.slow
def test_training_on_the_grid_of_a_chip_leaves_no_tensor_behind(elsewhere: Guard) -> None:
    start = hrmas(SPLIT, SHORT, 0, "cpu")
    whole = train(start, SPLIT, SHORT, 0, "cpu", chip=chip_named("loihi2"))
    with elsewhere:
        found = train(start, SPLIT, SHORT, 0, "cuda", chip=chip_named("loihi2"))
    assert set(elsewhere.products) == {"meta"}
    assert found.digest == whole.digest


def test_the_guard_notices_a_tensor_left_behind() -> None:
    here = torch.ones(2, 2)
    with Guard():
        there = here.to(THERE)
        assert (2 * there @ there + torch.tensor(1.0)).cpu().tolist() == [[5.0, 5.0], [5.0, 5.0]]
        with pytest.raises(RuntimeError, match="has tensors on two devices"):
            there @ here
        with pytest.raises(RuntimeError, match="has tensors on two devices"):
            there + here


def test_the_device_must_be_there() -> None:
    assert chosen_device("cpu").type == "cpu"
    with pytest.raises(InputError) as raised:
        chosen_device("gpu")
    assert str(raised.value) == "unknown device 'gpu'; allowed are auto, cpu and cuda, so choose one of them."
