"""write_tables: the tables of a study as Markdown, CSV, JSON and a picture."""

import csv
import json
from io import StringIO
from pathlib import Path

from motifc.sweep.markdown import markdown
from motifc.sweep.picture import picture
from motifc.sweep.statistics import Interval
from motifc.sweep.tables import Tables
from targets.contracts.errors import InputError
from targets.contracts.writing import Destination, check_writable, replacing, write_text

NAMES = ("table.md", "table.csv", "table.json", "table.svg")
_COLUMNS = (
    *("round", "kind", "family", "measure", "data", "arm", "reference", "n", "mean", "sd", "low", "high"),
    *("corrected_low", "corrected_high", "bootstrap_low", "bootstrap_high", "p", "p_holm", "cpu_hours", "gpu_hours"),
    *("trial", "why"),
)


def write_tables(tables: Tables, folder: Path, replace: bool) -> list[str]:
    """Write all four into a folder, which is made; a sentence on each, and on what no picture can be drawn without.

    Raises InputError for files that are there and may not be replaced, before any is written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder} cannot be made ({error.strerror}); give another folder.") from None
    page, sheet, plain, drawing = (Destination(folder / name, replace) for name in NAMES)
    for place in (page, sheet, plain, drawing):
        check_writable(place)
    write_text(page, markdown(tables))
    write_text(sheet, as_csv(tables))
    write_text(plain, json.dumps(tables.as_dict(), indent=2, allow_nan=False) + "\n")
    told = [f"{place} written" for place in (page, sheet, plain)]
    if not tables.rounds:
        return [*told, "no round has begun, so that no picture is drawn"]
    try:
        drawn = picture(tables.rounds[-1])
    except InputError as error:
        return [*told, str(error)]
    with replacing(drawing) as temporary:
        temporary.write_bytes(drawn)
    return [*told, f"{drawing} written"]


def as_csv(tables: Tables) -> str:
    """One table of all rounds: lines of kind mean, difference, cost and failed; an empty cell is what is not known."""
    written = StringIO()
    sheet = csv.DictWriter(written, _COLUMNS, lineterminator="\n")
    sheet.writeheader()
    for table in tables.rounds:
        for mean in table.means:
            sheet.writerow({**vars(mean), "round": table.number, "kind": "mean"})
        for each in table.comparisons:
            found = each.statistics
            sheet.writerow(
                {
                    **{key: getattr(each, key) for key in ("family", "measure", "data", "arm", "reference")},
                    **{"round": table.number, "kind": "difference", "n": found.n, "mean": found.mean, "sd": found.sd},
                    **_ends("", found.interval),
                    **_ends("corrected_", found.corrected),
                    **_ends("bootstrap_", found.bootstrap),
                    **{"p": found.honest_p, "p_holm": each.adjusted_p},
                }
            )
        for spent in table.spent:
            told = {key: getattr(spent, key) for key in ("data", "arm", "cpu_hours", "gpu_hours")}
            sheet.writerow({**told, "round": table.number, "kind": "cost"})
        for failed in table.failed:
            sheet.writerow({"round": table.number, "kind": "failed", "trial": failed.trial, "why": failed.reason})
    return written.getvalue()


def _ends(name: str, interval: Interval | None) -> dict[str, float | None]:
    low, high = interval or (None, None)
    return {f"{name}low": low, f"{name}high": high}
