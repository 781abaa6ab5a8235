"""shown, shown_lines, shortened, brief: names and values of others, as sentences, tables and pages may print them."""

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


def brief(value: object) -> str:
    """The repr of `value`, cut short after 60 characters."""
    try:
        told = repr(value)
    except (ValueError, RecursionError):  # a whole number of too many digits, or too many lists in one another
        return f"a {type(value).__name__} too long to show"
    told = shown(told)
    return told if len(told) <= _LONGEST else f"{told[:_LONGEST]}..."
