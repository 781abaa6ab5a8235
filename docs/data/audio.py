"""Draw a spoken digit on its way to spikes and the spike rates of all digits; write docs/data/*.png.

Run it with: python docs/data/audio.py --fsdd DIR
"""

import argparse
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.image import AxesImage

from search.data.encoders.bsa import KERNEL_STEPS
from search.data.encoders.gammatone import cochleagram, gammatone_bank
from search.data.readers.sound import read_sound
from search.data.task import labels_of
from search.data.tasks import fsdd
from targets.contracts.arrays import Floats
from targets.contracts.raster import SpikeRaster

HERE = Path(__file__).parent
MAPPED = "cividis"
CHOSEN = ((7, "jackson"), (7, "nicolas"), (3, "jackson"))
STEP = fsdd.ENCODER.frame / fsdd.ENCODER.rate
BANK = gammatone_bank(fsdd.ENCODER.rate, fsdd.ENCODER.channels, fsdd.ENCODER.lowest, fsdd.ENCODER.highest)


def main() -> None:
    """Both pictures."""
    parser = argparse.ArgumentParser(description="Draw spoken digits and their spikes.")
    parser.add_argument("--fsdd", type=Path, required=True, help="folder of the Free Spoken Digit Dataset")
    found = fsdd.recordings(parser.parse_args().fsdd)
    plt.rcParams.update({"font.size": 9, "axes.titlesize": 10, "axes.titlelocation": "left"})
    shown = [next(each for each in found if (each.digit, each.speaker) == chosen) for chosen in CHOSEN]
    draw_recordings(shown)
    draw_rates(fsdd.encoded(found))


def draw_recordings(shown: list[fsdd.Recording]) -> None:
    """Sound, cochleagram, what is left after lateral inhibition, and spikes, of one recording per column."""
    rate, frame = fsdd.ENCODER.rate, fsdd.ENCODER.frame
    sounds = [read_sound(each.path, rate, fsdd.ENCODER.longest) for each in shown]
    rows = {
        "cochleagram": ("cube root of amplitude", [np.cbrt(cochleagram(sound, BANK, frame)) for sound in sounds]),
        "after lateral inhibition": ("drive (spikes per step)", [fsdd.ENCODER.drive(sound) for sound in sounds]),
    }
    heights = (1, 2, 2, 2)
    figure, axes = plt.subplots(
        4, len(shown), figsize=(11, 9), sharex="col", sharey="row", height_ratios=heights, layout="constrained"
    )
    for column, each, sound in zip(axes.T, shown, sounds, strict=True):
        spikes = fsdd.ENCODER.spikes(sound)
        step, channel = np.nonzero(spikes)
        column[0].plot(np.arange(sound.size) / rate, sound, color="0.25", linewidth=0.5)
        column[0].set_title(f"“{each.digit}”, {each.speaker}")
        column[3].scatter((step + 0.5) * STEP, channel, s=4, marker="|", color="black", linewidths=0.8)
        column[3].set_xlabel("time (s)")
        column[3].set_title(f"spikes: {spikes.mean():.0%} of all bins, {KERNEL_STEPS / 2 * STEP * 1000:.0f} ms ahead")
    for row, (title, (unit, values)) in zip(axes[1:3], rows.items(), strict=True):
        most = max(float(each.max()) for each in values)
        images = [_image(place, each, title, most) for place, each in zip(row, values, strict=True)]
        figure.colorbar(images[-1], ax=row[-1], label=unit)
    axes[0, 0].set_ylabel("sound (full scale = 1)")
    for row in axes[1:]:
        row[0].set_ylabel("centre frequency (Hz)")
        _frequencies(row[0])
    figure.suptitle("Spoken digits through 78 gammatone channels, steps of 5 ms (Free Spoken Digit Dataset)")
    figure.savefig(HERE / "cochleagram.png", dpi=100)
    plt.close(figure)


def draw_rates(raster: SpikeRaster) -> None:
    """Mean spike rate of every channel per digit, and the density of all recordings per digit."""
    rates = raster.counts() / raster.lengths[:, None] / STEP
    labels = labels_of(raster)
    digits = np.arange(fsdd.CLASSES)
    means = np.stack([rates[labels == digit].mean(axis=0) for digit in digits])
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4), layout="constrained")
    image = left.imshow(means.T, origin="lower", aspect="auto", cmap=MAPPED, interpolation="nearest", vmin=0)
    figure.colorbar(image, ax=left, label="mean rate (spikes / s)")
    _frequencies(left)
    left.set_ylabel("centre frequency (Hz)")
    left.set_title("rate of every channel")
    whole = rates.mean(axis=1)
    right.boxplot(
        [whole[labels == digit] for digit in digits],
        positions=digits,
        showfliers=False,
        medianprops={"color": "black", "linewidth": 2},
    )
    right.set_ylim(0)
    right.set_ylabel("rate of a channel, mean of a recording (spikes / s)")
    right.set_title("all recordings: median, quartiles, range")
    for axes in (left, right):
        axes.set_xticks(digits)
        axes.set_xlabel("digit")
    figure.suptitle(f"Spike rates by digit, {raster.samples:,} recordings (Free Spoken Digit Dataset)")
    figure.savefig(HERE / "speech_rates.png", dpi=110)
    plt.close(figure)


def _image(axes: Axes, values: Floats, title: str, most: float) -> AxesImage:
    """Values [step, channel] from 0 to `most` over time and channel."""
    steps, channels = values.shape
    extent = (0, steps * STEP, -0.5, channels - 0.5)
    axes.set_title(title)
    return axes.imshow(
        values.T,
        origin="lower",
        aspect="auto",
        extent=extent,
        cmap=MAPPED,
        interpolation="nearest",
        vmin=0,
        vmax=most,
    )


def _frequencies(axes: Axes) -> None:
    """Channels named by their centre frequencies."""
    places = np.arange(0, fsdd.ENCODER.channels, 11)
    axes.set_yticks(places, [f"{BANK.centres[place]:.0f}" for place in places])
    axes.set_ylim(-0.5, fsdd.ENCODER.channels - 0.5)


if __name__ == "__main__":
    main()
