"""Splits by speaker: nobody is in two parts."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from targets.contracts.arrays import Ints
from targets.contracts.errors import InputError


def one_speaker_each(speakers: Sequence[str], seed: int) -> tuple[Ints, Ints, Ints]:
    """Indices (train, valid, test) of samples whose speakers are `speakers` [sample]: test is one, valid another.

    Of n speakers in alphabetical order the test speaker is number seed mod n, so that the seeds 0 to n - 1 are the
    n folds of leaving one out; the valid speaker is the next one, n seeds later the one after, and so on.
    Raises InputError for fewer than three speakers.
    """
    names = _three_or_more(speakers)
    test = seed % len(names)
    valid = (test + 1 + seed // len(names) % (len(names) - 1)) % len(names)
    return _parts(speakers, names[test], names[valid])


def named_speakers(speakers: Sequence[str], held: Sequence[str], seed: int) -> tuple[Ints, Ints, Ints]:
    """As `one_speaker_each`, the test speaker being the first of `held` and the valid speaker the second.

    Without a second one the seed chooses the valid speaker among the others. Raises InputError for names of nobody, of
    the same speaker twice or of more than two.
    """
    names = _three_or_more(speakers)
    unknown = [name for name in held if name not in names]
    if unknown:
        raise InputError(
            f"the speaker {unknown[0]!r} is to be held out; the recordings are by {', '.join(names)}, so name one of "
            "them."
        )
    if not 1 <= len(held) <= 2 or len(set(held)) < len(held):
        raise InputError(
            f"the speakers {', '.join(held)} are to be held out; one for the test part and at most one other for the "
            "valid part can be, so name one or two."
        )
    test = held[0]
    others = [name for name in names if name != test]
    return _parts(speakers, test, held[1] if len(held) > 1 else others[seed % len(others)])


def _three_or_more(speakers: Sequence[str]) -> list[str]:
    """The speakers in alphabetical order; InputError for fewer than three."""
    names = sorted(set(speakers))
    if len(names) < 3:
        raise InputError(
            f"there are {len(names)} speakers ({', '.join(names)}); one for each of train, valid and test is needed, "
            "so add recordings of others."
        )
    return names


def _parts(speakers: Sequence[str], test: str, valid: str) -> tuple[Ints, Ints, Ints]:
    who = np.array(speakers)
    parts = (who != test) & (who != valid), who == valid, who == test
    train, held, tested = (np.flatnonzero(part).astype(np.int32) for part in parts)
    return train, held, tested


def speakers_held_out(speakers: Sequence[npt.ArrayLike], share: float, *seed: int) -> tuple[Ints, Ints]:
    """Indices (kept, held) of samples whose speakers are `speakers` [sample]: a share of the speakers is held.

    At least one speaker is held and one kept; who is held depends on nothing but the speakers and the seed numbers.
    Raises InputError for a single speaker.
    """
    names, who = np.unique(np.asarray(speakers), return_inverse=True)
    if names.size < 2:
        raise InputError(f"there is {names.size} speaker; two are needed to hold one out, so add recordings of others.")
    number = min(max(1, round(share * names.size)), names.size - 1)
    held = np.isin(who, np.random.default_rng(seed).permutation(names.size)[:number])
    return np.flatnonzero(~held).astype(np.int32), np.flatnonzero(held).astype(np.int32)
