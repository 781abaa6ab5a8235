"""Self-repair by plasticity on digits, seeds 0 to 4: searches with and without it, and the rule by itself.

Writes docs/results/plasticity.md, plasticity.png and plasticity_rates.png.
Run it with: python -m benchmarks.studies.plasticity --jobs 2
"""

import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, MaxNLocator, NullLocator, StrMethodFormatter

from benchmarks.pages import paragraph, table
from benchmarks.refusals import refusing
from benchmarks.studies.command import parser
from benchmarks.studies.searched import Plan, Searched, searched
from motifc.sweep.statistics import paired
from search.data.load import load_split
from search.data.loader import DataLoader
from search.intrinsic import fixed_rates
from search.nas.evaluate import firing_rates
from search.nas.hrmas import new_supernet, tune
from search.nas.relaxation import Draw
from search.nas.supernet import Supernet
from search.settings import Settings, StartSettings
from search.training.plasticity import rate_divergence
from search.training.rules import gradient_rule
from targets.contracts.arrays import Floats
from targets.contracts.writing import write_text

METHODS = ("hrmas", "no-plasticity")
LOOKS = {
    "hrmas": {"color": "#0072b2", "linestyle": "-", "label": "with plasticity"},
    "no-plasticity": {"color": "#d55e00", "linestyle": "--", "label": "without"},
}
FIGURES = {"rate_kl": "rate KL divergence, nats", "loss": "validation loss"}
STARTS = {"quiet": 0.3, "default": 1.0, "busy": 10.0}
"""Standard deviation of the voltage without reset that the rule alone starts from."""

DRAWN = ("default", "busy")


@dataclass(frozen=True, eq=False)
class Alone:
    """The rule at work on a network nobody trains: rates [sample, neuron], divergence after every window."""

    before: Floats
    after: Floats
    divergence: Floats
    resistance: Floats
    tau_m: Floats


@refusing
def main(arguments: Sequence[str] | None = None) -> None:
    """Searches with and without step 2, then step 2 without searches."""
    given = parser("Self-repair by plasticity on digits.", seeds=5).parse_args(arguments)
    made = searched([Plan(name, seed) for seed in range(given.seeds) for name in METHODS], given.rows, given.jobs)
    found = {name: [each for each in made if each.method == name] for name in METHODS}
    torch.set_num_threads(1)
    settings = Settings()
    alone = {name: rule_alone(replace(settings.start, voltage=voltage)) for name, voltage in STARTS.items()}
    draw_curves(found, given.out / "plasticity.png")
    draw_rates(alone, settings, given.out / "plasticity_rates.png")
    write_text(given.out / "plasticity.md", page(found, alone, settings, given.jobs))


def rule_alone(start: StartSettings) -> Alone:
    """As many windows of plasticity as in a search, on the supernet of seed 0 before its first step."""
    settings = replace(Settings(), start=start)
    split = load_split("digits", None, 0)
    train, valid = (DataLoader.of(torch.device("cpu"), part) for part in (split.train, split.valid))
    supernet = new_supernet(split, train.batch(np.arange(settings.training.batch)), settings, 0)
    generator = np.random.default_rng(0)
    rates = [_rates(supernet, valid, settings)]
    for _ in range(settings.search.epochs):
        tune(supernet, train, generator, settings, Draw())
        rates.append(_rates(supernet, valid, settings))
    mean_rate = settings.plasticity.mean_rate
    divergence = [float(rate_divergence(torch.from_numpy(each), mean_rate).mean()) for each in rates]
    beta = {key.split(".")[1]: value.numpy().astype(np.float64) for key, value in supernet.beta.items()}
    return Alone(rates[0], rates[-1], np.array(divergence), **beta)


def _rates(supernet: Supernet, samples: DataLoader, settings: Settings) -> Floats:
    with torch.no_grad():
        found = [
            firing_rates(
                supernet.run(batch, gradient_rule(settings.training), supernet.leaders, Draw())["hidden"], batch
            )
            for batch in samples.in_order(256)
        ]
    return torch.cat(found).numpy().astype(np.float64)


def steps(one: Searched, figure: str) -> Floats:
    """A figure [iteration, 3] before step 1, after step 1 and after step 2."""
    keys = (f"{figure}_before", f"{figure}_step_1", figure)
    return np.array([[entry[key] for key in keys] for entry in one.history])


def draw_curves(searches: Mapping[str, Sequence[Searched]], path: Path) -> None:
    """Both figures over the search, three points an iteration; and what step 2 does to the divergence."""
    canvas = Figure(figsize=(11, 3.6), layout="constrained")
    axes = canvas.subplots(1, 3)
    for panel, (figure, label) in zip(axes, FIGURES.items(), strict=False):
        for name, found in searches.items():
            values = np.stack([steps(each, figure) for each in found])
            _curve(panel, values, LOOKS[name])
        panel.set(xlabel="iterations", ylabel=label)
    axes[1].set_yscale("log")
    axes[1].yaxis.set_major_locator(FixedLocator([0.2, 0.3, 0.5, 1, 2, 5]))
    axes[1].yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axes[1].yaxis.set_minor_locator(NullLocator())
    axes[0].legend(
        title="lines: mean of seeds, bands: all seeds\ndots: after step 1, rings: after step 2", title_fontsize=7
    )
    for each in searches["hrmas"]:
        values = steps(each, "rate_kl")
        axes[2].plot(np.arange(1, len(values) + 1), values[:, 2] - values[:, 1], "o", mfc="none", color="#0072b2")
    axes[2].axhline(0, color="black", linewidth=0.8)
    axes[2].set(xlabel="iteration", ylabel="change of rate KL by step 2, nats", title="one ring per seed")
    for panel in axes:
        panel.xaxis.set_major_locator(MaxNLocator(integer=True))
    canvas.savefig(path)


def _curve(panel: Axes, values: Floats, look: Mapping[str, Any]) -> None:
    """Values [seed, iteration, 3] against iterations; step 1 is drawn as two thirds of one."""
    iterations = values.shape[1]
    times = (np.arange(iterations)[:, None] + [0, 2 / 3, 1]).ravel()
    flat = values.reshape(len(values), -1)
    panel.fill_between(times, flat.min(0), flat.max(0), color=look["color"], alpha=0.2, linewidth=0)
    panel.plot(times, flat.mean(0), **look)
    panel.plot(times[1::3], flat.mean(0)[1::3], ".", color=look["color"], markersize=4)
    panel.plot(times[2::3], flat.mean(0)[2::3], "o", color=look["color"], mfc="white", markersize=4)


def draw_rates(alone: Mapping[str, Alone], settings: Settings, path: Path) -> None:
    """Rates of four neurons over samples before and after the rule alone, beside the density asked for."""
    canvas = Figure(figsize=(11, 5), layout="constrained")
    axes = canvas.subplots(len(DRAWN), 4, sharex=True, sharey=True)
    rate = np.linspace(0, 1, 200)
    bins = np.linspace(0, 1, 21)
    mean_rate = settings.plasticity.mean_rate
    for row, start in zip(axes, DRAWN, strict=True):
        found = alone[start]
        order = np.argsort(found.before.mean(0))
        for panel, share in zip(row, (0.125, 0.375, 0.625, 0.875), strict=True):
            neuron = order[int(share * len(order))]
            panel.hist(found.before[:, neuron], bins, density=True, color="#bbbbbb", label="before")
            after = {"histtype": "step", "color": "#0072b2", "linewidth": 1.8, "label": "after"}
            panel.hist(found.after[:, neuron], bins, density=True, **after)
            panel.plot(rate, np.exp(-rate / mean_rate) / mean_rate, "--", color="#d55e00", label="target")
            panel.set(title=f"{start} start, neuron {neuron}", yscale="log", ylim=(0.03, 30))
        row[0].set(ylabel="density over samples")
    for panel in axes[-1]:
        panel.set(xlabel="rate, spikes per step")
    axes[0, -1].legend()
    canvas.savefig(path)


def page(searches: Mapping[str, Sequence[Searched]], alone: Mapping[str, Alone], settings: Settings, jobs: int) -> str:
    """The tables as Markdown."""
    with_rule = searches["hrmas"]
    seeds = [each.seed for each in with_rule]
    accuracy = {name: np.array([each.accuracy for each in found]) for name, found in searches.items()}
    lowered = [(values[:, 2] < values[:, 1]) for values in (steps(each, "rate_kl") for each in with_rule)]
    repaired = [(values[:, 2] < values[:, 1]) for values in (steps(each, "loss") for each in with_rule)]
    last = {
        (name, key): np.array([each.history[-1][key] for each in searches[name]])
        for name in METHODS
        for key in ("rate_kl", "loss", "accuracy")
    }
    columns = ["rate KL", "validation loss", "validation accuracy", "test accuracy"]
    titles = ["seed", "step 2 lowers rate KL", "step 2 lowers loss", *(f"{c}, with / without" for c in columns)]
    by_seed = []
    for number, seed in enumerate(seeds):
        pair = [(last[name, "rate_kl"][number], last[name, "loss"][number]) for name in METHODS]
        right = [(last[name, "accuracy"][number], accuracy[name][number]) for name in METHODS]
        by_seed.append(
            [
                str(seed),
                f"{lowered[number].sum()} of {lowered[number].size}",
                f"{repaired[number].sum()} of {repaired[number].size}",
                *(f"{pair[0][k]:.3f} / {pair[1][k]:.3f}" for k in range(2)),
                *(f"{right[0][k]:.2%} / {right[1][k]:.2%}" for k in range(2)),
            ]
        )
    effects = []
    figures = {key: (last["hrmas", key], last["no-plasticity", key]) for key in ("rate_kl", "loss", "accuracy")}
    figures["test"] = accuracy["hrmas"], accuracy["no-plasticity"]
    for name, (mine, other) in zip(columns, figures.values(), strict=True):
        unit = 100 if "accuracy" in name else 1
        mean, half = paired(unit * (mine - other))
        effects.append(
            [f"{name}{', points' if unit > 1 else ''}", f"{mean:+.3f}", f"{mean - half:+.3f} to {mean + half:+.3f}"]
        )
    down, loss_down = np.concatenate(lowered), np.concatenate(repaired)
    changes = np.concatenate([np.diff(steps(each, "loss")[:, 1:]).ravel() for each in with_rule])
    return "\n".join(
        [
            f"# Plasticity on digits, seeds {', '.join(map(str, seeds))}",
            "",
            paragraph(f"""
            Command: `python -m benchmarks.studies.plasticity --jobs {jobs}`, default settings; `hrmas` against
            `no-plasticity` (`plasticity.window = 0`) with the same seeds, hence the same splits, starts and batches.
            All figures but the test accuracy are of the validation part. Test accuracy is that of the derived network,
            trained anew with the R and tau_m that plasticity left (without it, with their start). Machine:
            {platform.machine()}, Python {platform.python_version()}, one torch thread per network.
            """),
            "",
            paragraph(f"""
            Step 2 lowers the rate KL divergence in **{down.sum()} of {down.size}** iterations ({down.mean():.1%}), and
            the validation loss in {loss_down.sum()} of {loss_down.size} ({loss_down.mean():.1%}; mean change by step 2
            {changes.mean():+.4f}).
            """),
            "",
            *table(titles, by_seed),
            "",
            "At the end of the search, paired by seed, with Student's interval of the mean:",
            "",
            *table(["figure", "with - without", "95 % interval"], effects),
            "",
            "![Rate KL divergence and validation loss over the search](plasticity.png)",
            "",
            "## Bounds",
            "",
            *_bounds(with_rule, settings),
            "",
            *_alone(alone, settings),
            "",
            *_fixed_points(settings),
            "",
        ]
    )


def _bounds(found: Sequence[Searched], settings: Settings) -> list[str]:
    """Where R and tau_m of the found networks lie."""
    lines = []
    for name, key, bounds in (
        ("R", "resistance", settings.resistance_bounds),
        ("tau_m, steps", "tau_m", settings.tau_bounds),
    ):
        values = np.concatenate([getattr(each, key) for each in found])
        at = np.isclose(values, bounds[0]) | np.isclose(values, bounds[1])
        extent = [f"{values.min():.2f}", f"{values.mean():.2f}", f"{values.max():.2f}"]
        lines.append([name, *extent, f"{bounds[0]:g} to {bounds[1]:g}", f"{at.mean():.1%}"])
    gain = np.concatenate([np.divide(each.resistance, each.tau_m) for each in found])
    reading = f"""
    R / tau_m, the gain of the input, starts at 1 and ends at {gain.mean():.2f} in the mean ({gain.min():.2f} to
    {gain.max():.2f}): rates lie below the target nearly everywhere, so the rule makes neurons more excitable. How much
    of its effect on the loss is this gain alone was not told apart.
    """
    return [
        "R and tau_m of all hidden neurons after the searches with plasticity:",
        "",
        *table(["", "smallest", "mean", "largest", "bounds", "neurons at a bound"], lines),
        "",
        paragraph(reading),
    ]


def _alone(alone: Mapping[str, Alone], settings: Settings) -> list[str]:
    lines = []
    for name, found in alone.items():
        spread = [found.before.mean(0).std(), found.after.mean(0).std()]
        lines.append(
            [
                f"{name}, {STARTS[name]:g}",
                f"{found.before.mean():.3f} to {found.after.mean():.3f}",
                f"{found.divergence[0]:.3f} to {found.divergence[-1]:.3f}",
                f"{spread[0]:.3f} to {spread[1]:.3f}",
                f"{found.resistance.mean():.2f}",
                f"{found.tau_m.mean():.2f}",
            ]
        )
    updates = settings.search.epochs * settings.plasticity.window
    return [
        "## The rule alone",
        "",
        paragraph(f"""
        {updates} updates on the supernet of seed 0 without any step 1, from three starts (`start.voltage`, the spread
        of voltages without reset); the target's mean is {settings.plasticity.mean_rate:g} spikes per step. Rates are
        of the validation part, which the rule does not see.
        """),
        "",
        *table(["start", "mean rate", "rate KL", "sd of mean rates over neurons", "mean R", "mean tau_m"], lines),
        "",
        "![Rates of four neurons before and after](plasticity_rates.png)",
        "",
        "The neurons are those at 1/8, 3/8, 5/8 and 7/8 of the order by mean rate before.",
    ]


def _fixed_points(settings: Settings) -> list[str]:
    mean_rate, silent = settings.plasticity.mean_rate, settings.plasticity.silent
    low, high = settings.tau_bounds
    lines = []
    for mu, tau_m in ((0.2, 64.0), (mean_rate, high), (mean_rate, settings.model.tau_m), (mean_rate, low)):
        roots = (rate * tau_m for rate in fixed_rates(mu, 0.0, tau_m))
        lines.append([f"{mu:g}", f"{tau_m:g}", f"{mu * tau_m:g}", *(f"{root:.2f}" for root in roots)])
    return [
        "## How the constants were chosen",
        "",
        paragraph("""
        With t_r = 0 and threshold 1 the sign of the change of R depends on y tau_m and mu tau_m alone. It is positive
        between two rates y: at the upper one R stays and returns to when pushed, below the lower one it would only
        fall, so there a silent branch must raise it. Below mu tau_m = 2.3 there is no such rate and R falls for ever.
        """),
        "",
        *table(["mu", "tau_m", "mu tau_m", "unstable y tau_m", "stable y tau_m"], lines),
        "",
        paragraph(f"""
        The first row is the published rule (V_th = 20, R and tau_m from 64, mu = 0.2, bounds 32 to 512, eta = 5 at
        every time step, silent below y = 0.01): its silent branch ends at the unstable rate, 0.66 / 64 = 0.0103.
        Copied to a tau_m of 10 the same mu has no fixed point (mu tau_m = 2), and y = 0.01 would mean y tau_m = 0.1,
        far below any unstable rate, so that R of a quiet neuron falls. Here mu is kept, tau_m starts at
        {settings.model.tau_m:g} and is held within {low:g} to {high:g}, where mu tau_m is {mean_rate * low:g} to
        {mean_rate * high:g}; the silent branch ends at y tau_m = {silent:g}, between the roots for every tau_m allowed
        (the settings refuse anything else); eta is the published one times (tau_m / 64)^2, which keeps the relative
        change per update, and one update is made per forward pass of a batch, not per time step.
        """),
    ]


if __name__ == "__main__":
    main()
