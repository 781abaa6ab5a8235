"""shown, shown_lines, shortened, listed, brief, unlike: names and values of others, as text that may be printed."""

from collections.abc import Sequence

_LONGEST = 60


def shown(text: str) -> str:
    r"""`text` on one line: what is not printable stands as its escape, a line break as \n and an ESC as \x1b.

    So no name of a file can move the cursor, colour a terminal or begin a line of its own.
    """
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


def shown_lines(text: str) -> str:
    """`text` with each of its lines as `shown` gives it."""
    return "\n".join(shown(line) for line in text.split("\n"))


def shortened(text: str, longest: int) -> str:
    """`text` of at most so many characters: of what is longer the beginning and the end."""
    if len(text) <= longest:
        return text
    end = longest // 3
    return f"{text[: longest - end - 5]} ... {text[-end:]}"


def listed(words: Sequence[str]) -> str:
    """All words as a sentence lists them: "a, b and c"."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def brief(value: object) -> str:
    """The repr of `value`, cut short after 60 characters."""
    try:
        told = repr(value)
    except (ValueError, RecursionError):  # a whole number of too many digits, or too many lists in one another
        return f"a {type(value).__name__} too long to show"
    told = shown(told)
    return told if len(told) <= _LONGEST else f"{told[:_LONGEST]}..."


def unlike(kind: str, name: str, known: Sequence[str], otherwise: str = "") -> str:
    """The sentence on a name that is none of the `known` of its kind, with those that may have been meant.

    otherwise  what else could be given than one of them, such as " or give a path"
    """
    from difflib import get_close_matches

    near = get_close_matches(name.lower(), known, n=2, cutoff=0.6) or [each for each in known if name and name in each]
    meant = f" (did you mean {' or '.join(near[:2])}?)" if near else ""
    return f"unknown {kind} {brief(name)}{meant}; known are {', '.join(known)}, so choose one of them{otherwise}."
