"""Three further experiments on what would make a search pay, each confirmed once on replicates of its own."""

from collections.abc import Mapping, Sequence

from benchmarks.pages import paragraph, table
from benchmarks.studies.memory.comparing import Pair, family, mean
from benchmarks.studies.memory.designs import DESIGNS, SEEDS, means
from benchmarks.studies.memory.tables import differences, positive
from benchmarks.studies.memory.trials import Kept

PLANS: Mapping[str, str] = {
    "memory-head-room": "More head-room",
    "memory-budget": "A larger budget",
    "memory-selection": "Better selection",
}
"""Plan -> what is tried; the first arm of each is set beside its second."""


def without(rows: Sequence[Kept]) -> list[Kept]:
    """The rows of other plans: those of the experiments have seeds of their own."""
    return [row for row in rows if row.plan not in PLANS]


def sections(rows: Sequence[Kept]) -> list[list[str]]:
    """What was tried on validation data, and what of it was confirmed."""
    return [_confirmed(rows), _tried()]


def compared(rows: Sequence[Kept]) -> list[Pair]:
    """The arms of each of these plans."""
    pairs = []
    for plan in PLANS:
        own = [row for row in rows if row.plan == plan]
        arms = list(dict.fromkeys(row.arm for row in own))
        pairs += [(data, arms[0], arms[1]) for data in dict.fromkeys(row.data for row in own)]
    return pairs


def _confirmed(rows: Sequence[Kept]) -> list[str]:
    title, pairs = "## Three further experiments", compared(rows)
    if not pairs:
        return [title, "", "Not measured."]
    made = family(rows, pairs)
    ahead = [f"{each.arm} on {each.data}" for each in made if positive(each)]
    costs = [
        [data, arm, f"{100 * mean(rows, data, arm, 'accuracy'):.1f}", f"{mean(rows, data, arm, 'units'):.1f}"]
        for data, *both in pairs
        for arm in both
    ]
    return [
        title,
        "",
        paragraph(ABOUT.format(found="; ".join(ahead) or "none, so that no advantage is seen")),
        "",
        *differences(made),
        "",
        *table(["data", "arm", "accuracy", "units"], costs, "llrr"),
    ]


def _tried() -> list[str]:
    cells = [
        [
            DESIGNS[name].question,
            name,
            task,
            f"{100 * each['validation']:.1f}",
            f"{each['rate']:.3f}",
            f"{each['recurrent']:,.0f}",
            f"{each['synapses']:,.0f}",
            f"{each['units']:.1f}",
        ]
        for (name, task), each in means().items()
    ]
    titles = ["for", "design", "data", "validation", "hidden spikes", "recurrent", "synapses", "units"]
    return [
        "## What was tried on validation data",
        "",
        paragraph(f"""
        `python -m benchmarks.studies.memory.designs`, means of seeds {", ".join(map(str, SEEDS))}, which are in no
        plan. Structures are trained once more on the training part alone; hidden spikes are those of the network that
        the search ends with. The arms of the plans of spikes, fan-in and experiments were chosen from this table; those
        of spikes on digits-rows also from seeds 204 to 212, whose rows are not kept.
        """),
        "",
        *table(titles, cells, "lllrrrrr"),
    ]


ABOUT = """
Searches beside random search in the same space at the same budget, on replicates 11 to 20 (seeds 111 to 120), which
nothing had looked at before; all in one family. Ahead with an adjusted p below 0.05: {found}.
"""
