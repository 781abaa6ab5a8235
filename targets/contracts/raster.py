"""SpikeRaster: spikes of many samples, bit-packed, and their files."""

import os
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from targets.contracts.arrays import Array, Ints, readonly, sealed
from targets.contracts.artefact import replacing
from targets.contracts.errors import InputError
from targets.contracts.names import meant, quoted, unquoted
from targets.contracts.npz import Header, opened

_PIECE = 1 << 20
"""Bins looked at together when dense spikes are packed, so that few are held twice."""
RENUMBER = "labels = np.unique(labels, return_inverse=True)[1]"
"""The line of numpy that makes classes 0, 1, 2, ... of labels of any kind."""
_COMPANIONS = ("shape", "lengths", "labels", "groups")


@dataclass(frozen=True, eq=False)
class SpikeRaster:
    """Binary spikes of a population over time, for many samples.

    packed   uint8 [sample, time, ceil(neuron / 8)], bits in the order of numpy.packbits
    neurons  number of neurons
    lengths  int32 [sample]: steps that count; later steps are padding
    labels   int32 [sample], or None
    """

    packed: Array
    neurons: int
    lengths: Ints
    labels: Ints | None = None

    def __post_init__(self) -> None:
        packed = readonly(self.packed, np.uint8, "packed spikes [sample, time, byte]", 3)
        samples, steps, width = packed.shape
        if width != -(-self.neurons // 8):
            raise InputError(
                f"packed spikes have {width} bytes per step; {self.neurons} neurons need {-(-self.neurons // 8)}, "
                "so check the number of neurons."
            )
        object.__setattr__(self, "packed", packed)
        object.__setattr__(self, "lengths", _per_sample(self.lengths, "lengths", samples))
        if self.lengths.size and not (self.lengths.min() >= 0 and self.lengths.max() <= steps):
            raise InputError(
                f"sample lengths run from {self.lengths.min()} to {self.lengths.max()} steps; the raster has {steps}, "
                "so give lengths from 0 to that."
            )
        if self.labels is not None:
            object.__setattr__(self, "labels", _per_sample(self.labels, "labels", samples))

    @classmethod
    def pack(
        cls, dense: npt.ArrayLike, lengths: npt.ArrayLike | None = None, labels: npt.ArrayLike | None = None
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
        return cls(_bits(spikes), spikes.shape[2], lengths, None if labels is None else np.asarray(labels))

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
        return np.unpackbits(self.packed, axis=2, count=self.neurons)

    def counts(self) -> Ints:
        """Spikes per neuron within each sample's length: int32 [sample, neuron]."""
        counted = np.arange(self.steps) < self.lengths[:, None]
        return np.einsum("stn,st->sn", self.dense(), counted, dtype=np.int32, casting="unsafe")

    def take(self, samples: npt.ArrayLike | slice) -> "SpikeRaster":
        """The raster of some samples only, chosen by indices, mask or slice."""
        chosen = samples if isinstance(samples, slice) else np.asarray(samples)
        labels = None if self.labels is None else self.labels[chosen]
        packed = self.packed[chosen]
        return SpikeRaster(
            packed if isinstance(chosen, slice) else sealed(packed), self.neurons, self.lengths[chosen], labels
        )

    def until(self, steps: int) -> "SpikeRaster":
        """The raster of the steps before `steps` only."""
        return SpikeRaster(self.packed[:, :steps], self.neurons, np.minimum(self.lengths, steps), self.labels)


def save_rasters(
    rasters: Mapping[str, SpikeRaster],
    path: str | os.PathLike[str],
    extra: Mapping[tuple[str, str], Array] | None = None,
) -> None:
    """Write named rasters to one .npz in one step; a single raster named "spikes" is the usual input file.

    Per raster: the packed bits under its name, and `NAME.shape` [sample, time, neuron], `NAME.lengths`, `NAME.labels`
    where there are any; the raster "spikes" writes plain `shape`, `lengths`, `labels`. `extra` arrays of (NAME, WHAT)
    are written as `NAME.WHAT`, such as "hidden.u". Dots and other special characters of names are quoted, see
    `targets.contracts.names.quoted`.
    """
    arrays = {f"{quoted(name)}.{what}": values for (name, what), values in (extra or {}).items()}
    for name, raster in rasters.items():
        key = quoted(name)
        prefix = "" if key == "spikes" else f"{key}."
        arrays[key] = raster.packed
        arrays[f"{prefix}shape"] = np.array((raster.samples, raster.steps, raster.neurons), dtype=np.int64)
        arrays[f"{prefix}lengths"] = raster.lengths
        if raster.labels is not None:
            arrays[f"{prefix}labels"] = raster.labels
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
    others   keys of arrays that belong to none of these; they have not been read
    """

    rasters: Mapping[str, SpikeRaster]
    groups: Array | None = None
    others: tuple[str, ...] = ()

    def ignored(self, source: object) -> str | None:
        """The sentence that some arrays of `source` are not used; None where all are."""
        if not self.others:
            return None
        found = {wanted: meant(wanted, self.others) for wanted in ("spikes", "labels", "lengths", "groups")}
        guesses = [f"{wanted!r} by {key!r}" for wanted, key in found.items() if key is not None]
        asked = f"; did you mean {' and '.join(guesses)}?" if guesses else "."
        return f"{source} also holds {', '.join(map(repr, self.others))}, which nothing here uses{asked}"


def load_rasters(path: str | os.PathLike[str]) -> dict[str, SpikeRaster]:
    """Read all rasters of a .npz written by `save_rasters`, or plain uint8 `spikes` [sample, time, neuron].

    Other arrays of the file are not read. Raises InputError for a missing, damaged or foreign file.
    """
    return dict(load_spikes(path).rasters)


def load_spikes(path: str | os.PathLike[str]) -> SpikeFile:
    """`load_rasters`, with the groups of the samples and the keys of what was left out."""
    path = Path(path)
    with opened(path, "spikes") as file:
        told = {key for key in file.headers if _belongs(key, file.headers)}
        names = [key for key in file.headers if key not in told and _is_raster(key, file.headers)]
        if not names:
            raise InputError(_without_spikes(path, file.headers))
        rasters = {}
        for name in names:
            prefix = "" if name == "spikes" else f"{name}."
            own = {
                what: file.read(f"{prefix}{what}")
                for what in ("shape", "lengths", "labels")
                if f"{prefix}{what}" in told
            }
            try:
                rasters[unquoted(name)] = _raster(file.read(name), own, name, path)
            except InputError as error:
                if name == "spikes" or f"{name}.shape" in told:
                    raise
                if "spikes" not in names:
                    raise InputError(f"array {name!r} is no raster: {error}") from None
        names = [name for name in names if unquoted(name) in rasters]
        groups = file.read("groups") if "groups" in told and "spikes" in names else None
        strays = {key for key in told if key in _COMPANIONS and "spikes" not in names}
        others = [key for key in file.headers if key not in names and (key not in told or key in strays)]
        return SpikeFile(rasters, groups, tuple(others))


def _belongs(name: str, headers: Mapping[str, Header]) -> bool:
    """Whether an array only tells of another one: its shape, lengths, labels, or traces of its u and v."""
    owner, _, kind = name.rpartition(".")
    if owner:
        return owner in headers and kind in ("shape", "lengths", "labels", "u", "v", "neurons")
    return kind in _COMPANIONS and f"{name}.shape" not in headers


def _is_raster(name: str, headers: Mapping[str, Header]) -> bool:
    """Whether an array is meant as spikes.

    It is "spikes", has its shape told beside it, or looks like plain spikes: three axes of numbers and, where "spikes"
    are there too, as many samples and steps as they have.
    """
    header, spikes = headers[name], headers.get("spikes")
    if name == "spikes" or f"{name}.shape" in headers:
        return True
    plain = header.dtype is not None and header.dtype.kind in "bui" + ("f" if spikes is None else "")
    if not plain or header.shape is None or len(header.shape) != 3:
        return False
    return spikes is None or spikes.shape is None or header.shape[:2] == spikes.shape[:2]


def _without_spikes(path: Path, headers: Mapping[str, Header]) -> str:
    guess = meant("spikes", headers)
    return (
        f"{path} holds no array named 'spikes' (it has "
        f"{', '.join(f'{key!r}, {header.told}' for key, header in headers.items()) or 'none at all'}); add one"
        + ("." if guess is None else f", or rename {guess!r} if that is meant.")
    )


def _raster(given: Array, own: Mapping[str, Array], name: str, path: Path) -> SpikeRaster:
    """The raster of an array and of those that tell of it: shape, lengths and labels, where they are there."""
    lengths, labels, shape = own.get("lengths"), own.get("labels"), own.get("shape")
    if shape is None:
        return SpikeRaster.pack(given, lengths, labels)
    if shape.shape != (3,) or shape.dtype.kind not in "iu" or given.shape[:2] != tuple(shape[:2]):
        raise InputError(
            f"{path} holds {name!r} packed as {given.shape} but says it has the shape {shape.tolist()} "
            "[sample, time, neuron]; write the file again."
        )
    samples, steps, neurons = (int(size) for size in shape)
    return SpikeRaster(given, neurons, np.full(samples, steps) if lengths is None else lengths, labels)


def _bits(spikes: Array) -> Array:
    """`spikes` [sample, time, neuron] packed, piece by piece; InputError for values other than 0 and 1."""
    samples, steps, neurons = spikes.shape
    packed = np.empty((samples, steps, -(-neurons // 8)), np.uint8)
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


def _per_sample(values: npt.ArrayLike, name: str, samples: int) -> Ints:
    given = np.asarray(values)
    if given.ndim != 1 or given.dtype.kind not in "buif" or not np.isfinite(given).all():
        found = (
            "NaN or infinite"
            if given.ndim == 1 and given.dtype.kind == "f"
            else f"{given.dtype} of shape {given.shape}"
        )
        mend = _numbered(given) if name == "labels" else "convert them"
        raise InputError(f"{name} are {found}; one whole number per sample is needed, so {mend}.")
    array = readonly(given, np.int32, f"{name} [sample]")
    if array.size != samples:
        raise InputError(f"{array.size} {name} were given for {samples} samples; one each is needed, so match them.")
    return array


def _numbered(labels: Array) -> str:
    """What turns labels of another form into classes, as a line of numpy where there is one."""
    if labels.ndim == 2 and labels.shape[1] == 1:
        return "flatten them: labels = labels.ravel()"
    if labels.ndim == 2 and labels.dtype.kind in "buif" and (np.count_nonzero(labels, axis=1) == 1).all():
        return "take the class of each one-hot row: labels = labels.argmax(axis=1)"
    if labels.ndim == 1 and labels.dtype.kind in "USO":
        return f"number them: {RENUMBER}"
    return "convert them"
