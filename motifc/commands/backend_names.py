"""Backends as commands name them: in help texts, in lists separated by commas, and where nothing was asked for."""

from targets.runtime.registry import BACKENDS


def known_backends() -> str:
    """All backends that are found, for a help text; imports none of them."""
    return f"{', '.join(BACKENDS.names)}; a variant follows a colon, as in torch:cuda or lava:core"


def asked_backends(text: str) -> list[str]:
    """The names of a list separated by commas, each of a backend that can run here.

    Raises InputError, before anything else is done, for a name that is unknown or empty and for what is not installed.
    """
    from targets.runtime.backend import backend_named

    names = [name.strip() for name in text.split(",")]
    for name in names:
        backend_named(name.partition(":")[0])
    return names


def quick_backends() -> str:
    """The oracle, and every backend that can run here and is not slow, separated by commas."""
    from targets.runtime.backend import ready_backends

    return ",".join(known.name for known in ready_backends() if known.pace == "quick")


def all_backends() -> str:
    """The oracle, and every backend that can run here, with their variants, separated by commas."""
    from targets.runtime.backend import ready_backends

    return ",".join(variant for known in ready_backends() for variant in known.variants)
