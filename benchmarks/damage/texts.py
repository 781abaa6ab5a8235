"""rewritten: a TOML file of settings with other values, tables and characters."""

import numpy as np

_VALUES = (
    *("1", "0", "-1", "1e400", "-1e400", "inf", "-inf", "nan", "1e300", "1e-300", "0.5", "true", "1e9", "2147483648"),
    *("9" * 30, "9" * 5000, "0x" + "f" * 300, "1_000_000", '"x"', '""', "'''a\nb'''", '"\\u001b[31m"', "'[/b]'"),
    *("[]", "[1]", "[1, 2, 3]", "[[1]]", "[1, 'a']", "[inf, 1.0]", "{}", "{a = 1}", "1979-05-27T07:32:00Z", "07:32:00"),
    *("[" * 200 + "]" * 200, "[" * 5000 + "]" * 5000, "{a=" * 3000 + "1" + "}" * 3000, "[" + "1," * 20000 + "]"),
)
_ENCODINGS = ("utf-8-sig", "utf-16", "utf-32", "latin1")
_LINES = (
    *(
        "[model]",
        "[[model]]",
        "[nowhere]",
        "x = 1",
        "[model.neurons]",
        "a.b.c = 1",
        "\x00",
        "\x1b[2J",
        "= 3",
        "[",
        "# x",
    ),
    *("a." * 4000 + "b = 1", "[" + "a." * 4000 + "b]", '"\\ud800" = 1', "é = 1"),
)


def rewritten(content: bytes, rng: np.random.Generator) -> bytes:
    """One to three lines changed, doubled, lost, moved or added; now and then in another encoding."""
    lines = content.decode().splitlines()
    for _ in range(int(rng.choice([1, 1, 2, 3]))):
        place = int(rng.integers(len(lines)))
        kind = int(rng.integers(8))
        if kind < 4 and "=" in lines[place]:
            lines[place] = f"{lines[place].partition('=')[0]}= {_VALUES[int(rng.integers(len(_VALUES)))]}"
        elif kind == 4:
            lines.insert(place, lines[place])
        elif kind == 5:
            lines.insert(place, _LINES[int(rng.integers(len(_LINES)))])
        elif kind == 6 and len(lines) > 1:
            del lines[place]
        else:
            lines[place] = lines[place][: int(rng.integers(len(lines[place]) + 1))]
    encoding = str(rng.choice(_ENCODINGS)) if rng.random() < 0.1 else "utf-8"
    return "\n".join(lines).encode(encoding, "replace")
