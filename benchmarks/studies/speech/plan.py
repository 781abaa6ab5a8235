"""The plan: readings, settings to choose among, arms and seeds; written before any test part was read.

```
fold         the test part is one speaker; of the four others everything is chosen
choice       random motifs trained on three speakers, judged on the two left out: speaker i and the next one. Each fold
             takes the settings that are best on the mean of those speakers that were judged without the fold's test
             speaker being trained on or judged
structure    searched on three training speakers and one for validation, another one for another seed
training     weights drawn anew, on all four
test         read once
```
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path

from search.settings import Settings, load_settings

DOCUMENTED = Path(__file__).parent.parent.parent.parent / "examples" / "spoken_digits.toml"
READINGS = {"causal": "fsdd-causal", "normalised": "fsdd-normalised"}
"""Each reading and its task."""
SEARCHED = "hrmas-delays"
ARMS = (SEARCHED, "random-motif", "recurrent-delay", "feed-forward-delays")
"""Methods of `motifc search`, all with the same settings; the first is the one that is judged."""
SHORT = "rate 0.005, decay 1, input delays, short time constants"
STRETCHED = "rate 0.005, decay 1, input delays, batch 32, 20 epochs, stretched up to 1.4"
LATER = {SHORT: "normalised", STRETCHED: "causal"}
"""Settings that were offered to one reading alone, after its test parts had been read with others."""
INPUT_DELAYS = (0, 4, 8, 16, 24)
SEEDS = (101, 102, 103)
"""Of structure, weights and batches; the figure of a speaker is their mean."""
CHOICE_SEED = 1
"""Of the random motifs that settings are chosen with."""


@cache
def choices() -> Mapping[str, Settings]:
    """Settings to choose among, by name: the documented ones, whichever came out best, with other values in a few.

    The first are the defaults of the command line, but for the answer in voltage, delays and the number of neurons.
    """
    base = load_settings(DOCUMENTED)

    def of(rate: float, decay: float, drop: float, input_delays: tuple[int, ...]) -> Settings:
        training = replace(base.training, rate=rate, weight_decay=decay, drop=drop, batch=64, epochs=15, stretch=1.0)
        model, search = replace(base.model, input_delays=input_delays), replace(base.search, rate=rate)
        return replace(base, model=model, search=search, training=training)

    known = of(0.005, 1.0, 0.3, INPUT_DELAYS)
    short = replace(
        known,
        model=replace(known.model, tau_m=8.0, tau_s=2.0, readout_tau_m=5.0),
        plasticity=replace(known.plasticity, window=0),  # it asks for a tau_m above 15
    )
    return {
        "rate 0.003, decay 0.01, no input delays": of(0.003, 0.01, 0.3, (0,)),
        "rate 0.005, decay 1, input delays": known,
        "rate 0.005, decay 1, input delays, drop 0.6": of(0.005, 1.0, 0.6, INPUT_DELAYS),
        SHORT: short,
        STRETCHED: replace(known, training=replace(known.training, batch=32, epochs=20, stretch=1.4)),
    }


def offered(reading: str) -> tuple[str, ...]:
    """Names of the settings that the folds of a reading choose among."""
    return tuple(name for name in choices() if LATER.get(name, reading) == reading)


def valid_of(test: str, seed: int, speakers: tuple[str, ...]) -> str:
    """The validation speaker of a fold: the one after the test speaker, the next one for the next seed, and so on."""
    others = [*speakers[speakers.index(test) + 1 :], *speakers[: speakers.index(test)]]
    return others[SEEDS.index(seed) % len(others)]


def left_out(speakers: tuple[str, ...]) -> list[tuple[str, str]]:
    """The pairs of speakers that settings are judged on: each and the next one."""
    return list(pairwise([*speakers, speakers[0]]))
