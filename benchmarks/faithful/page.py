"""page: the rows as Markdown."""

from collections.abc import Iterator, Sequence

from benchmarks.pages import paragraph, table
from benchmarks.runs import Row
from compiler.analysis.causes import CAUSES

NAMES = {
    "plain": "one part, no data (without `--faithful`)",
    "proved": "`--faithful`",
    "calibrated": "`--faithful --calibrate`",
}


def page(rows: Sequence[Row]) -> str:
    """All figures, a network per row."""
    touch = [row for row in rows if row["network"] == "braille"]
    searched = [row for row in rows if row["network"] == "digits"]
    lines = [
        "# How closely programs follow their float networks",
        "",
        paragraph("""
        Command: `python -m benchmarks.faithful`. Programs are for loihi2. *Differing bins* are (time, neuron) in which
        program and float network do not both spike or both stay silent; *wholly equal* samples have none. The method
        is told in [faithful.md](../faithful.md).
        """),
        "",
    ]
    for row in touch:
        lines += _braille(row)
    if searched:
        lines += _digits(searched)
    return "\n".join(lines)


def _braille(row: Row) -> Iterator[str]:
    yield "## The recurrent Braille network of the NIR paper"
    yield ""
    yield paragraph(f"""
    Against snnTorch's own recording of the recurrent layer ({row["bins"]:,} bins, {row["spikes"]:,} spikes); the float
    reading differs from it in {row["float"]:,} bins.
    """)
    yield ""
    backends = list(row["recorded"]["plain"])
    yield from table(
        ["program", *(f"differing on {name}" for name in backends), "synapses", "cores"],
        (
            [
                NAMES[name],
                *(f"{row['recorded'][name][backend]:,}" for backend in backends),
                f"{row['programs'][name]['synapses']:,}",
                str(row["programs"][name]["cores"]),
            ]
            for name in NAMES
        ),
    )
    yield ""
    yield paragraph(f"""
    Random inputs of the same rates, {row["random"][0]["samples"]} for each seed, against the float reading.
    Calibration is on inputs of another seed.
    """)
    yield ""
    titles = ["seed", "float spikes"]
    yield from table(
        [*titles, *(f"{what}, {NAMES[name]}" for name in NAMES for what in ("differing bins", "wholly equal"))],
        (*(_random(each, str(each["seed"])) for each in row["random"]), _random(_pooled(row["random"]), "pooled")),
        "r" * (2 + 2 * len(NAMES)),
    )
    yield ""


def _random(each: Row, name: str) -> list[str]:
    cells = [name, f"{each['spikes']:,}"]
    for version in NAMES:
        found = each["programs"][version]
        cells.append(f"{found['differing']:,} ({found['differing'] / each['spikes']:.1%})")
        cells.append(f"{found['equal']} of {each['samples']}")
    return cells


def _pooled(rows: Sequence[Row]) -> Row:
    return {
        "spikes": sum(each["spikes"] for each in rows),
        "samples": sum(each["samples"] for each in rows),
        "programs": {
            name: {what: sum(each["programs"][name][what] for each in rows) for what in ("differing", "equal")}
            for name in NAMES
        },
    }


def _digits(rows: Sequence[Row]) -> Iterator[str]:
    yield f"## Networks that were searched on digits, seeds {rows[0]['seed']} to {rows[-1]['seed']}"
    yield ""
    yield paragraph(f"""
    `motifc search --data digits --seed SEED` with default settings, then all {rows[0]["samples"]} test images of each
    split. Scales, residuals and decays were chosen on training images, nothing on test images. Compiling a
    network all three ways took {sum(row["seconds"] for row in rows) / len(rows):.0f} CPU seconds in the mean.
    """)
    yield ""
    for name in NAMES:
        yield f"### {NAMES[name]}"
        yield ""
        titles = [
            "seed",
            "differing hidden bins",
            "float hidden spikes",
            "wholly equal hidden",
            "differing readout bins",
            "wholly equal readout",
            "float accuracy",
            "program accuracy",
            "same class",
            "synapses",
            "cores",
        ]
        body = [_searched(row, name, str(row["seed"])) for row in rows]
        yield from table(titles, [*body, _searched(_sum(rows), name, "pooled")], "r" * len(titles))
        yield ""
    yield "### What limits `--faithful --calibrate`, by cause"
    yield ""
    yield paragraph("""
    Hidden and readout bins that differ on the test images where one rounding alone is as in the float network, and
    where it is the only one; all seeds pooled. *Cutting* is the product with a decay cut toward zero, *saturation* the
    ends of the registers of u and v.
    """)
    yield ""
    populations = list(rows[0]["causes"])
    yield from table(
        ["", *(f"{each}, {what}" for each in populations for what in ("without it", "it alone"))],
        (
            [
                cause or "all roundings; none",
                *(f"{sum(row['causes'][each][cause][k] for row in rows):,}" for each in populations for k in (0, 1)),
            ]
            for cause in ("", *CAUSES)
        ),
    )
    yield ""
    yield "### Registers"
    yield ""
    yield paragraph("""
    Thresholds that were chosen, the share of its register that u was seen to reach on training images, and wraps of u
    and saturations of v on test images, `--faithful --calibrate`. u is not proved to stay in its register where a share
    is marked with *.
    """)
    yield ""
    yield from table(
        [
            "seed",
            *(f"{each}: {what}" for each in populations for what in ("threshold", "u seen", "wraps", "saturations")),
        ],
        ([str(row["seed"]), *_registers(row, populations)] for row in rows),
        "r" * (1 + 4 * len(populations)),
    )
    yield ""


def _registers(row: Row, populations: Sequence[str]) -> Iterator[str]:
    own = row["programs"]["calibrated"]
    counts = {each["population"]: each for each in own["overflows"]}
    for name in populations:
        mark = "*" if any(sentence.startswith(f"u of {name!r}:") for sentence in own["unproved"]) else ""
        yield f"{own['scales'][name]:,}"
        yield f"{own['seen'][name][0]:.2f}{mark}"
        yield f"{counts[name]['wraps']:,}"
        yield f"{counts[name]['saturations']:,} of {counts[name]['bins']:,}"


def _searched(row: Row, name: str, label: str) -> list[str]:
    own, samples = row["programs"][name], row["samples"]
    hidden, readout = (own["populations"][each] for each in ("hidden", "readout"))
    plain = row["programs"]["plain"]["synapses"]
    return [
        label,
        f"{hidden['differing']:,} ({hidden['differing'] / row['spikes']['hidden']:.1%})",
        f"{row['spikes']['hidden']:,}",
        f"{hidden['equal'] / samples:.1%}",
        f"{readout['differing']:,} ({readout['differing'] / row['spikes']['readout']:.1%})",
        f"{readout['equal'] / samples:.1%}",
        f"{row['right'] / samples:.2%}",
        f"{own['right'] / samples:.2%}",
        f"{own['same']:,} of {samples:,}",
        f"{own['synapses']:,} ({own['synapses'] / plain:.2f} x)",
        str(own["cores"]),
    ]


def _sum(rows: Sequence[Row]) -> Row:
    """All networks as one row."""
    names = rows[0]["spikes"]
    return {
        "samples": sum(row["samples"] for row in rows),
        "right": sum(row["right"] for row in rows),
        "spikes": {each: sum(row["spikes"][each] for row in rows) for each in names},
        "programs": {
            name: {
                "populations": {
                    each: {
                        what: sum(row["programs"][name]["populations"][each][what] for row in rows)
                        for what in ("differing", "equal")
                    }
                    for each in names
                },
                **{
                    what: sum(row["programs"][name][what] for row in rows)
                    for what in ("right", "same", "synapses", "cores")
                },
            }
            for name in NAMES
        },
    }
