"""The page of `benchmarks.studies.large`."""

import platform
from collections.abc import Iterator, Sequence

from benchmarks.pages import paragraph, table
from benchmarks.runs import Row
from search.settings import Settings

STAGES = ("read", "search", "training", "compile", "test")
"""In the order in which they run; then comes a stage for each backend."""


def page(rows: Sequence[Row], settings: Settings, method: str, dense: int) -> str:
    """The page; the dense network was trained for so many epochs."""
    first, model = rows[0], settings.model
    parts = " / ".join(f"{count:,}" for count in first["samples"])
    return "\n".join(
        [
            "# Two hidden layers of 1,024 neurons, with delays, on several cores",
            "",
            paragraph(f"""
            Command: `python -m benchmarks.studies.large --fsdd FOLDER --every {first["every"]}`, on
            {platform.machine()}, one torch thread, beside other work. Rows: benchmarks/studies/results/large.json.
            """),
            "",
            paragraph(f"""
            Spoken digits (`fsdd`, a speaker held out; every {_nth(first["every"])} recording of the training and
            validation speakers: {parts} recordings for training, validation and test). Layers of
            {" and ".join(map(str, model.neurons))} neurons, sizes {_told(model.sizes)}, delays {_told(model.delays)},
            input delays {_told(model.input_delays)}, fan-in {_told(model.fan_in)}, method `{method}` with a budget of
            {settings.search.budget:g} units, which is small: it tries the chain, not the search. *dense* has the same
            motifs and delays, and every neuron hears all of what is before its layer; it is trained for
            {_epochs(dense)} alone, since it is there for what it takes, so that its accuracy says nothing. Both are
            compiled for loihi1 with calibration.
            """),
            "",
            *table(["", *(row["network"] for row in rows)], _figures(rows)),
            "",
            *([] if len(rows) > 1 else ["The dense network has not been measured yet.", ""]),
            paragraph("""
            Messages: spikes per step, of the test part, that go to a core from inputs or from another core. Bytes count
            a delay of 6 bits for each synapse of more than one step; slots are those of the core with the most.
            """),
            "",
            "## Motifs",
            "",
            *table(
                ["layer", "size", "links of a motif", "steps inside, then from each neighbour", "input delays"],
                [_motif(each) for each in first["motifs"]],
                "lrrll",
            ),
            "",
            "## Equal on every backend",
            "",
            *table(
                ["network", "backend against numpy", "test samples", "bins", "spikes", "differing bins"],
                [_equal(row, each) for row in rows for each in row["equal"]],
                "llrrrr",
            ),
            "",
            "Compared are all populations bin by bin, and u and v at the end.",
            "",
            "## CPU seconds by stage",
            "",
            *table(["stage", *(row["network"] for row in rows)], _seconds(rows)),
            "",
        ]
    )


def _figures(rows: Sequence[Row]) -> Iterator[list[str]]:
    yield ["synapses", *_ratios(rows, "synapses")]
    yield ["synapses that are delayed", *(f"{row['delayed']:,}" for row in rows)]
    yield ["bytes of synapses", *(f"{row['bytes']:,}" for row in rows)]
    yield ["input slots of the fullest core", *(f"{row['most_slots']:,} of 8,192" for row in rows)]
    yield ["cores", *_ratios(rows, "cores")]
    yield ["every motif on one core", *("yes" if row["whole_motifs"] else "no" for row in rows)]
    yield ["messages a step", *_ratios(rows, "messages", ".1f")]
    yield ["synaptic operations a step", *_ratios(rows, "operations", ",.0f")]
    yield ["accuracy of floats, test", *(f"{row['accuracy']:.1%}" for row in rows)]
    yield ["accuracy of the program, test", *(f"{row['program_accuracy']:.1%}" for row in rows)]
    yield [
        "units of search and training",
        *(" + ".join(f"{each:.1f}" for each in row["units"].values()) for row in rows),
    ]


def _ratios(rows: Sequence[Row], key: str, form: str = ",") -> list[str]:
    """A figure of each network; of all but the last its share of that of the last, too."""
    last = rows[-1][key]
    cells = [f"{row[key]:{form}} ({row[key] / last:.2f})" for row in rows[:-1]]
    return [*cells, f"{last:{form}}"]


def _motif(each: Row) -> list[str]:
    return [each["layer"], str(each["size"]), str(each["links"]), _told(each["delays"]), _told(each["late"])]


def _equal(row: Row, each: Row) -> list[str]:
    numbers = [f"{each[key]:,}" for key in ("samples", "bins", "spikes", "differing")]
    return [row["network"], each["backend"], *numbers]


def _seconds(rows: Sequence[Row]) -> Iterator[list[str]]:
    known = list(dict.fromkeys(stage for row in rows for stage in row["seconds"]))
    order = [*(stage for stage in STAGES if stage in known), *(stage for stage in known if stage not in STAGES)]
    for stage in order:
        yield [stage, *(f"{row['seconds'][stage]:.1f}" if stage in row["seconds"] else "" for row in rows)]
    yield ["all", *(f"{sum(row['seconds'].values()):.1f}" for row in rows)]


def _told(values: Sequence[float]) -> str:
    return ", ".join(f"{each:g}" for each in values)


def _epochs(count: int) -> str:
    return "one epoch" if count == 1 else f"{count} epochs"


def _nth(count: int) -> str:
    return {1: "", 2: "second", 3: "third"}.get(count, f"{count}th")
