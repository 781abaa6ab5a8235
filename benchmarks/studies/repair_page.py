"""page: what the rows of the repair study say, as Markdown."""

import platform
from collections.abc import Iterator, Sequence

import numpy as np

from benchmarks.pages import paragraph, table
from benchmarks.runs import Row
from motifc.sweep.statistics import paired
from targets.contracts.arrays import Floats
from targets.contracts.damage import ABOUT

REPAIRS = {
    "after": "right after",
    "spikl_10": "SpiKL-IP 10",
    "spikl_40": "SpiKL-IP 40",
    "common_gain": "one common gain",
    "set_point_hidden": "set-point, hidden only",
    "set_point": "**set-point**",
    "epoch": "labelled epoch",
    "set_point_epoch": "set-point + epoch",
}
RIVALS = {"spikl_40": "SpiKL-IP 40", "epoch": "labelled epoch"}
ASKED = {"thresholds": 2 / 3, "dead": 1 / 3, "bits": 1 / 3}
"""Share of the lost accuracy that a repair of a program is to bring back, by kind of damage."""


def page(rows: Sequence[Row]) -> str:
    """The page."""
    networks = list(dict.fromkeys(row["network"] for row in rows))
    seeds = len({row["seed"] for row in rows})
    hours = sum(row.get("seconds", 0.0) for row in rows) / 3600
    lines = [
        "# Repair without labels: digits-rows",
        "",
        paragraph(f"""
        Command: `python -m benchmarks.studies.repair`; {hours:.2f} CPU hours with one torch thread on
        {platform.machine()}. Rows: benchmarks/studies/results/repair.json; with them there, the command writes this
        page alone. What a repair is: [repair.md](../repair.md).
        """),
        "",
        paragraph(f"""
        Networks of 64 hidden neurons, trained 30 epochs on `digits-rows`, seeds 0 to {seeds - 1}; every damage is drawn
        twice for each network, by seeds used nowhere else, and the two are averaged first, so that n = {seeds}. Damaged
        are hidden neurons and the links into them. Repair sees the 862 pictures of the training part and no label; an
        epoch sees the same pictures with labels. Accuracy in % of the 360 test pictures, ties wrong; differences with
        their paired 95 % Student interval. No setting was chosen on these figures.
        """),
        "",
        paragraph("""
        SpiKL-IP moves R and tau_m of hidden neurons, by so many updates on batches of 64 as a search makes them; *one
        common gain* is the set-point on the mean rate of a layer. In the labelled epoch links that are gone stay gone,
        but weights of few bits may leave their levels, which a chip would not allow. Its rate falls from 0.003 to 0.
        """),
        "",
    ]
    for network in networks:
        own = [row for row in rows if row["network"] == network]
        lines += [f"## {network.capitalize()}, float", "", *_networks([row for row in own if row["of"] == "network"])]
        lines += [f"## {network.capitalize()}, programs for loihi2", ""]
        lines += _programs([row for row in own if row["of"] == "program"])
    return "\n".join(lines)


def _networks(rows: Sequence[Row]) -> Iterator[str]:
    kinds = list(dict.fromkeys(row["kind"] for row in rows))
    titles = ["damage", "strength", "before", *REPAIRS.values()]
    body = []
    for kind in kinds:
        own = [row for row in rows if row["kind"] == kind]
        strength = "" if kind not in ABOUT else f"{own[0]['strength']:g}"
        body.append(
            [kind, strength, _mean(own, "healthy"), *(_mean(own, repair) for repair in REPAIRS if repair in own[0])]
        )
    titles = [title for key, title in zip(["", "", "", *REPAIRS], titles, strict=True) if not key or key in rows[0]]
    yield from table(titles, body)
    yield ""
    rivals = {key: name for key, name in RIVALS.items() if key in rows[0]}
    above = dict.fromkeys(rivals, 0)
    body = []
    for kind in kinds:
        own, cells = [row for row in rows if row["kind"] == kind], [kind]
        for rival in rivals:
            mean, half = paired(100 * (_by_seed(own, "set_point") - _by_seed(own, rival)))
            cells.append(_interval(mean, half))
            above[rival] += kind in ABOUT and mean - half > 0
        body.append(cells)
    yield from table(["set-point minus", *rivals.values()], body)
    none = [row for row in rows if row["kind"] not in ABOUT][-1:]
    none = [row for row in rows if row["kind"] == none[0]["kind"]]
    cost = 100 * float((_by_seed(none, "healthy") - _by_seed(none, "set_point")).mean())
    yield ""
    told = "; ".join(f"above {rivals[rival]} in {count}" for rival, count in above.items())
    yield paragraph(f"""
        Outside the interval the set-point is, of {len(set(kinds) & set(ABOUT))} kinds of damage: {told}. On the
        undamaged network it costs {cost:.1f} points when it sees other pictures than those of which the rates are
        remembered, and nothing on the same, where nothing moves.
        """)
    yield ""
    yield from (f"- {kind}: {ABOUT[kind]}" for kind in kinds if kind in ABOUT)
    yield ""


def _programs(rows: Sequence[Row]) -> Iterator[str]:
    titles = [
        "damage",
        "strength",
        "before",
        "right after",
        "repaired",
        "share back [95 %]",
        "asked",
        "thresholds a core",
    ]
    body = []
    for kind in dict.fromkeys(row["kind"] for row in rows):
        own = [row for row in rows if row["kind"] == kind]
        strengths = sorted({row["strength"] for row in own})
        told = f"{strengths[0]:.3g}" if len(strengths) == 1 else f"{strengths[0]:.3g} to {strengths[-1]:.3g}"
        back = ""
        if kind in ABOUT:
            before, after, repaired = (_by_seed(own, key) for key in ("healthy", "after", "set_point"))
            mean, half = paired((repaired - after) / (before - after))
            back = f"{mean:.2f} [{mean - half:.2f}, {mean + half:.2f}]"
        body.append(
            [
                kind,
                told if kind in ABOUT else "",
                *(_mean(own, key) for key in ("healthy", "after", "set_point")),
                back,
                f"{ASKED[kind]:.2f}" if kind in ASKED else "",
                str(max(row["thresholds"] for row in own)),
            ]
        )
    yield from table(titles, body)
    yield ""
    compared = [(name, bins) for row in rows for each in row["differing"] for name, bins in each.items()]
    names = ", ".join(dict.fromkeys(name for name, _ in compared))
    yield paragraph(f"""
        Compiled with `--calibrate`; the damage is an overlay of the machine, repair moves thresholds alone, in the
        limits of the chip (at most 7 a core). Where a damage costs less than 10 points its strength is raised until it
        does. Every damaged program before and after its repair ran on numpy and on {names} (lava: two damages of seed
        0, 3 samples; others 60): {sum(bins for _, bins in compared)} bins differ in {len(compared)} comparisons.
        """)
    yield ""


def _by_seed(rows: Sequence[Row], key: str) -> Floats:
    """The mean over draws, for every seed."""
    seeds = dict.fromkeys(row["seed"] for row in rows)
    return np.array([np.mean([row[key] for row in rows if row["seed"] == seed]) for seed in seeds])


def _mean(rows: Sequence[Row], key: str) -> str:
    return f"{100 * _by_seed(rows, key).mean():.1f}"


def _interval(mean: float, half: float) -> str:
    return f"{mean:+.1f} [{mean - half:.1f}, {mean + half:.1f}]"
