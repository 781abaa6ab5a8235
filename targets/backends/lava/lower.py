"""lower: from a Program to the arrays Lava is built from, one process of neurons per population or per core."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy.sparse import csr_matrix

from targets.backends.lava.bundle import Bundle, Members, bundle
from targets.backends.lava.network import LavaNetwork, LavaNeurons, LavaSynapses, Share
from targets.contracts.arithmetic import Arithmetic
from targets.contracts.arrays import Array
from targets.contracts.errors import InputError
from targets.contracts.grid import split_bias
from targets.program.program import IntPopulation, Program
from targets.runtime.recording import Probe

GRANULARITIES = ("layer", "core")

_ARITHMETIC = Arithmetic(24, 12, 6)
"""Widths of the registers in lava/proc/lif/models.py (lava-nc 0.10.0)."""

_MANTISSA_BITS = 15
"""Lava keeps the mantissa of a bias in int16."""

_LEAVES = 200
"""Most processes of a network by cores: 200 take 8 s to start and 90 ms per step, and more were never tried."""


def lower(program: Program, granularity: str = "layer") -> LavaNetwork:
    """The network of `program`: a process of neurons per population ("layer") or per core ("core").

    Inputs are processes too, and so are the synapses of every (source, target, exponent, delay).
    Raises InputError where Lava would silently compute something else, and for "core" when a neuron is not on
    exactly one core or the network needs more than 200 processes.
    """
    if granularity not in GRANULARITIES:
        raise InputError(
            f"unknown granularity {granularity!r}; known are {', '.join(GRANULARITIES)}, so choose one of them."
        )
    widths = program.chip.arithmetic
    if widths != _ARITHMETIC:
        raise InputError(
            f"chip {program.chip.name!r} has u and v of {widths.state_bits} bits, decays of {widths.decay_bits} and "
            f"inputs aligned by {widths.align_bits}; Lava has {_ARITHMETIC.state_bits}, {_ARITHMETIC.decay_bits} and "
            f"{_ARITHMETIC.align_bits}, so choose another backend or chip."
        )
    outside: dict[str, Members] = {
        source.name: {source.name: np.arange(source.neurons, dtype=np.int32)} for source in program.inputs
    }
    groups = _cores(program) if granularity == "core" else _populations(program)
    names = [*outside, *groups]
    bundles = list(bundle(program, [*outside.values(), *groups.values()]))
    sums = {number: _partial_sums(bundles, number) for number in range(len(names))}
    neurons = tuple(
        _neurons(program, names[number], groups[names[number]], sums[number])
        for number in range(len(outside), len(names))
    )
    sizes = [*(source.neurons for source in program.inputs), *(group.du.size for group in neurons)]
    network = LavaNetwork(
        inputs=tuple((source.name, source.neurons) for source in program.inputs),
        neurons=neurons,
        synapses=tuple(_synapses(part, names, sizes, sums[part.target]) for part in bundles),
    )
    if granularity == "core" and network.leaves > _LEAVES:
        raise InputError(
            f"the program needs {network.leaves:,} Lava processes at granularity 'core' (inputs: "
            f"{len(network.inputs):,}, cores: {len(neurons):,}, groups of synapses: {len(network.synapses):,}); at "
            f"most {_LEAVES} are started, so choose granularity 'layer'."
        )
    return network


def with_probes(network: LavaNetwork, probes: Sequence[Probe]) -> LavaNetwork:
    """The same network, in which u and v of the probed neurons, and of no other, are recorded in every step."""
    wanted = {probe.population: probe.neurons for probe in probes}

    def probed(share: Share) -> Share:
        neurons = wanted.get(share.population, share.neurons[:0])
        position = np.full(1 + max(share.neurons.max(initial=-1), neurons.max(initial=-1)), -1, dtype=np.int32)
        position[share.neurons] = np.arange(share.neurons.size)
        slots = np.flatnonzero(position[neurons] >= 0).astype(np.int32)
        return replace(share, probed=position[neurons][slots], slots=slots)

    return replace(
        network,
        neurons=tuple(replace(held, shares=tuple(map(probed, held.shares))) for held in network.neurons),
    )


def _populations(program: Program) -> dict[str, Members]:
    return {
        population.name: {population.name: np.arange(population.neurons, dtype=np.int32)}
        for population in program.populations
    }


def _cores(program: Program) -> dict[str, Members]:
    """What the cores hold, under names that no input has; every neuron is on exactly one."""
    for population in program.populations:
        held = [core.members[population.name] for core in program.cores if population.name in core.members]
        times = np.bincount(np.concatenate([np.empty(0, dtype=np.int32), *held]), minlength=population.neurons)
        if (times != 1).any():
            raise InputError(
                f"population {population.name!r} has {np.count_nonzero(times == 0):,} neurons on no core and "
                f"{np.count_nonzero(times > 1):,} on several; granularity 'core' needs each on exactly one, so "
                "compile the network again or choose granularity 'layer'."
            )
    word = "core"
    while any(source.name.startswith(word) for source in program.inputs):
        word = f"program {word}"
    return {f"{word} {number}": core.members for number, core in enumerate(program.cores) if core.neurons}


def _bias(population: IntPopulation) -> tuple[Array, Array]:
    """(mantissa, exponent) of every bias."""
    mantissa, exponent = split_bias(population.bias, _MANTISSA_BITS)
    if (exponent < 0).any():
        worst = int(population.bias[exponent < 0][0])
        raise InputError(
            f"population {population.name!r} has a bias of {worst}; Lava holds mantissa * 2^exponent with "
            f"|mantissa| < 2^{_MANTISSA_BITS}, so round the bias."
        )
    return mantissa, exponent


def _partial_sums(bundles: Sequence[Bundle], target: int) -> Array:
    """The (projection, neuron) pairs whose sums reach `target` in parts: int64 [2, sum], in order."""
    found = [np.stack([b.projection, b.post]) for b in bundles if b.partial and b.target == target]
    return np.unique(np.concatenate([np.empty((2, 0), dtype=np.int64), *found], axis=1), axis=1)


def _neurons(program: Program, name: str, members: Members, sums: Array) -> LavaNeurons:
    """The process that holds `members`."""
    parameters: dict[str, list[Array]] = {key: [] for key in ("du", "dv", "vth", "bias_mant", "bias_exp", "refractory")}
    shares = []
    for population_name, indices in members.items():
        population = program.population(population_name)
        bias_mant, bias_exp = _bias(population)
        values = (population.du, population.dv, population.vth, bias_mant, bias_exp, population.refractory_steps)
        for key, numbers in zip(parameters, values, strict=True):
            parameters[key].append(numbers[indices])
        shares.append(Share(population_name, indices, indices[:0], indices[:0]))
    exponents = np.array([projection.exponent for projection in program.projections], dtype=np.int32)
    return LavaNeurons(
        name=name,
        **{key: np.concatenate(numbers) for key, numbers in parameters.items()},
        sum_neuron=sums[1].astype(np.int32),
        sum_shift=-exponents[sums[0]],
        shares=tuple(shares),
    )


def _synapses(part: Bundle, names: Sequence[str], sizes: Sequence[int], sums: Array) -> LavaSynapses:
    """The process of one bundle."""
    rows, post, exponent = part.post, sizes[part.target], part.exponent
    if part.partial:
        size = sizes[part.target]
        rows, post = np.searchsorted(sums[0] * size + sums[1], part.projection * size + part.post), sums.shape[1]
        exponent = 0
    weights = csr_matrix((part.weight, (rows, part.pre)), shape=(post, sizes[part.source]))
    return LavaSynapses(names[part.source], names[part.target], weights, exponent, part.delay, part.partial)
