"""The two exceptions of the house, each told in one sentence: bad input, and a simulator that failed."""

from targets.contracts.shown import shortened, shown

_LONGEST = 900
"""Characters of a line; what is longer quotes a file of a stranger, and is cut in its middle."""


class InputError(ValueError):
    """Bad input or usage.

    The message is one sentence that tells what is wrong, where, what was got, what is allowed and what to do.
    The command line prints it and exits with status 2. Whatever it quotes, it can be printed: what is not printable
    stands as its escape, and a line of more than 900 characters has lost those in its middle.
    """

    def __init__(self, *said: object) -> None:
        super().__init__(*(_printable(each) if isinstance(each, str) else each for each in said))


class BackendError(RuntimeError):
    """A simulator outside this process failed or did not end in time, though its input was good."""


def _printable(message: str) -> str:
    return "\n".join(shortened(shown(line), _LONGEST) for line in message.split("\n"))
