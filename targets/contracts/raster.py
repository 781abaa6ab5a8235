"""SpikeRaster: spikes of many samples, bit-packed, and their files."""

import os
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import numpy as np
import numpy.typing as npt

from targets.contracts.archive import Archive, UnreadableError
from targets.contracts.arrays import Array, Floats, Ints, readonly, sealed
from targets.contracts.artefact import check_readable
from targets.contracts.errors import InputError
from targets.contracts.fields import MOST_NEURONS, whole
from targets.contracts.names import meant, quoted, unquoted
from targets.contracts.per_sample import per_sample, targets_of
from targets.contracts.rows import Rows, rows_of
from targets.contracts.scratch import room
from targets.contracts.shown import brief
from targets.contracts.writing import replacing

_PIECE = 1 << 20
"""Bins looked at together when dense spikes are packed, so that few are held twice."""
_TOLD = ("shape", "lengths", "labels", "targets")
"""What a file tells of each of its rasters beside the bits."""
_COMPANIONS = (*_TOLD, "groups")
_GUESSED = ("spikes", "shape", "lengths", "labels", "groups")
"""What an array that nothing uses may have been meant as; targets are none too often, as labels are there."""


@dataclass(frozen=True, eq=False)
class SpikeRaster:
    """Binary spikes of a population over time, for many samples.

    packed   uint8 [sample, time, ceil(neuron / 8)], bits in the order of numpy.packbits; of some samples of a file that
             is mapped into memory `Rows`, which stand for the array
    neurons  number of neurons
    lengths  int32 [sample]: steps that count; later steps are padding, and what they hold counts nowhere
    labels   int32 [sample], the class of each sample; or None
    targets  float64 [sample, value], what is to be told of each sample where that is no class; or None
    """

    packed: Array
    neurons: int
    lengths: Ints
    labels: Ints | None = None
    targets: Floats | None = None

    def __post_init__(self) -> None:
        neurons = whole(self.neurons, "the number of neurons of packed spikes", MOST_NEURONS, least=0)
        object.__setattr__(self, "neurons", neurons)
        rows: object = self.packed
        packed = self.packed
        if not isinstance(rows, Rows):
            packed = readonly(self.packed, np.uint8, "packed spikes [sample, time, byte]", 3)
        samples, steps, width = packed.shape
        if width != -(-self.neurons // 8):
            raise InputError(
                f"packed spikes have {width} bytes per step; {self.neurons} neurons need {-(-self.neurons // 8)}, "
                "so check the number of neurons."
            )
        if not isinstance(rows, Rows) and _beyond(packed, self.neurons):
            raise InputError(
                f"packed spikes have bits set beyond neuron {self.neurons - 1}, the last; they must be 0 as in "
                "numpy.packbits, so check the number of neurons."
            )
        object.__setattr__(self, "packed", packed)
        object.__setattr__(self, "lengths", per_sample(self.lengths, "lengths", samples))
        if self.lengths.size and not (self.lengths.min() >= 0 and self.lengths.max() <= steps):
            raise InputError(
                f"sample lengths run from {self.lengths.min()} to {self.lengths.max()} steps; the raster has {steps}, "
                "so give lengths from 0 to that."
            )
        if self.labels is not None:
            object.__setattr__(self, "labels", per_sample(self.labels, "labels", samples))
        if self.targets is not None:
            object.__setattr__(self, "targets", targets_of(self.targets, samples))
            if self.labels is not None:
                raise InputError(
                    "spikes have both labels and targets; a sample is of a class or has values to be told, so leave "
                    "one of the two out."
                )

    @classmethod
    def pack(
        cls,
        dense: npt.ArrayLike,
        lengths: npt.ArrayLike | None = None,
        labels: npt.ArrayLike | None = None,
        targets: npt.ArrayLike | None = None,
    ) -> "SpikeRaster":
        """Pack spikes [sample, time, neuron] given as booleans or 0 / 1; anything else raises InputError."""
        spikes = np.asarray(dense)
        if spikes.ndim != 3:
            raise InputError(
                f"spikes have shape {spikes.shape}; three axes [sample, time, neuron] are needed, so reshape them."
            )
        if spikes.dtype.kind not in "buif":
            raise InputError(
                f"spikes hold {spikes.dtype}; 0 and 1 of a boolean or integer type are needed, so convert them."
            )
        lengths = np.full(spikes.shape[0], spikes.shape[1]) if lengths is None else np.asarray(lengths)
        given = (None if each is None else np.asarray(each) for each in (labels, targets))
        return cls(_bits(spikes), spikes.shape[2], lengths, *given)

    def same_samples(self, packed: Array, neurons: int) -> "SpikeRaster":
        """Other packed spikes of the same samples: lengths, labels and targets are those of this raster."""
        return replace(self, packed=packed, neurons=neurons)

    @property
    def samples(self) -> int:
        """Number of samples."""
        return int(self.packed.shape[0])

    @property
    def steps(self) -> int:
        """Number of time steps, padding included."""
        return int(self.packed.shape[1])

    @property
    def bins(self) -> int:
        """Number of (sample, step, neuron) bins."""
        return self.samples * self.steps * self.neurons

    def dense(self) -> Array:
        """Spikes as uint8 [sample, time, neuron]."""
        return np.unpackbits(np.asarray(self.packed), axis=2, count=self.neurons)

    def counts(self, window: int = 0) -> Ints:
        """Spikes per neuron within each sample's length, or in its last `window` steps: int32 [sample, neuron]."""
        found = np.zeros((self.samples, self.neurons), np.int32)
        for some in self._pieces():
            spikes = np.unpackbits(np.asarray(self.packed[some]), axis=2, count=self.neurons)
            counted = counting(self.lengths[some], self.steps, window)
            np.einsum("stn,st->sn", spikes, counted, dtype=np.int32, casting="unsafe", out=found[some])
        return found

    @property
    def counted_steps(self) -> int:
        """Number of steps that count, over all samples."""
        return int(self.lengths.sum(dtype=np.int64))

    def rates(self) -> Floats:
        """Spikes per step that counts, over all samples: float64 [neuron]; 0 where no step counts."""
        pieces = (self.take(some).counts().sum(axis=0, dtype=np.int64) for some in self._pieces())
        return sum(pieces, np.zeros(self.neurons, np.int64)) / max(self.counted_steps, 1)

    def counted(self) -> "SpikeRaster":
        """The raster with silence after each sample's length."""
        if (self.lengths == self.steps).all():
            return self
        within = np.arange(self.steps) < self.lengths[:, None]
        return self.same_samples(np.asarray(self.packed) * within[:, :, None], self.neurons)

    def whole(self) -> "SpikeRaster":
        """The raster with every step counting."""
        return replace(self, lengths=np.full(self.samples, self.steps))

    def padded(self, steps: int) -> "SpikeRaster":
        """The raster with `steps` more steps of silence, which do not count."""
        packed = np.pad(np.asarray(self.packed), ((0, 0), (0, steps), (0, 0)))
        return self.same_samples(packed, self.neurons) if steps else self

    def between(self, first: int, end: int) -> "SpikeRaster":
        """Steps `first` to `end` - 1 as steps from 0 on; as many of them count as did, as far as there are so many."""
        packed = self.packed[:, first : max(first, end)]
        return replace(self, packed=packed, lengths=np.minimum(self.lengths, packed.shape[1]))

    def take(self, samples: npt.ArrayLike | slice) -> "SpikeRaster":
        """The raster of some samples only, chosen by indices, mask or slice; those of a mapped file stay there."""
        chosen = samples if isinstance(samples, slice) else np.asarray(samples)
        labels = None if self.labels is None else self.labels[chosen]
        targets = None if self.targets is None else self.targets[chosen]
        packed = cast(Array, rows_of(self.packed, chosen))
        return SpikeRaster(packed, self.neurons, self.lengths[chosen], labels, targets)

    def _pieces(self) -> Iterator[slice]:
        """Samples to be unpacked at a time, in order."""
        many = max(1, _PIECE // max(1, self.steps * self.neurons))
        return (slice(first, first + many) for first in range(0, self.samples, many))

    def until(self, steps: int) -> "SpikeRaster":
        """The raster of the steps before `steps` only."""
        return replace(self, packed=self.packed[:, :steps], lengths=np.minimum(self.lengths, steps))


def counting(lengths: Ints, steps: int, window: int = 0) -> Array:
    """Which of `steps` are within each sample's length and, for a `window` above 0, among its last so many.

    bool [sample, time], from lengths int [sample].
    """
    step, ends = np.arange(steps), lengths[:, None]
    return (step < ends) & (step >= ends - (window or steps))


def save_rasters(
    rasters: Mapping[str, SpikeRaster],
    path: str | os.PathLike[str],
    extra: Mapping[tuple[str, str], Array] | None = None,
) -> None:
    """Write named rasters to one .npz in one step; a single raster named "spikes" is the usual input file.

    Per raster: the packed bits under its name, and `NAME.shape` [sample, time, neuron], `NAME.lengths`, `NAME.labels`
    or `NAME.targets` where there are any; the raster "spikes" writes plain `shape`, `lengths` and so on. `extra` arrays
    of (NAME, WHAT) are written as `NAME.WHAT`, such as "hidden.u". Dots and other special characters of names are
    quoted, see `targets.contracts.names.quoted`.
    """
    arrays = {f"{quoted(name)}.{what}": values for (name, what), values in (extra or {}).items()}
    for name, raster in rasters.items():
        key = quoted(name)
        prefix = "" if key == "spikes" else f"{key}."
        arrays[key] = np.asarray(raster.packed)
        arrays[f"{prefix}shape"] = np.array((raster.samples, raster.steps, raster.neurons), dtype=np.int64)
        arrays[f"{prefix}lengths"] = raster.lengths
        for what, asked in (("labels", raster.labels), ("targets", raster.targets)):
            if asked is not None:
                arrays[f"{prefix}{what}"] = asked
    with replacing(path) as temporary, zipfile.ZipFile(temporary, "w") as archive:
        for key, values in arrays.items():  # numpy.savez would take the names "file" and "allow_pickle" as its own
            entry = zipfile.ZipInfo(f"{key}.npy")
            entry.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(entry, "w", force_zip64=True) as member:
                np.lib.format.write_array(member, np.ascontiguousarray(values), allow_pickle=False)


@dataclass(frozen=True, eq=False)
class SpikeFile:
    """What a .npz of spikes holds.

    rasters  by name
    groups   which samples belong together, [sample], or a single value for all; None where the file does not say
    used     keys of all arrays that belong to these
    others   keys of the rest, which have not been kept
    """

    rasters: Mapping[str, SpikeRaster]
    groups: Array | None = None
    used: frozenset[str] = frozenset()
    others: tuple[str, ...] = ()


def unused_told(source: object, files: Sequence[SpikeFile]) -> str | None:
    """The sentence that some arrays of the files of `source` are not used; None where all are."""
    others = list(dict.fromkeys(key for file in files for key in file.others))
    if not others:
        return None
    used = {key for file in files for key in file.used}
    found = {wanted: meant(wanted, others) for wanted in _GUESSED if wanted not in used}
    guesses = [f"{wanted!r} by {brief(key)}" for wanted, key in found.items() if key is not None]
    asked = f"; did you mean {' and '.join(guesses)}?" if guesses else "."
    return f"{source} also holds {', '.join(map(brief, others))}, which nothing here uses{asked}"


def load_rasters(path: str | os.PathLike[str]) -> dict[str, SpikeRaster]:
    """Read all rasters of a .npz written by `save_rasters`, or plain uint8 `spikes` [sample, time, neuron].

    Other arrays of the file are not read. Raises InputError for a missing, damaged or foreign file.
    """
    return dict(load_spikes(path).rasters)


def load_spikes(path: str | os.PathLike[str]) -> SpikeFile:
    """`load_rasters`, with the groups of the samples and the keys of what was left out."""
    path = Path(path)
    check_readable(path, "a .npz file with spikes")
    try:
        with path.open("rb") as stream:
            return _spike_file(Archive(stream), path)
    except (OSError, UnreadableError) as error:
        raise InputError(
            f"{path} is not a readable .npz of spikes ({error}); write it with numpy.savez or motifc run."
        ) from None


def _spike_file(archive: Archive, path: Path) -> SpikeFile:
    shapes = archive.shapes
    told = {key for key in shapes if _belongs(key, shapes)}
    rasters = {}
    for key in shapes:
        if key in told or not _is_raster(key, shapes, archive.kind(key)):
            continue
        try:
            rasters[key] = _raster(archive, key, path)
        except InputError:
            # Beside "spikes", an array of other numbers is something else, if it does not say what it is.
            if key == "spikes" or f"{key}.shape" in told or "spikes" not in shapes:
                raise
    if not rasters:
        raise InputError(_without_spikes(path, archive))
    strays = {key for key in told if key in _COMPANIONS and "spikes" not in rasters}
    others = [key for key in shapes if key not in rasters and (key not in told or key in strays)]
    groups = archive.get("groups") if "groups" in told - strays else None
    used = frozenset(shapes.keys() - set(others))
    return SpikeFile({unquoted(key): raster for key, raster in rasters.items()}, groups, used, tuple(others))


def _belongs(name: str, shapes: Mapping[str, tuple[int, ...]]) -> bool:
    """Whether an array only tells of another one: its shape, lengths, labels, or traces of its u and v."""
    owner, _, kind = name.rpartition(".")
    if owner:
        return owner in shapes and kind in (*_TOLD, "u", "v", "neurons")
    return kind in _COMPANIONS and f"{name}.shape" not in shapes


def _is_raster(name: str, shapes: Mapping[str, tuple[int, ...]], kind: str) -> bool:
    """Whether an array is meant as spikes.

    It is "spikes", has its shape told beside it, or looks like plain spikes: three axes of numbers and, where "spikes"
    are there too, as many samples and steps as they have.
    """
    if name == "spikes" or f"{name}.shape" in shapes:
        return True
    alone = "spikes" not in shapes
    plain = len(shapes[name]) == 3 and kind in ("buif" if alone else "bui")
    return plain and (alone or shapes[name][:2] == shapes["spikes"][:2])


def _without_spikes(path: Path, archive: Archive) -> str:
    guess = meant("spikes", archive.shapes)
    held = ", ".join(f"{brief(key)} of shape {shape}" for key, shape in archive.shapes.items())
    return f"{path} holds no array named 'spikes' (it has {held or 'none at all'}); add one" + (
        "." if guess is None else f", or rename {guess!r} if that is meant."
    )


def _raster(archive: Archive, name: str, path: Path) -> SpikeRaster:
    prefix = "" if name == "spikes" else f"{name}."
    shape, lengths, labels, targets = (archive.get(f"{prefix}{what}") for what in _TOLD)
    try:
        if shape is None:
            return SpikeRaster.pack(archive[name], lengths, labels, targets)
        packed = archive[name]
        if shape.shape != (3,) or shape.dtype.kind not in "iu" or packed.shape[:2] != tuple(shape[:2]):
            raise InputError(
                f"{path} holds {brief(name)} packed as {packed.shape} but says it has the shape "
                f"{brief(shape.tolist())} [sample, time, neuron]; write the file again."
            )
        samples, steps, neurons = (int(size) for size in shape)
        counted = np.full(samples, steps) if lengths is None else lengths
        return SpikeRaster(packed, neurons, counted, labels, targets)
    except InputError as error:
        if str(path) in str(error):
            raise
        raise InputError(f"in {path}, array {brief(name)}: {error}") from None


def _bits(spikes: Array) -> Array:
    """`spikes` [sample, time, neuron] packed, piece by piece; InputError for values other than 0 and 1."""
    samples, steps, neurons = spikes.shape
    packed = room((samples, steps, -(-neurons // 8)))
    many = max(1, _PIECE // max(1, steps * neurons))
    rows = max(1, _PIECE // max(1, neurons))
    for sample in range(0, samples, many):
        for step in range(0, steps, rows):
            here = np.s_[sample : sample + many, step : step + rows]
            piece = spikes[here]
            if piece.dtype != np.bool_ and not ((piece == 0) | (piece == 1)).all():
                raise InputError(
                    "spikes hold values other than 0 and 1; only binary spikes are allowed, so binarise them."
                )
            packed[here] = np.packbits(piece.astype(bool, copy=False), axis=2)
    return sealed(packed)


def _beyond(packed: Array, neurons: int) -> bool:
    """Whether a bit is set behind the last neuron."""
    if not neurons % 8:
        return False
    many = max(1, _PIECE // max(1, packed.shape[1]))
    pieces = (packed[first : first + many, :, -1] for first in range(0, len(packed), many))
    return any(bool((piece & (0xFF >> neurons % 8)).any()) for piece in pieces)
