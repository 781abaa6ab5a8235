"""The two exceptions of the house, each told in one sentence: bad input, and a simulator that failed."""


class InputError(ValueError):
    """Bad input or usage.

    The message is one sentence that tells what is wrong, where, what was got, what is allowed and what to do.
    The command line prints it and exits with status 2.
    """


class BackendError(RuntimeError):
    """A simulator outside this process failed or did not end in time, though its input was good."""
