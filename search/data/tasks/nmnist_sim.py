"""MNIST's real digits, with the events of N-MNIST's three saccades simulated (`search.data.encoders.saccade`).

Simulated events are no recording: never compare with results on N-MNIST as if they were. Encoding and channels are
those of the task nmnist: 34 x 34 pixels, two polarities, 32 bins of 10 ms, neuron = (p * 34 + y) * 34 + x.

Data: Y. LeCun, C. Cortes and C. Burges, "The MNIST database of handwritten digits"; the four idx files, gzipped or not.
Split: 2,000 images of the official test part are the test part; of 10,000 of the official training part a fifth is
valid, every class alike, chosen by the seed. `load` takes other numbers up to 60,000 and 10,000.
"""

from pathlib import Path

from search.data.encoders.simulated import simulated_split
from search.data.task import Split
from search.data.task_info import TaskInfo

TRAIN, TEST = 10_000, 2_000

ABOUT = TaskInfo(
    title="MNIST digits, simulated events",
    licence="terms of MNIST",
    classes=10,
    channels=34 * 34 * 2,
    files="the four files {train,t10k}-{images-idx3,labels-idx1}-ubyte of MNIST, gzipped (.gz) or not",
    page="MNIST, http://yann.lecun.com/exdb/mnist",
)


def load(seed: int, folder: Path | None = None, train: int = TRAIN, test: int = TEST) -> Split:
    """Simulated events as spikes [sample, 32, 2312]; InputError for missing and damaged files."""
    return simulated_split("nmnist-sim", ABOUT, seed, folder, train, test)
