"""Draw what the event tasks feed a network: `python docs/data/events.py`, from the root of the repository.

Writes beside itself

event_digit.png       a recorded digit of N-MNIST and a simulated one, events summed over each of the three saccades
nmnist_sim_rates.png  events of the simulated digits by class and by time

Needs matplotlib and the folder $MOTIFC_SHARED (default ../shared) with data/events/sample_nmnist.bin and data/mnist.
"""

import os
from pathlib import Path

import matplotlib
import numpy as np

from search.data.encoders.events import frames
from search.data.encoders.saccade import SACCADE, saccade_events
from search.data.readers.aer import read_recording
from search.data.readers.idx import read_images
from search.data.tasks.nmnist import BINS, SENSOR, WINDOW
from targets.contracts.arrays import Array, Ints

matplotlib.use("Agg")
from matplotlib import pyplot

HERE = Path(__file__).parent
DATA = Path(os.environ.get("MOTIFC_SHARED", HERE.parent.parent.parent / "shared")) / "data"
DIGIT = 4  # what the recording shows
DRAWN = 1_000


def main() -> None:
    """Draw both pictures."""
    recorded = read_recording(DATA / "events" / "sample_nmnist.bin")
    mnist = DATA / "mnist"
    images, labels = read_images(mnist / "t10k-images-idx3-ubyte.gz", mnist / "t10k-labels-idx1-ubyte.gz", 28, 28, 10)
    simulated = list(saccade_events(images[:DRAWN]))
    like = [events for events, label in zip(simulated, labels, strict=False) if label == DIGIT]
    nearest = min(like, key=lambda events: abs(len(events) - len(recorded)))
    draw_digits({"recorded (N-MNIST)": recorded, "simulated (nmnist-sim)": nearest})
    draw_rates(simulated, labels[:DRAWN])


def draw_digits(recordings: dict[str, Array]) -> None:
    """ON and OFF events of each recording, a column per saccade, all on one scale of grey."""
    counts = {name: [sums(events, saccade) for saccade in range(3)] for name, events in recordings.items()}
    most = max(each.max() for saccades in counts.values() for each in saccades)
    figure, axes = pyplot.subplots(4, 3, figsize=(6.2, 7.4), sharex=True, sharey=True, layout="constrained")
    for block, (name, saccades) in enumerate(counts.items()):
        for column, (off, on) in enumerate(saccades):
            for row, (polarity, picture) in enumerate((("ON", on), ("OFF", off))):
                place = axes[2 * block + row, column]
                shown = place.imshow(picture, cmap="gray_r", vmin=0, vmax=most, interpolation="nearest")
                if not column:
                    place.set_ylabel(f"{name}\n{polarity}: y, pixels", fontsize=8)
                if not block and not row:
                    place.set_title(f"saccade {column + 1}, {105 * column} to {105 * (column + 1)} ms", fontsize=8)
    for place in axes[-1]:
        place.set_xlabel("x, pixels", fontsize=8)
    figure.colorbar(shown, ax=axes, shrink=0.4, label="events per pixel and saccade")
    figure.savefig(HERE / "event_digit.png", dpi=120)


def sums(events: Array, saccade: int) -> Ints:
    """Events per pixel in one saccade: [polarity, row, column]."""
    inside = events[events["t"] // SACCADE == saccade]
    counts = np.zeros((2, 34, 34), dtype=np.int32)
    np.add.at(counts, (inside["p"].astype(int), inside["y"], inside["x"]), 1)
    return counts


def draw_rates(recordings: list[Array], labels: Ints) -> None:
    """Events per sample of every class, and spikes per bin over time."""
    counts = np.array([len(events) for events in recordings])
    spikes = np.stack([frames(events, SENSOR, BINS, WINDOW, start=0) for events in recordings])
    off, on = spikes.reshape(len(spikes), BINS, 2, -1).sum(axis=3).mean(axis=0).T
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(8.4, 3.4), layout="constrained")
    left.boxplot(
        [counts[labels == digit] for digit in range(10)],
        tick_labels=range(10),
        whis=(5, 95),
        showfliers=False,
        medianprops={"color": "black"},
    )
    left.set(xlabel="digit", ylabel="events per sample", ylim=(0, None))
    left.set_title(
        f"{len(counts):,} samples, mean {counts.mean():,.0f}; box: quartiles, whiskers: 5 to 95 %", fontsize=8
    )
    time = (np.arange(BINS) + 0.5) * WINDOW / 1_000
    right.plot(time, on, color="black", label="ON")
    right.plot(time, off, color="#D55E00", linestyle="--", label="OFF")
    right.set(xlabel="time, ms", ylabel="spikes per bin of 10 ms", ylim=(0, None), xlim=(0, BINS * WINDOW / 1_000))
    right.set_title(f"mean over samples; {spikes.mean():.4f} spikes per step and neuron", fontsize=8)
    for end in (1, 2):
        right.axvline(end * SACCADE / 1_000, color="grey", linewidth=0.8, linestyle=":")
    right.legend(frameon=False)
    figure.savefig(HERE / "nmnist_sim_rates.png", dpi=120)


if __name__ == "__main__":
    main()
