"""repaired: a network or program that was repaired without labels, and what that changed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from compiler.repair.network import network_rates, repair_network
from compiler.repair.program import program_rates, repair_program
from motifc.files import kind_of
from motifc.load_inputs import Samples
from search.network import Network
from targets.contracts.errors import InputError
from targets.contracts.own_rates import OwnRates, unlabelled_digest
from targets.contracts.provenance import making
from targets.contracts.raster import SpikeRaster
from targets.contracts.set_point import Rates
from targets.program.faults import Faults
from targets.program.program import Program
from targets.runtime.backend import ready_backends
from targets.runtime.registry import DEFAULT, ORACLE


@dataclass(frozen=True)
class Repaired:
    """What was repaired towards which rates.

    own            where r* is from: "healthy.network on digits, ...", "the program without its faults on ..."
    before, after  mean distance of a neuron's rate from its own, spikes per step
    moved          neurons whose R or threshold is another now, of `neurons`
    """

    result: Network | Program
    own: str
    before: float
    after: float
    moved: int
    neurons: int

    @property
    def sentence(self) -> str:
        """All of it in one sentence."""
        kind = "R" if isinstance(self.result, Network) else "thresholds"
        return (
            f"rates were {self.before:.4f} spikes per step from their own on the mean and are {self.after:.4f}; {kind} "
            f"of {self.moved:,} of {self.neurons:,} neurons moved, own rates are those of {self.own}"
        )

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        told = {"own": self.own, "before": self.before, "after": self.after}
        return {**told, "moved": self.moved, "neurons": self.neurons, "digest": self.result.digest}


def backend_for_rates() -> str:
    """The default backend where it can run here, else the oracle; rates are the same on both."""
    return DEFAULT if DEFAULT in {each.name for each in ready_backends()} else ORACLE


def own_rates_on(program: Program, inputs: Mapping[str, SpikeRaster], data: str) -> OwnRates:
    """The rates of a program on spikes that a user calls `data`, to be remembered with it."""
    rates = program_rates(program, inputs, backend=backend_for_rates())
    return OwnRates(data, unlabelled_digest(inputs), rates)


def own_rates_of(program: Program, source: Path) -> OwnRates | None:
    """The rates that a program takes over from the network it was compiled from, where that remembers any."""
    if kind_of(source) != "network" or (own := Network.load(source).own_rates) is None:
        return None
    sizes = {each.name: each.neurons for each in program.own}
    return replace(own, rates={name: each for name, each in own.rates.items() if sizes.get(name) == each.size})


def repaired_network(
    owner: str,
    network: Network,
    reference: tuple[str, Network] | None,
    inputs: Mapping[str, SpikeRaster],
    passes: int,
    samples: Samples,
) -> Repaired:
    """The network with R moved towards the rates of `reference` (name, network), else those that it remembers."""
    if reference is not None:
        name, healthy = reference
        told = OwnRates(f"{name} on {samples.source}", unlabelled_digest(inputs), network_rates(healthy, inputs))
    else:
        told = _remembered(owner, network.own_rates)
    own = told.of(*network.layers)
    found = repair_network(network, own, inputs, passes)
    moved = sum(
        int(np.count_nonzero(old.resistance != new.resistance))
        for old, new in zip(network.layers, found.layers, strict=True)
    )
    before, after = (_apart(network_rates(each, inputs), own) for each in (network, found))
    note = _note(told, samples, inputs, passes)
    step = found.provenance.after(making("repair"))
    found = replace(found, provenance=step, own_rates=told).with_settings(repair=note)
    return Repaired(found, told.data, before, after, moved, network.neurons)


def repaired_program(
    owner: str,
    program: Program,
    reference: tuple[str, Network | Program] | None,
    faults: Faults | None,
    inputs: Mapping[str, SpikeRaster],
    passes: int,
    samples: Samples,
    more_cores: int = 0,
) -> Repaired:
    """The program with thresholds moved towards the rates of `reference`, of itself without faults, or remembered."""
    backend, digest = backend_for_rates(), unlabelled_digest(inputs)
    if reference is not None:
        name, healthy = reference
        if isinstance(healthy, Network):
            rates = network_rates(healthy, inputs)
        else:
            rates = program_rates(healthy, inputs, backend=backend)
        told = OwnRates(f"{name} on {samples.source}", digest, rates)
    elif faults is not None:
        rates = program_rates(program, inputs, backend=backend)
        told = OwnRates(f"the program without its faults on {samples.source}", digest, rates)
    else:
        told = _remembered(owner, program.own_rates)
    own = told.of(*program.own)
    found = repair_program(program, own, inputs, faults, passes, backend, more_cores)
    pairs = zip(program.populations, found.populations, strict=True)
    moved = sum(int(np.count_nonzero(old.vth != new.vth)) for old, new in pairs)
    before, after = (_apart(program_rates(each, inputs, faults, backend), own) for each in (program, found))
    note = _note(told, samples, inputs, passes) | {"faults": None if faults is None else faults.digest}
    settings = {**found.settings, "repair": note}
    step = found.provenance.after(making("repair"))
    found = replace(found, provenance=step, own_rates=told, settings=settings)
    return Repaired(found, told.data, before, after, moved, sum(each.neurons for each in program.own))


def _remembered(owner: str, own: OwnRates | None) -> OwnRates:
    if own is None:
        raise InputError(
            f"{owner} does not remember the rates that its neurons had before the damage; give the network or program "
            "from before it as --reference."
        )
    return own


def _apart(rates: Rates, own: Rates) -> float:
    return float(np.concatenate([np.abs(rates[name] - own[name]) for name in own]).mean())


def _note(own: OwnRates, samples: Samples, inputs: Mapping[str, SpikeRaster], passes: int) -> dict[str, Any]:
    """What the settings of the result tell."""
    data = {"data": samples.source, "digest": unlabelled_digest(inputs)}
    return {"rule": "set-point", "passes": passes, "own": own.data, "own_digest": own.digest, **data}
