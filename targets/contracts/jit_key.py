"""key: a digest of all that compiled code is made of: functions, what they call, the values they read, types, tools."""

import dis
import hashlib
import sys
from collections.abc import Callable, Iterator, Mapping
from types import CodeType, FunctionType, ModuleType
from typing import Any

import numpy as np

_FOREIGN = ("numpy", "numba", "llvmlite", "math", "cmath")
"""Packages of which names are enough. Other modules are refused: what is needed of them is imported by its name."""


def key(function: Callable[..., Any], options: Mapping[str, Any], signature: Any, made_by: object) -> str:
    """The digest, 32 hexadecimal digits, of `function` compiled with `options` for the types of a `signature` of numba.

    Whatever is reached from a function by the names of its globals counts: compiled and plain functions by their
    bytecode, constants, defaults and options, numbers, strings, arrays and tuples by value, classes by name and fields,
    anything of another package by name. `made_by` tells versions and processor. Raises TypeError for a global that is
    none of these.
    """
    told = [sys.version, repr(made_by), repr(signature), *(_class(each) for each in _tuples(signature))]
    seen: dict[int, str] = {}
    _function(function, options, seen)
    return hashlib.sha256("\n".join([*told, *seen.values()]).encode()).hexdigest()[:32]


def _function(function: Any, options: Mapping[str, Any], seen: dict[int, str]) -> None:
    """Add what a function is made of, and what it reaches, to `seen`, in the order in which it is reached."""
    if id(function) in seen:
        return
    seen[id(function)] = ""
    name = f"{function.__module__}.{function.__qualname__}"
    parts = [name, *_code(function.__code__), _value(name, function.__defaults__, seen), _value(name, options, seen)]
    cells = function.__closure__ or ()
    parts += [_value(name, cell.cell_contents, seen) for cell in cells if cell.cell_contents is not function]
    for each in sorted(_globals(function.__code__)):
        if each in function.__globals__:
            parts.append(f"{each} = {_value(f'{name} reads {each}', function.__globals__[each], seen)}")
    seen[id(function)] = " ".join(parts)


def _code(code: CodeType) -> Iterator[str]:
    """What runs, without the place where it was written."""
    yield repr((code.co_code, code.co_exceptiontable, code.co_names, code.co_varnames, code.co_freevars, code.co_flags))
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _code(constant)
        else:
            yield f"{type(constant).__name__} {_plain(constant)}"


def _globals(code: CodeType) -> set[str]:
    found = {each.argval for each in dis.get_instructions(code) if each.opname in ("LOAD_GLOBAL", "LOAD_NAME")}
    return found.union(*(_globals(each) for each in code.co_consts if isinstance(each, CodeType)))


def _plain(value: object) -> str:
    """The repr, of sets in order."""
    return repr(sorted(value, key=repr)) if isinstance(value, set | frozenset) else repr(value)


def _value(name: str, value: Any, seen: dict[int, str]) -> str:
    """What a value that `name` reads is."""
    if value is None or isinstance(value, bool | int | float | complex | str | bytes | set | frozenset):
        return f"{type(value).__name__} {_plain(value)}"
    if isinstance(value, np.ndarray | np.generic):
        return f"{value.dtype.str} {value.shape} {np.ascontiguousarray(value).tobytes().hex()}"
    if isinstance(value, Mapping):
        return repr({each: _value(name, held, seen) for each, held in sorted(value.items())})
    if isinstance(value, tuple | list):
        return f"{_class(type(value))} {[_value(name, held, seen) for held in value]}"
    if isinstance(value, type):
        return _class(value)
    if isinstance(value, ModuleType) and _is_foreign(value.__name__):
        return value.__name__
    written = getattr(value, "py_func", getattr(value, "__wrapped__", value))  # of intrinsics what they are made by
    if isinstance(written, FunctionType) and not _is_foreign(written.__module__):
        _function(written, getattr(getattr(value, "_cache", None), "options", {}), seen)
        return f"{written.__module__}.{written.__qualname__}"
    if hasattr(value, "__module__") and hasattr(value, "__name__"):
        return f"{value.__module__}.{value.__name__}"
    if _is_foreign(type(value).__module__):  # types of numba and of LLVM
        return f"{_class(type(value))} {value}"
    raise TypeError(f"{name}, a {type(value).__name__}; a key can be made of numbers, arrays, tuples, functions.")


def _is_foreign(module: str) -> bool:
    return module.partition(".")[0] in _FOREIGN


def _class(kind: Any) -> str:
    return f"{kind.__module__}.{kind.__qualname__} {getattr(kind, '_fields', '')}"


def _tuples(types: Any) -> Iterator[type]:
    """Classes of the named tuples among types of numba."""
    for each in types:
        if hasattr(each, "instance_class"):
            yield each.instance_class
        if hasattr(each, "types"):
            yield from _tuples(each.types)
