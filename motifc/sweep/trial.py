"""Trial: one search, training, compilation and proof, told completely before it runs."""

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from motifc.sweep.table_reader import TableReader
from search.settings import Settings, TrainingSettings, as_dict, settings_of
from targets.contracts.errors import InputError
from targets.contracts.shown import shown

LARGEST_SEED = (1 << 32) - 1
_LAYOUT = 1
_FILE = "trial.json"


@dataclass(frozen=True)
class Trial:
    """One row of the table of a plan.

    data        the data set as the plan names it
    place       what `load_split` is given for it: a task's name or an absolute path
    files       folder of a task's files; "" where none is named
    arm         what is compared: method, variant and choices of the grid in one name
    method      name of a method of `motifc search`
    replicate, fold   numbers from 0 on
    seed        of start and batches: that of the replicate, the same for every arm
    split_seed  of the split of the data: `seed` in fold 0, drawn from it in others
    settings    all hyperparameters of the search
    training    those of a further training; None where there is none
    chip, backends, samples   compiled for, verified on, on so many test samples, all where None
    """

    data: str
    place: str
    files: str
    arm: str
    method: str
    replicate: int
    fold: int
    seed: int
    split_seed: int
    settings: Settings
    training: TrainingSettings | None
    chip: str
    backends: tuple[str, ...]
    samples: int | None

    @property
    def digest(self) -> str:
        """SHA-256 of all that its result depends on but the content of the data; where these lie is no part of it."""
        told = {key: value for key, value in self.as_dict().items() if key not in ("place", "files")}
        return hashlib.sha256(json.dumps(told, sort_keys=True, allow_nan=False).encode()).hexdigest()

    @property
    def key(self) -> str:
        """Name of its folder: what people look for, and enough of the digest to be the only one."""
        words = [_slug(Path(self.data).stem), _slug(self.arm), f"r{self.replicate}"]
        words += [f"f{self.fold}"] if self.fold else []
        return "-".join([*words, self.digest[:12]])

    @property
    def pair(self) -> tuple[str, int, int]:
        """What trials share that are compared: data set, replicate and fold, and so split, start and batches."""
        return self.data, self.replicate, self.fold

    @property
    def name(self) -> str:
        """What it is called in sentences."""
        fold = f", fold {self.fold}" if self.fold else ""
        return shown(f"{self.arm} on {self.data}, replicate {self.replicate}{fold}")

    def as_dict(self) -> dict[str, Any]:
        """Plain values, from which `trial_of` makes it again."""
        training = None if self.training is None else as_dict(Settings(training=self.training))["training"]
        return {
            "layout": _LAYOUT,
            "data": self.data,
            "place": self.place,
            "files": self.files,
            "arm": self.arm,
            "method": self.method,
            "replicate": self.replicate,
            "fold": self.fold,
            "seed": self.seed,
            "split_seed": self.split_seed,
            "settings": as_dict(self.settings),
            "training": training,
            "chip": self.chip,
            "backends": list(self.backends),
            "samples": self.samples,
        }


def trial_of(told: object, source: str) -> Trial:
    """The trial that `as_dict` told; InputError where anything is missing, unknown or of another type."""
    given = TableReader(told, source)
    given.whole("layout", least=_LAYOUT, most=_LAYOUT)
    training = given.inner("training").table if given.table.get("training") is not None else None
    made = Trial(
        data=given.text("data"),
        place=_path(given, "place"),
        files=_path(given, "files"),
        arm=_path(given, "arm"),
        method=given.text("method"),
        replicate=given.whole("replicate"),
        fold=given.whole("fold"),
        seed=given.whole("seed", most=LARGEST_SEED),
        split_seed=given.whole("split_seed", most=LARGEST_SEED),
        settings=settings_of(given.inner("settings").table, source),
        training=None if training is None else settings_of({"training": training}, source).training,
        chip=given.text("chip"),
        backends=given.texts("backends"),
        samples=None if given.table.get("samples") is None else given.whole("samples", least=1),
    )
    given.asked += ["training", "samples"]
    given.end()
    return made


def trial_in(folder: Path, digest: str) -> Trial:
    """The trial that is to run in a folder; InputError unless its digest is the one that was given."""
    path = folder / _FILE
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"{path} holds no trial ({error}); start motifc sweep run again.") from None
    trial = trial_of(told, str(path))
    if trial.digest != digest:
        raise InputError(
            f"{path} tells of a trial with digest {trial.digest[:12]}; {shown(digest)[:12]} was to be run, so start "
            "motifc sweep run again."
        )
    return trial


def file_of(folder: Path) -> Path:
    """Where the trial of a folder is told."""
    return folder / _FILE


def _path(given: TableReader, key: str) -> str:
    """A text of any length, empty too."""
    value = given.table.get(key)
    given.asked.append(key)
    if not isinstance(value, str):
        given.refuse(key, value, "a text")
    return str(value)


def _slug(text: str) -> str:
    """At most 48 characters that every file system and shell takes."""
    return re.sub(r"[^A-Za-z0-9.=]+", "-", text).strip("-.")[:48] or "data"
