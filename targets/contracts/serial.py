"""pack and unpack: any frozen dataclass of the house as a JSON header and named arrays, by its type hints."""

import os
import types
import typing
from collections.abc import Callable, Collection, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from functools import cache
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import numpy as np

from targets.contracts.arrays import Array
from targets.contracts.artefact import Artefact, load
from targets.contracts.errors import InputError
from targets.contracts.shown import brief, shown

T = TypeVar("T")
_SCALARS = {bool: "true or false", int: "a whole number", float: "a number", str: "a text"}
_KIND = "kind"
LATER: Mapping[str, bool] = {"later": True}
"""Metadata of a field that came later than files without it: at its default it is left out, so digests stay."""
_LARGEST = 1 << 53
"""Whole numbers below it are floats without loss."""
Layout = Callable[[Artefact], Artefact]


def pack(value: object, path: str = "", without: Collection[str] = ()) -> tuple[Any, dict[str, Array]]:
    """(header, arrays) of a dataclass, tuple, mapping, array or JSON value.

    Fields become a JSON object, tuples a list, a mapping a list of [key, value]; an array becomes the key under which
    `arrays` holds it. Keys are made of the names of fields and of numbers, such as "projections/3/synapses/weights":
    what a user has named stands in the header alone, so that any name survives. Fields of the names `without` are left
    out, those of the dataclasses inside too.
    """
    if isinstance(value, np.ndarray):
        return path, {path: value}
    if is_dataclass(value):
        header: dict[str, Any] = {_KIND: getattr(value, _KIND)} if hasattr(value, _KIND) else {}
        kept = [
            spec.name for spec in fields(value) if spec.init and spec.name not in without and not _unused(value, spec)
        ]
        return _packed(header, {name: getattr(value, name) for name in kept}, path, without)
    if isinstance(value, Mapping) and not _is_json(value):
        listed, arrays = _packed({}, {str(number): each for number, each in enumerate(value.values())}, path, without)
        return [[key, each] for key, each in zip(value, listed.values(), strict=True)], arrays
    if isinstance(value, tuple) and not _is_json(value):
        listed, arrays = _packed({}, {str(number): each for number, each in enumerate(value)}, path, without)
        return list(listed.values()), arrays
    return _plain(value), {}


def unpack(hint: type[T], header: object, arrays: Mapping[str, Array]) -> T:
    """The value of type `hint` stored by `pack`.

    `hint` is a dataclass or an alias of a generic one. Raises InputError, which names the field, for what is missing,
    unknown or of another type; the dataclasses themselves check ranges.
    """
    reader = _Reader(arrays)
    value = reader.value(hint, header, "")
    if unread := sorted(set(arrays) - reader.used):
        raise InputError(f"array {brief(unread[0])} belongs to no field of the header; write the file again.")
    return typing.cast(T, value)


def read(path: str | os.PathLike[str], format: str, hint: type[T], today: Layout | None = None) -> T:
    """The value of type `hint` in the file at `path`; `today` lays out as now what a file of any version holds.

    Raises InputError that names the file, as `targets.contracts.artefact.load` and `unpack` do.
    """
    stored = load(path, format)
    try:
        laid_out = stored if today is None else _laid_out(stored, today)
        return unpack(hint, laid_out.header, laid_out.arrays)
    except InputError as error:
        raise InputError(f"in {path}, {error}") from None


def _laid_out(stored: Artefact, today: Layout) -> Artefact:
    """What `today` makes of a header that nobody has checked yet."""
    try:
        return today(stored)
    except InputError:
        raise
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise InputError(
            f"its header is none of version {stored.version} ({brief(str(error))}); write the file again."
        ) from None


class _Reader:
    """Reads values by their type hints."""

    def __init__(self, arrays: Mapping[str, Array]) -> None:
        self._arrays = arrays
        self.used: set[str] = set()

    def value(self, hint: Any, given: Any, path: str) -> Any:
        """`given` as a value of type `hint`; `path` names the field in sentences."""
        hint = _unfolded(hint)
        origin, args = get_origin(hint), get_args(hint)
        if hint is Any:
            return given
        if origin in (Union, types.UnionType):
            return self._one_of(args, given, path)
        if origin is np.ndarray or hint is np.ndarray:
            return self._array(args, given, path)
        if origin is tuple:
            return self._tuple(args, given, path)
        if origin is not None and issubclass(_class(origin), Mapping):
            return self._mapping(args[1], given, path)
        if origin is Literal:
            if (type(given), given) not in [(type(each), each) for each in args]:  # 1 is not true
                raise _wrong(path, given, f"one of {', '.join(map(repr, args))}")
            return given
        if is_dataclass(origin or hint):
            return self._dataclass(origin or hint, args, given, path)
        if hint is float and type(given) is int and abs(given) < _LARGEST:
            return float(given)
        if type(given) is not hint:
            raise _wrong(path, given, _SCALARS.get(hint, str(hint)))
        if hint is str and any("\ud800" <= each <= "\udfff" for each in given):
            raise _wrong(path, given, "a text that UTF-8 can hold")
        return given

    def _one_of(self, hints: tuple[Any, ...], given: Any, path: str) -> Any:
        """A value of a union: None, or the dataclass of the kind that is stored, or the only other type."""
        if given is None and type(None) in hints:
            return None
        others = [hint for hint in hints if hint is not type(None)]
        if len(others) > 1:
            kinds = {hint.kind: hint for hint in others}
            kind = given.get(_KIND) if isinstance(given, Mapping) else given
            if not isinstance(kind, str) or kind not in kinds:
                raise _wrong(f"{path}/{_KIND}", kind, f"one of {', '.join(kinds)}")
            others = [kinds[kind]]
        return self.value(others[0], given, path)

    def _array(self, hints: tuple[Any, ...], given: Any, path: str) -> Array:
        """The stored array, of whole numbers where the hint says int32 and of floats where it says float64."""
        if not isinstance(given, str) or given not in self._arrays:
            raise _wrong(path, given, "the name of a stored array")
        if given in self.used:
            raise InputError(
                f"field {shown(path)} of the header takes the array {brief(given)}, as another field does; each needs "
                "one of its own, so write the file again."
            )
        self.used.add(given)
        array = self._arrays[given]
        (element,) = get_args(hints[1]) if len(hints) > 1 else (Any,)
        allowed = "iu" if element is np.int32 else "f" if element is np.float64 else "iuf"
        if array.dtype.kind not in allowed:
            needed = {"iu": "whole numbers", "f": "floats"}.get(allowed, "numbers")
            raise InputError(f"array {brief(given)} holds {array.dtype}; {needed} are needed, so write the file again.")
        return array

    def _tuple(self, hints: tuple[Any, ...], given: Any, path: str) -> tuple[Any, ...]:
        if not isinstance(given, list):
            raise _wrong(path, given, "a list")
        if hints[-1] is Ellipsis:
            hints = (hints[0],) * len(given)
        if len(hints) != len(given):
            raise _wrong(path, given, f"a list of {len(hints)}")
        return tuple(self.value(hint, each, f"{path}/{n}") for n, (hint, each) in enumerate(zip(hints, given)))  # noqa: B905

    def _mapping(self, hint: Any, given: Any, path: str) -> dict[str, Any]:
        if isinstance(given, Mapping) and hint is Any:
            return dict(given)
        if isinstance(given, Mapping):
            return {key: self.value(hint, each, f"{path}/{key}") for key, each in given.items()}
        if not isinstance(given, list) or not all(_is_pair(pair) for pair in given):
            raise _wrong(path, given, "a list of [name, value]")
        if len({key for key, _ in given}) < len(given):
            raise InputError(f"field {shown(path)} of the header names one thing twice; write the file again.")
        return {key: self.value(hint, each, f"{path}/{key}") for key, each in given}

    def _dataclass(self, kind: Any, args: tuple[Any, ...], given: Any, path: str) -> Any:
        if not isinstance(given, Mapping):
            raise _wrong(path, given, f"an object with the fields of {kind.__name__}")
        known = {spec.name: spec for spec in fields(kind) if spec.init}
        own = {_KIND: kind.kind} if hasattr(kind, _KIND) else {}
        if own and given.get(_KIND, kind.kind) != kind.kind:
            raise _wrong(f"{path}/{_KIND}", given.get(_KIND), repr(kind.kind))
        if unknown := sorted(set(given) - set(known) - set(own)):
            raise InputError(
                f"field {shown(path)}/{shown(unknown[0])[:40]} of the header is unknown; {kind.__name__} has "
                f"{', '.join(known)}, so write the file again."
            )
        values = {}
        hints = _hints(kind, args)
        for name, spec in known.items():
            if name in given:
                values[name] = self.value(hints[name], given[name], f"{path}/{name}")
            elif spec.default is MISSING and spec.default_factory is MISSING:
                raise InputError(f"field {shown(path)}/{name} of the header is missing; write the file again.")
        return kind(**values)


@cache
def _hints(kind: Any, args: tuple[Any, ...]) -> dict[str, Any]:
    """Type hints of a dataclass, its type variables replaced by `args`."""
    given = dict(zip(getattr(kind, "__parameters__", ()), args, strict=False))
    return {name: _substituted(hint, given) for name, hint in get_type_hints(kind).items()}


def _unfolded(hint: Any) -> Any:
    """What an alias of the statement `type` stands for, as numpy's NDArray is one from Python 3.12 on."""
    alias = get_origin(hint) or hint
    if not hasattr(alias, "__value__"):
        return hint
    args = get_args(hint)
    return alias.__value__[args] if args else alias.__value__


def _substituted(hint: Any, given: Mapping[Any, Any]) -> Any:
    if hint in given:
        return given[hint]
    parameters = getattr(hint, "__parameters__", ())
    return hint[tuple(given[each] for each in parameters)] if parameters and given else hint


def _packed(
    header: dict[str, Any], values: Mapping[str, object], path: str, without: Collection[str]
) -> tuple[dict[str, Any], dict[str, Array]]:
    arrays: dict[str, Array] = {}
    for name, value in values.items():
        header[name], found = pack(value, f"{path}/{name}" if path else name, without)
        arrays |= found
    return header, arrays


def _unused(value: object, spec: Field[Any]) -> bool:
    """Whether a later field is as in files that know nothing of it."""
    held = getattr(value, spec.name)
    return "later" in spec.metadata and not isinstance(held, np.ndarray) and held == spec.default


def _is_json(value: object) -> bool:
    """Whether a value holds nothing but what JSON holds, and so is stored as it is."""
    if isinstance(value, Mapping):
        return all(isinstance(key, str) and _is_json(each) for key, each in value.items())
    if isinstance(value, list | tuple):
        return all(_is_json(each) for each in value)
    return value is None or isinstance(value, bool | int | float | str)


def _plain(value: Any) -> Any:
    """The same with dicts and lists for other mappings and tuples."""
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list | tuple) else value


def _is_pair(pair: object) -> bool:
    return isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], str)


def _class(origin: Any) -> type:
    return origin if isinstance(origin, type) else object


def _wrong(path: str, given: object, needed: str) -> InputError:
    return InputError(
        f"field {shown(path) or '/'} of the header is {brief(given)}; {needed} is needed, so write the file again."
    )
