"""patched: functions of a loaded module get the bodies that they have in another version of its source."""

import ast
import warnings
from collections.abc import Iterator, Mapping
from functools import cached_property
from types import CodeType, FunctionType, ModuleType

Place = tuple[str, ...]
"""Names from the module down to a function: a class and a method, or a function alone."""


def patched(module: ModuleType, source: str, mutated: str) -> bool:
    """Give the functions of `module` that differ their code in `mutated`; False where that alone is not enough.

    `source` is what the module was loaded from. Signatures, decorators, classes and all else at the level of the module
    must be the same; what was computed at import stays.
    """
    old, new = ast.parse(source), ast.parse(mutated)
    before, after = (dict(_bodies(tree.body, ())) for tree in (old, new))
    if ast.dump(old) != ast.dump(new) or before.keys() != after.keys():  # all that is left without the bodies
        return False
    with warnings.catch_warnings(action="ignore"):  # of `is` with a literal, which pytest would make an error
        codes = dict(_codes(compile(mutated, getattr(module, "__file__", None) or "mutated", "exec"), ()))
    changed = {place: _function(module, place) for place in before if before[place] != after[place]}
    if not changed or not all(changed.values()) or not changed.keys() <= codes.keys():
        return False
    for place, function in changed.items():
        if function is not None:
            function.__code__ = codes[place]
    return True


def _bodies(nodes: list[ast.stmt], outer: Place) -> Iterator[tuple[Place, str]]:
    """What stands in every function, as text; it is taken out of the tree."""
    for node in nodes:
        if isinstance(node, ast.ClassDef):
            yield from _bodies(node.body, (*outer, node.name))
        elif isinstance(node, ast.FunctionDef):
            yield (*outer, node.name), "\n".join(map(ast.dump, node.body))
            node.body = []


def _codes(code: CodeType, outer: Place) -> Iterator[tuple[Place, CodeType]]:
    """The code of every function and class, by place; not of functions within functions."""
    for each in code.co_consts:
        if isinstance(each, CodeType) and "<" not in each.co_qualname:
            yield (*outer, each.co_name), each
            yield from _codes(each, (*outer, each.co_name))


def _function(module: ModuleType, place: Place) -> FunctionType | None:
    """The function below properties and decorators that keep what they wrap; None where none is found."""
    held: Mapping[str, object] = vars(module)
    *classes, name = place
    for each in classes:
        held = vars(held[each])
    found = held[name]
    while not isinstance(found, FunctionType) or hasattr(found, "__wrapped__"):
        within = [getattr(found, part, None) for part in ("__wrapped__", "__func__", "fget")]
        within.append(found.func if isinstance(found, cached_property) else None)
        found = next((each for each in within if each is not None), None)
        if found is None:
            return None
    return found
