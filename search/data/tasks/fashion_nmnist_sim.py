"""Fashion-MNIST's photographs of clothes, with the events of N-MNIST's three saccades simulated.

The encoding is that of the task nmnist-sim (`search.data.encoders.saccade`): 34 x 34 pixels, two polarities, 32 bins
of 10 ms, neuron = (p * 34 + y) * 34 + x.

Data: H. Xiao, K. Rasul and R. Vollgraf, "Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine Learning
Algorithms", arXiv:1708.07747, 2017; the four idx files, gzipped or not.
Split: 2,000 images of the official test part are the test part; of 10,000 of the official training part a fifth is
valid, every class alike, chosen by the seed. `load` takes other numbers up to 60,000 and 10,000.
"""

from pathlib import Path

from search.data.encoders.simulated import simulated_split
from search.data.task import Split
from search.data.task_info import TaskInfo

TRAIN, TEST = 10_000, 2_000

ABOUT = TaskInfo(
    title="Fashion-MNIST clothes, simulated events",
    licence="MIT",
    classes=10,
    channels=34 * 34 * 2,
    files="the four files {train,t10k}-{images-idx3,labels-idx1}-ubyte of Fashion-MNIST, gzipped (.gz) or not",
    page="Fashion-MNIST, https://github.com/zalandoresearch/fashion-mnist",
)


def load(seed: int, folder: Path | None = None, train: int = TRAIN, test: int = TEST) -> Split:
    """Simulated events as spikes [sample, 32, 2312]; InputError for missing and damaged files."""
    return simulated_split("fashion-nmnist-sim", ABOUT, seed, folder, train, test)
