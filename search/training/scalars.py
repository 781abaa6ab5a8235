"""scalars: every figure of every epoch as TensorBoard scalars."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from search.training.checkpoint import History
from search.training.progress import Listener, Progress
from targets.contracts.errors import InputError


@contextmanager
def scalars(folder: Path, begun: Mapping[str, History]) -> Iterator[Listener]:
    """A listener that writes the figure NAME of a phase under the tag PHASE/NAME, at the number of the epoch.

    A blank in a phase becomes "_".

    folder  made where it is not there; it shows the latest run, whatever it held before
    begun   histories by phase of a run that is resumed, whose epochs come first

    Raises InputError without tensorboardX and where no folder can be.
    """
    try:
        from tensorboardX import SummaryWriter
    except ImportError:
        raise InputError(
            "TensorBoard scalars need tensorboardX, which is not installed; install it with pip install "
            '"motifc[tensorboard]".'
        ) from None
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder} cannot be a folder ({error.strerror}); choose another for the scalars.") from None
    files = len(list(folder.iterdir()))  # two files begun in the same second would have the same name
    writer = SummaryWriter(str(folder), purge_step=0, filename_suffix=f".{files}")

    def write(phase: str, epoch: int, figures: Mapping[str, Any]) -> None:
        for name, value in figures.items():
            writer.add_scalar(f"{phase.replace(' ', '_')}/{name}", value, epoch)

    def listen(epoch: Progress) -> None:
        write(epoch.phase, epoch.epoch, epoch.details)
        writer.flush()

    try:
        for phase, history in begun.items():
            for number, entry in enumerate(history, 1):
                write(phase, number, entry)
        yield listen
    finally:
        writer.close()
