"""Japanese Vowels: who of nine men said "ae", from twelve coefficients of his speech.

Data: M. Kudo, J. Toyama and M. Shimbo, "Multidimensional Curve Classification Using Passing-Through Regions", Pattern
Recognition Letters 20, 1999; UCI Machine Learning Repository (CC BY 4.0). 640 utterances of 7 to 29 frames, each frame
12 cepstral coefficients of a linear prediction. The files come with the package sktime (8 MB, BSD-3), which is never
imported; a folder with JapaneseVowels_TRAIN.ts and JapaneseVowels_TEST.ts, from timeseriesclassification.com, will do.

Encoding (`search.data.encoders.delta`): 4 steps per frame, one ON or OFF event each 0.1 that a coefficient moves, the
first ones telling where it starts; 24 channels, 12 OFF then 12 ON, 28 to 116 steps, about 80 events per utterance.
Nothing is learned from the data, so nothing leaks.

Split: the official test utterances (370) are the test part; of the official training part (270, 30 of every man) a
fifth is valid, every class alike, chosen by the seed. The class is the speaker, so speakers cannot be held out.
"""

from importlib.util import find_spec
from pathlib import Path

from search.data.encoders.delta import delta_spikes
from search.data.encoders.events import raster_of
from search.data.holdout import held_out
from search.data.readers.ts import read_ts
from search.data.task import Split, labels_of
from search.data.task_info import TaskInfo
from targets.contracts.errors import InputError
from targets.contracts.raster import SpikeRaster

COEFFICIENTS = 12
CLASSES = 9
THRESHOLD = 0.1
REPEAT = 4
VALID = 1 / 5

ABOUT = TaskInfo(
    title="Japanese Vowels, nine speakers",
    licence="CC BY 4.0",
    classes=CLASSES,
    channels=2 * COEFFICIENTS,
    published={"train": 270, "test": 370},
)


def load(seed: int, folder: Path | None = None) -> Split:
    """Spikes [sample, time, 24], each sample with its own length; `folder`, if given, instead of the built-in files."""
    folder = _built_in() if folder is None else folder
    train, test = (_spikes(folder / f"JapaneseVowels_{part}.ts") for part in ("TRAIN", "TEST"))
    kept, held = held_out(labels_of(train), VALID, seed)
    return Split(train.take(kept), train.take(held), test, CLASSES, "coefficients")


def _built_in() -> Path:
    package = find_spec("sktime")
    if package is None or package.origin is None:
        raise InputError(
            "japanese-vowels needs the package sktime, which brings its files and is not installed; install it with "
            'pip install "motifc[data]".'
        )
    return Path(package.origin).parent / "datasets" / "data" / "JapaneseVowels"


def _spikes(path: Path) -> SpikeRaster:
    series, classes = read_ts(path, COEFFICIENTS)
    return raster_of((delta_spikes(each, THRESHOLD, REPEAT) for each in series), classes)
