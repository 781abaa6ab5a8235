"""refusing: a command that answers bad input with one sentence."""

import sys
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from targets.contracts.errors import InputError

P = ParamSpec("P")
T = TypeVar("T")


def refusing(main: Callable[P, T]) -> Callable[P, T]:
    """`main`, but that an InputError ends the process: its sentence on stderr, exit status 2."""

    @wraps(main)
    def command(*arguments: P.args, **options: P.kwargs) -> T:
        try:
            return main(*arguments, **options)
        except InputError as error:
            sys.stderr.write(f"error: {error}\n")
            raise SystemExit(2) from None

    return command
