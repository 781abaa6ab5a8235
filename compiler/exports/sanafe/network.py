"""network_text: the neurons of a program on their cores, their synapses, and the spikes that they replay."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from compiler.exports.sanafe.architecture import PER_UNIT, cores_of_tiles
from compiler.ir.rates import ASSUMED_RATE
from targets.contracts.arrays import Array
from targets.contracts.errors import InputError
from targets.contracts.numbering import distinct, numbered, offsets
from targets.contracts.raster import SpikeRaster
from targets.program.program import Program

_MOST_BITS = 4_000_000
_MOST_SYNAPSES = 2_000_000
"""Beyond, SANA-FE needs more than some 3 GB: about 1.5 kB for each synapse, 0.1 kB for each bit."""


@dataclass(frozen=True, eq=False)
class Replayed:
    """What every neuron does: bits [global number, step] of inputs and populations, samples one after the other."""

    bits: Array

    @property
    def steps(self) -> int:
        """Steps of all samples."""
        return int(self.bits.shape[1])


def replayed(program: Program, spikes: Mapping[str, SpikeRaster] | None) -> Replayed:
    """The steps that count of `spikes`, of every input and population of the network, sample after sample.

    Without spikes everybody spikes in 3 % of the steps of one sample, drawn with seed 0. Populations that stand for
    biases spike in every step, or in the first of each sample. Raises InputError for more than SANA-FE can hold.
    """
    own = [*(each.name for each in program.inputs), *(each.name for each in program.own)]
    total = sum(each.neurons for each in program.inputs) + program.neurons
    lengths = [program.steps] if spikes is None else spikes[own[0]].lengths.tolist()
    steps = int(sum(lengths))
    if total * steps > _MOST_BITS:
        raise InputError(
            f"{total:,} inputs and neurons in {steps:,} steps are {total * steps:,} bits to replay; SANA-FE holds "
            f"{_MOST_BITS:,}, so give fewer samples."
        )
    synapses = sum(int(np.count_nonzero(each.synapses.weights)) for each in program.projections)
    if synapses > _MOST_SYNAPSES:
        raise InputError(
            f"the program has {synapses:,} synapses; SANA-FE holds {_MOST_SYNAPSES:,}, so take the own engine."
        )
    starts = offsets(program.inputs, program.populations)
    if spikes is None:
        bits = np.random.default_rng(0).random((total, steps)) < ASSUMED_RATE
    else:
        bits = np.zeros((total, steps), bool)
        for name in own if steps else ():
            dense = spikes[name].dense()
            counted = [dense[number, :length] for number, length in enumerate(lengths)]
            bits[starts[name] : starts[name] + dense.shape[2]] = np.concatenate(counted).T
    firsts = (np.cumsum(lengths) - lengths)[np.array(lengths, int) > 0]
    for each in program.populations:
        if each.invented:
            rows = slice(starts[each.name], starts[each.name] + each.neurons)
            bits[rows] = each.invented == "every step"
            if each.invented == "first step":
                bits[rows, firsts] = True
    return Replayed(bits)


def heard_by(program: Program) -> list[Array]:
    """Global numbers of the input neurons that each core hears, ascending."""
    outside = sum(each.neurons for each in program.inputs)
    starts, core_of, cores = offsets(program.inputs, program.populations), program.listeners.core_of, len(program.cores)
    keys = [
        distinct(core_of[post] * outside + pre)
        for pre, post in numbered(program.projections, starts)
        if pre.size and pre[0] < outside
    ]
    core, source = np.divmod(distinct(np.concatenate([np.zeros(0, np.int64), *keys])), max(outside, 1))
    return [source[core == number] for number in range(cores)]


def network_text(program: Program, played: Replayed) -> str:
    """YAML of the neurons, the synapses and the mapping.

    Every population is a group p0, p1, ...; the input neurons that core 3 hears are a group on that core, s3, since
    spikes from outside reach their cores at no cost. Weights are 0, as what is replayed needs no current: SANA-FE
    counts a synapse whatever its weight.
    """
    return "\n".join(["network:", *_network(program, played)]) + "\n"


def _network(program: Program, played: Replayed) -> Iterator[str]:
    heard = heard_by(program)
    starts = offsets(program.inputs, program.populations)
    outside = sum(each.neurons for each in program.inputs)
    yield f"  name: n{program.digest[:12]}"
    yield "  groups:"
    for number, each in enumerate(program.populations):
        yield from _group(f"p{number}", played.bits[starts[each.name] : starts[each.name] + each.neurons])
    for core, sources in enumerate(heard):
        if sources.size:
            yield from _group(f"s{core}", played.bits[sources])
    group_of = np.zeros(outside + program.neurons, np.int64)
    offset_of = np.zeros(outside + program.neurons, np.int64)
    for number, each in enumerate(program.populations):
        rows = slice(starts[each.name], starts[each.name] + each.neurons)
        group_of[rows], offset_of[rows] = number, np.arange(each.neurons)
    core_of = program.listeners.core_of
    edges = []
    for pre, post in numbered(program.projections, starts):
        for source, target in zip(pre.tolist(), post.tolist(), strict=True):
            if source >= outside:
                start = f"p{group_of[source]}.{offset_of[source]}"
            else:
                core = core_of[target]
                start = f"s{core}.{np.searchsorted(heard[core], source)}"
            edges.append(f"    - {start} -> p{group_of[target]}.{offset_of[target]}: [weight: 0]")
    yield from ("  edges:", *edges) if edges else ("  edges: []",)
    yield "mappings:"
    for tile, held in cores_of_tiles(program).items():
        for place, number in enumerate(held):
            yield from _mapped(program, number, f"{tile}.{place}", heard[number].size)


def _group(name: str, bits: Array) -> Iterator[str]:
    yield f"    - name: {name}"
    yield "      attributes: []"
    yield "      neurons:"
    for neuron, row in enumerate(bits):
        yield f"        - {neuron}: [spikes: [{', '.join('1' if each else '0' for each in row)}]]"


def _mapped(program: Program, number: int, address: str, sources: int) -> Iterator[str]:
    """Every neuron of a core, then the input neurons that it hears, each with units of its own."""
    names = {each.name: place for place, each in enumerate(program.populations)}
    unit = 0
    for name, indices in program.cores[number].members.items():
        for neuron in indices.tolist():
            yield _line(f"p{names[name]}.{neuron}", address, f"neuron[{unit}]", unit)
            unit += 1
    for source in range(sources):
        yield _line(f"s{number}.{source}", address, f"source[{source}]", unit + source)


def _line(neuron: str, address: str, soma: str, unit: int) -> str:
    hardware = f'soma: "{soma}", dendrite: "dendrites[{unit // PER_UNIT}]", synapse: synapses'
    return f"  - {neuron}: [core: {address}, {hardware}]"
