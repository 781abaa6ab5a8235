"""The one exception of the house: bad input, told in one sentence."""


class InputError(ValueError):
    """Bad input or usage.

    The message is one sentence that tells what is wrong, where, what was got, what is allowed and what to do.
    The command line prints it and exits with status 2.
    """
