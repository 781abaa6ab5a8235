"""Test accuracy of searched networks beside that of another checkout, by the same seeds: docs/benchmarks/accuracy.md.

Run it with: python -m benchmarks.kernels.accuracy --old FOLDER --fsdd FOLDER --out docs/benchmarks/accuracy.md

The old code is searched with as it stands in its folder; ours with its own batches and with batches drawn at random
whatever their lengths. Every search is a process of its own, with one thread. Rows that the .json file beside the page
holds are not measured again.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.kernels.checkout import known, options, searched
from benchmarks.pages import paragraph, table
from benchmarks.refusals import refusing
from benchmarks.runs import Row, complete
from benchmarks.studies.command import ROOT
from benchmarks.studies.linear_readout import speakers
from motifc.sweep.statistics import paired
from search.data.speakers import one_speaker_each
from targets.contracts.arrays import Floats
from targets.contracts.errors import InputError
from targets.contracts.writing import check_writable, write_text

ARMS = {"old": "the other checkout", "ours": "this one", "plain": "this one, batches drawn whatever the lengths"}
COMPARED = (("ours", "old"), ("plain", "old"), ("ours", "plain"))
_ABOUT = """`motifc search --method hrmas` with default settings; ties count as wrong; CPU seconds of one thread.
On FSDD a pair is a speaker who is held out: differences of several searches with the same one are averaged first. A
search by the other checkout takes twelve times as long, so that there are fewer. Rounds of all speakers were added, as
single differences of up to 22 points hide a mean: after the first round this one was 8.7 points ahead."""
WITHIN = {"digits": 0.5, "fsdd": 1.5}
"""Points that a mean difference may come to, either way; its interval is to hold 0 as well."""


@refusing
def main(arguments: Sequence[str] | None = None) -> None:
    """Search what is missing and write the page. Bad input: one sentence, exit status 2."""
    parser = options("benchmarks.kernels.accuracy", __doc__)
    parser.add_argument("--digits", type=int, default=10, help="seeds on the digits (default: %(default)s)")
    parser.add_argument("--speakers", type=int, default=5, help="speakers in that folder (default: %(default)s)")
    parser.add_argument("--times", type=int, default=1, help="searches for every speaker (default: %(default)s)")
    parser.add_argument("--arms", nargs="+", choices=ARMS, default=list(ARMS), help="searched with (default: all)")
    parser.add_argument("--jobs", type=int, default=1, help="measured at the same time, one processor each")
    given = parser.parse_args(arguments)
    folders = {"old": given.old, "ours": ROOT, "plain": ROOT}
    wanted = [task for task in tasks(given.digits, given.speakers, given.times) if task["arm"] in given.arms]
    check_writable(given.out)
    measure = partial(measured, folders=folders, fsdd=given.fsdd)
    write_text(given.out, page(complete(given.out.with_suffix(".json"), wanted, measure, given.jobs)))


def tasks(digits: int, speakers: int, times: int) -> list[dict[str, object]]:
    """Digits: seeds from 0 on, no arm of its own for batches (all samples are of one length). FSDD: all arms.

    As many seeds one after the other as there are speakers hold out each of them once.
    """
    of_digits = [("digits", seed, arm) for seed in range(digits) for arm in ("old", "ours")]
    return [
        {"data": data, "seed": seed, "arm": arm}
        for data, seed, arm in (*of_digits, *(("fsdd", seed, arm) for seed in range(speakers * times) for arm in ARMS))
    ]


def measured(
    data: str, seed: int, arm: str, folders: Mapping[str, Path | None], fsdd: Path | None, epochs: int | None = None
) -> list[Row]:
    """One row: accuracy on the test part, ties counted wrong, CPU seconds of the search, and the speaker held out.

    epochs  of the search, instead of those of the settings
    """
    checkout = known(folders[arm], arm)
    if data == "fsdd" and fsdd is None:
        raise InputError("FSDD has no folder; name one with --fsdd, or --speakers 0.")
    told = searched(checkout, data, seed, fsdd if data == "fsdd" else None, arm == "plain", epochs)
    speaker = _held_out(fsdd, seed) if fsdd is not None and data == "fsdd" else None
    return [{"accuracy": told["accuracy"], "seconds": told["seconds"], "speaker": speaker}]


def _held_out(fsdd: Path, seed: int) -> str:
    """The test speaker of that seed."""
    names = speakers(fsdd)
    _, _, test = one_speaker_each(names, seed)
    return names[test[0]]


def page(rows: Sequence[Row]) -> str:
    """The page; paired differences in percentage points."""
    lines = ["# Accuracy with the fused kernels", ""]
    lines += [paragraph(str(__doc__).split("\n\n")[2]), ""]
    lines += [paragraph(_ABOUT), ""]
    for data in dict.fromkeys(str(row["data"]) for row in rows):
        lines += [f"## {data}", "", *_searches(data, rows), "", *_differences(data, rows), ""]
    return "\n".join(lines)


def _of(rows: Sequence[Row], data: str, arm: str) -> dict[int, Row]:
    return {row["seed"]: row for row in rows if (row["data"], row["arm"]) == (data, arm)}


def _searches(data: str, rows: Sequence[Row]) -> list[str]:
    arms = [arm for arm in ARMS if _of(rows, data, arm)]
    by = {arm: _of(rows, data, arm) for arm in arms}
    seeds = sorted({seed for each in by.values() for seed in each})
    cells = [
        [_named(seed, by), *(f"{100 * by[arm][seed]['accuracy']:.2f} %" if seed in by[arm] else "" for arm in arms)]
        for seed in seeds
    ]
    seconds = [f"{np.mean([row['seconds'] for row in by[arm].values()]):.1f}" for arm in arms]
    return table(["seed", *(ARMS[arm] for arm in arms)], [*cells, ["CPU seconds, mean", *seconds]])


def _named(seed: int, by: Mapping[str, Mapping[int, Row]]) -> str:
    """The seed and, where there is one, the speaker who is held out."""
    speaker = next(rows[seed]["speaker"] for rows in by.values() if seed in rows)
    return f"{seed}, {speaker}" if speaker else str(seed)


def _differences(data: str, rows: Sequence[Row]) -> list[str]:
    lines = []
    for one, other in COMPARED:
        of_one, of_other = _of(rows, data, one), _of(rows, data, other)
        found = {k: 100 * (of_one[k]["accuracy"] - of_other[k]["accuracy"]) for k in of_one if k in of_other}
        pairs = _averaged(found, {k: of_one[k]["speaker"] or k for k in found})
        if len(pairs):
            mean, half = paired(pairs)
            met = abs(mean) <= WITHIN[data] and abs(mean) <= half
            figures = [
                f"{mean:+.2f}",
                f"{mean - half:+.2f}",
                f"{mean + half:+.2f}",
                f"within {WITHIN[data]:g}, 0 inside",
            ]
            lines.append([f"{ARMS[one]} - {ARMS[other]}", str(len(pairs)), *figures, "yes" if met else "**no**"])
    titles = ["paired difference, percentage points", "pairs", "mean", "95 % from", "to", "asked", "met"]
    return table(titles, lines, "lrrrrll")


def _averaged(differences: Mapping[int, float], held: Mapping[int, str | int]) -> Floats:
    """Their mean for everyone who is held out: searches without the same speaker tell of the same test part."""
    of: dict[str | int, list[float]] = {}
    for seed, difference in differences.items():
        of.setdefault(held[seed], []).append(difference)
    return np.array([np.mean(each) for each in of.values()])


if __name__ == "__main__":
    main()
