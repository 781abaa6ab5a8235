"""Settings: every hyperparameter of search and training, its default, its range and where it comes from.

W. Zhang et al. (Front. Neurosci. 18:1412559, 2024) publish none of their hyperparameters. Sources here: `group` the
public code of the same group (TSSL-BP and SpiKL-IP), `DARTS` H. Liu et al., ICLR 2019, `ours` chosen on validation
data of the digits task.
"""

import dataclasses
import itertools
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from search.intrinsic import IntrinsicRule, fixed_rates
from search.motif import DIRECTIONS, Wiring
from targets.contracts.chip import ChipSpec, chip_named, chip_names
from targets.contracts.errors import InputError
from targets.contracts.shown import brief, shown
from targets.contracts.toml import toml_in

_GROUP = "group"
_DARTS = "DARTS"
_OURS = "ours"
_LARGEST = 1e9
"""Of every setting; NaN is outside every range of its own."""
RELAXATION_NAMES = ("gumbel", "expected", "mixture", "plain")
"""Names of the relaxations in search/nas/relaxation.py."""


def _chips() -> tuple[str, ...]:
    """Asked only for a chip that is not the default, so that nothing is looked for at import."""
    return ("none", *chip_names())


def _setting(
    default: object, about: str, source: str, least: float = 0, most: float = math.inf, among: Any = ()
) -> Any:
    """A field whose metadata a reader, the TOML loader and the documentation share."""
    return field(default=default, metadata={"about": about, "source": source, "range": (least, most), "among": among})


@dataclass(frozen=True)
class _Table:
    """One table of the TOML file; every field is checked on construction."""

    def __post_init__(self) -> None:
        for spec in dataclasses.fields(self):
            value = _typed(getattr(self, spec.name), spec.default, f"{_title(type(self))}.{spec.name}")
            object.__setattr__(self, spec.name, value)
            (least, most), among = spec.metadata["range"], spec.metadata["among"]
            if among and value == spec.default:
                continue
            among = among() if callable(among) else among
            if among and value not in among:
                raise InputError(
                    f"setting {_title(type(self))}.{spec.name} is {brief(value)}; allowed are {', '.join(among)}, "
                    "so choose one of them."
                )
            numbers = value if isinstance(value, tuple) else () if among else (value,)
            if not all(least <= number <= most for number in numbers):
                limit = f"at least {least:g}" if math.isinf(most) else f"{least:g} to {most:g}"
                raise InputError(
                    f"setting {_title(type(self))}.{spec.name} is {brief(value)}; {limit} is allowed, so change it."
                )


@dataclass(frozen=True)
class ModelSettings(_Table):
    """The network: hidden SC-ML layers in a row and a spiking readout."""

    neurons: tuple[int, ...] = _setting((128,), "neurons of each hidden layer", _OURS, 1)
    sizes: tuple[int, ...] = _setting((2, 4, 8, 16), "candidate motif sizes; each must divide all `neurons`", _OURS, 1)
    wiring: Wiring = _setting("ring", "which motifs are neighbours", _OURS, among=tuple(DIRECTIONS))  # noqa: RUF009
    links: int = _setting(
        0, "links inside a drawn motif, per neuron in the mean, at most; 0: as many as are drawn", _OURS
    )
    delays: tuple[int, ...] = _setting((1,), "delays of a link group that may be chosen, steps", _OURS, 1, 255)
    input_delays: tuple[int, ...] = _setting(
        (0,), "steps by which a neuron of a motif may hear what is before its layer later", _OURS, 0, 254
    )
    fan_in: tuple[float, ...] = _setting(
        (1.0,), "shares of what is before its layer that a motif may hear", _OURS, 1e-3, 1
    )
    fan_in_by: str = _setting(
        "random",
        "how those sources are found: drawn, or after the search by the weights of a short training with all of them",
        _OURS,
        among=("random", "weights"),
    )
    fan_in_group: int = _setting(
        0, "neighbours of a motif that hear the same sources, at most; 0: the whole motif", _OURS
    )
    readout_fan_in: float = _setting(
        1.0,
        "share of the last hidden layer that a readout neuron hears; those of a class share it among them",
        _OURS,
        1e-3,
        1,
    )
    tau_s: float = _setting(4.0, "synaptic time constant, steps", _GROUP, 1)
    tau_m: float = _setting(20.0, "membrane time constant of hidden neurons at the start, steps", _OURS, 1)
    readout_tau_m: float = _setting(10.0, "membrane time constant of readout neurons, steps", _OURS, 1)
    readout_neurons: int = _setting(4, "readout neurons per class; more of them tie less often", _OURS, 1)
    readout: str = _setting(
        "task",
        "how the readout answers: as is usual for the data, by spike counts, or by its last or its peak voltage",
        _OURS,
        among=("task", "spikes", "last", "peak"),
    )
    window: int = _setting(
        0, "steps at the end of a sample that the readout looks at; 0: as for the data, or all", _OURS
    )


@dataclass(frozen=True)
class StartSettings(_Table):
    """Fresh weights, before the search and again after it."""

    voltage: float = _setting(
        1.0, "standard deviation of each layer's voltage without reset, in thresholds", _OURS, 1e-3
    )
    recurrence: float = _setting(0.5, "gain of recurrent links; standard deviation gain / sqrt(links)", _OURS)
    alpha: float = _setting(
        1e-3, "standard deviation of architecture parameters; at 0 recurrence is dead", _DARTS, 1e-6
    )


@dataclass(frozen=True)
class SearchSettings(_Table):
    """HRMAS step 1: architecture on validation data, weights on training data."""

    epochs: int = _setting(12, "passes over the training part", _OURS, 1)
    budget: float = _setting(
        0.0, "units spent before the last training, see docs/search.md; 0: what HRMAS takes in `epochs`", _OURS
    )
    batch: int = _setting(64, "samples per step", _DARTS, 1)
    score: str = _setting(
        "loss",
        "judges candidates on the validation part: the loss, that of logits scaled to make it least, or the "
        "share of wrong answers",
        _OURS,
        among=("loss", "calibrated", "errors"),
    )
    alpha_rate: float = _setting(0.1, "learning rate of alpha (Adam); planted motifs are found at this", _OURS, 0, 1)
    alpha_betas: tuple[float, ...] = _setting((0.5, 0.999), "momenta of alpha's Adam", _DARTS, 0, 1 - 1e-9)
    rate: float = _setting(3e-3, "learning rate of weights (AdamW)", _OURS, 0, 1)
    relaxation: str = _setting(
        "gumbel", "how undecided choices are run, see search/nas/relaxation.py", _OURS, among=RELAXATION_NAMES
    )
    temperature: float = _setting(0.3, "of link types in the last epoch; 1 in the first", _OURS, 1e-2, 1)
    order: int = _setting(1, "order of alpha's gradient; 2 lets the weights follow one step", _DARTS, 1, 2)
    price: float = _setting(0.0, "added to alpha's loss per expected link of a neuron", _OURS)
    chip: str = _setting("none", "chip whose use is expected and noted in every epoch", _OURS, among=_chips)
    cost: float = _setting(0.0, "added to alpha's loss times the expected share of the largest network's use", _OURS)
    cost_shares: tuple[float, ...] = _setting((1.0, 1.0, 1.0), "weights of synapses, cores and messages in it", _OURS)


@dataclass(frozen=True)
class PlasticitySettings(_Table):
    """HRMAS step 2: plasticity of hidden neurons over a window, SpiKL's intrinsic one or the own-rate set-point."""

    rule: str = _setting(
        "spikl-ip",
        "what an update follows: one rate density for all neurons, or, with set-point, the neuron's own rate before "
        "step 1",
        _GROUP,
        among=("spikl-ip", "set-point"),
    )
    window: int = _setting(10, "forward passes per epoch, one update after each; 0 switches plasticity off", _OURS)
    mean_rate: float = _setting(0.2, "mu, mean of the desired rate distribution, spikes per step", _GROUP, 1e-3, 1)
    refractory: float = _setting(0.0, "t_r of the rate formula, steps; published 2, our neuron has none", _OURS, 0, 0.9)
    rate_r: float = _setting(0.5, "eta_1; the published 5 scaled by (tau_m / 64)^2", _GROUP)
    rate_tau: float = _setting(0.5, "eta_2; as eta_1", _GROUP)
    silent: float = _setting(1.0, "below this rate * tau_m a neuron counts as silent", _OURS, 1e-3)
    largest: float = _setting(1.0, "largest change in one update", _OURS)
    resistance: tuple[float, ...] = _setting((0.25, 4.0), "bounds of R, relative to its start", _OURS, 1e-3)
    tau_m: tuple[float, ...] = _setting((0.75, 2.0), "bounds of tau_m, relative to its start", _OURS, 1e-3)


@dataclass(frozen=True)
class TrainingSettings(_Table):
    """Weights only, after the search."""

    epochs: int = _setting(30, "passes over the data", _OURS, 1)
    batch: int = _setting(64, "samples per step", _OURS, 1)
    rate: float = _setting(3e-3, "largest learning rate (AdamW); cosine to 0", _OURS, 0, 1)
    warm_up: int = _setting(20, "steps of linear warm-up", _OURS)
    weight_decay: float = _setting(1e-2, "decoupled weight decay of AdamW", _OURS)
    clip: float = _setting(1.0, "largest norm of the gradient", _GROUP, 1e-6)
    drop: float = _setting(0.3, "probability that an input spike is left out of a training step", _OURS, 0, 0.99)
    stretch: float = _setting(
        1.0, "times by which a sample is made longer or shorter in a training step, at most, at random", _OURS, 1, 4
    )
    loss: str = _setting(
        "both", "cross-entropy on spike counts, or on counts and voltages", _OURS, among=("count", "both")
    )
    gradient: str = _setting(
        "surrogate",
        "how gradients pass the spikes, in the search too; the group trains by tssl-bp",
        _OURS,
        among=("surrogate", "tssl-bp"),
    )
    spike_price: float = _setting(
        0.0,
        "this times the mean square of the rates of hidden neurons, in spikes per step, is added to the loss, in the "
        "search too",
        _OURS,
    )
    slope: float = _setting(5.0, "k of the surrogate 1 / (1 + k |v - vth|)^2", _OURS)
    grid: str = _setting("none", "chip on whose integers weights are trained after the search", _OURS, among=_chips)

    shards: int = _setting(
        0,
        "parts of a batch, in the search too, in whose order gradients are summed; 0 for 1, for 4 under torchrun",
        _OURS,
    )

    @property
    def chip(self) -> ChipSpec | None:
        """The chip of the grid; None where weights stay float."""
        return None if self.grid == "none" else chip_named(self.grid)


@dataclass(frozen=True)
class Settings:
    """All hyperparameters, in five tables; `load_settings` reads them from TOML, `as_dict` stores them."""

    model: ModelSettings = field(default_factory=ModelSettings)
    start: StartSettings = field(default_factory=StartSettings)
    search: SearchSettings = field(default_factory=SearchSettings)
    plasticity: PlasticitySettings = field(default_factory=PlasticitySettings)
    training: TrainingSettings = field(default_factory=TrainingSettings)

    def __post_init__(self) -> None:
        for size, neurons in itertools.product(self.model.sizes, self.model.neurons):
            if neurons % size:
                raise InputError(
                    f"setting model.sizes has a motif of {size}, which does not divide the {neurons} neurons of a "
                    "layer; change one of the two."
                )
        for name in ("delays", "input_delays", "fan_in"):
            values = getattr(self.model, name)
            if len(set(values)) < len(values):
                raise InputError(f"setting model.{name} is {brief(values)}; every value may stand there once.")
        for chip in self.chips:
            self._check_delays(chip)
        for name in ("resistance", "tau_m"):
            bounds = getattr(self.plasticity, name)
            if len(bounds) != 2 or not bounds[0] <= 1 <= bounds[1]:
                raise InputError(
                    f"setting plasticity.{name} is {brief(bounds)}; a lower bound up to 1 and an upper one from 1 are "
                    "needed, so give two such numbers."
                )
        if len(self.search.alpha_betas) != 2:
            raise InputError(
                f"setting search.alpha_betas is {brief(self.search.alpha_betas)}; two numbers are needed, so give two."
            )
        if self.search.cost and self.search.chip == "none":
            raise InputError(
                f"setting search.cost (--cost) is {self.search.cost:g} without a chip; the cost is that of a chip, so "
                "name one in search.chip (--chip)."
            )
        if len(self.search.cost_shares) != 3 or not any(self.search.cost_shares):
            raise InputError(
                f"setting search.cost_shares is {brief(self.search.cost_shares)}; three numbers are needed, not all of "
                "them 0, so give three."
            )
        if self.plasticity.window:
            self._check_fixed_points()

    @property
    def chips(self) -> list[ChipSpec]:
        """The chips that settings name."""
        return [chip_named(name) for name in (self.search.chip, self.training.grid) if name != "none"]

    @property
    def rule(self) -> IntrinsicRule:
        """The constants of the plasticity rule."""
        own = self.plasticity
        return IntrinsicRule(own.mean_rate, own.refractory, own.rate_r, own.rate_tau, own.silent, own.largest)

    @property
    def tau_bounds(self) -> tuple[float, float]:
        """Smallest and largest tau_m plasticity may give a hidden neuron, steps."""
        low, high = self.plasticity.tau_m
        return max(1.0, low * self.model.tau_m), high * self.model.tau_m

    @property
    def resistance_bounds(self) -> tuple[float, float]:
        """Smallest and largest R plasticity may give a hidden neuron."""
        low, high = self.plasticity.resistance
        return low * self.model.tau_m, high * self.model.tau_m

    def _check_delays(self, chip: ChipSpec) -> None:
        """Every delay that may be chosen must be one of the chip; what is heard late takes a step more."""
        most = chip.delay_max.value
        for name, values, allowed in (
            ("delays", self.model.delays, most),
            ("input_delays", self.model.input_delays, most - 1),
        ):
            if max(values) > allowed:
                raise InputError(
                    f"setting model.{name} offers {max(values)} steps; {chip.name} allows up to {allowed}, so leave it "
                    "out or name another chip."
                )

    def _check_fixed_points(self) -> None:
        """The silent branch must end between the two rates at which R stays, for every tau_m allowed."""
        own = self.plasticity
        for tau_m in self.tau_bounds:
            low, high = (rate * tau_m for rate in fixed_rates(own.mean_rate, own.refractory, tau_m))
            if not low <= own.silent < high:
                raise InputError(
                    f"setting plasticity.silent is {own.silent:g}; at tau_m {tau_m:g} it must lie between the unstable "
                    f"and the stable rate * tau_m, {low:.3g} and {high:.3g}, so move it there."
                )


def load_settings(path: str | os.PathLike[str] | None) -> Settings:
    """Settings from a TOML file, defaults for what it leaves out; all defaults where `path` is None.

    Raises InputError for a file that cannot be read, an unknown table or key, a wrong type or a value out of range.
    """
    return Settings() if path is None else settings_of(toml_in(Path(path)), str(path))


def settings_of(content: Mapping[str, Any], source: str) -> Settings:
    """Settings from their tables, defaults for what is left out; `source` names in an error where they stand.

    Raises InputError for an unknown table or key, a wrong type or a value out of range.
    """
    known = {
        _title(table): table
        for table in (ModelSettings, StartSettings, SearchSettings, PlasticitySettings, TrainingSettings)
    }
    tables: dict[str, Any] = {}
    for name, table in content.items():
        if name not in known or not isinstance(table, Mapping):
            raise InputError(
                f"{source} has an unknown table {brief(name)}; known are {', '.join(known)}, so rename it."
            )
        keys = [spec.name for spec in dataclasses.fields(known[name])]
        for key in table:
            if key not in keys:
                raise InputError(
                    f"{source} has an unknown setting {name}.{shown(key)[:60]}; known are "
                    f"{', '.join(keys)}, so rename it."
                )
        tables[name] = known[name](**table)
    return Settings(**tables)


def on_chip(settings: Settings, chip: str | None, cost: float | None) -> Settings:
    """The settings with another `search.chip` and `search.cost`; None keeps what they say."""
    given: dict[str, Any] = {key: value for key, value in (("chip", chip), ("cost", cost)) if value is not None}
    return dataclasses.replace(settings, search=dataclasses.replace(settings.search, **given))


def on_grid(settings: Settings, chip: str) -> Settings:
    """The settings with another `training.grid`: quantization-aware training for that chip."""
    return dataclasses.replace(settings, training=dataclasses.replace(settings.training, grid=chip))


def in_shards(settings: Settings, shards: int) -> Settings:
    """The settings with another `training.shards`."""
    return dataclasses.replace(settings, training=dataclasses.replace(settings.training, shards=shards))


def as_dict(settings: Settings) -> dict[str, Any]:
    """The settings as plain JSON values, table by table."""
    return {
        table: {key: list(value) if isinstance(value, tuple) else value for key, value in entries.items()}
        for table, entries in dataclasses.asdict(settings).items()
    }


def _typed(value: object, like: object, name: str) -> object:
    """`value` as the type of the default `like`; an int may stand for a float and a list for a tuple."""
    if isinstance(like, tuple):
        listed = value if isinstance(value, (list, tuple)) else (value,)
        if listed:
            return tuple(_typed(one, like[0], name) for one in listed)
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if number and abs(value) > _LARGEST:  # type: ignore[arg-type]  # a number, as was asked
        raise InputError(f"setting {name} is {brief(value)}; numbers up to {_LARGEST:g} are allowed, so change it.")
    if isinstance(like, float) and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if type(value) is type(like) and not isinstance(value, tuple):
        return value
    names = {int: "a whole number", float: "a number", str: "a text"}
    needed = f"a list of {names[type(like[0])][2:]}s" if isinstance(like, tuple) else names[type(like)]
    raise InputError(f"setting {name} is {brief(value)}; {needed} is needed, so change it.")


def _title(table: type) -> str:
    return table.__name__.removesuffix("Settings").lower()
