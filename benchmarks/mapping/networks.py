"""generated: networks of motifs, as integer graphs with the rates of their neurons, to measure mappings on."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from compiler.ir.graph import FloatGraph, FloatPopulation, FloatProjection, IntGraph
from targets.contracts.arrays import Array, Floats
from targets.contracts.errors import InputError
from targets.contracts.ports import Input
from targets.contracts.synapses import BlockDiagonal, Sparse, with_weights
from targets.program.program import IntPopulation, IntProjection

INPUTS, FAN_IN, LINKS = 700, 32, 6
PAIRS = 0.25  # of the k x k pairs of two linked motifs that get a synapse (drawn with repetition)
RATE, SPREAD, INPUT_RATE = 0.03, 1.0, 0.02
_LEAST = 25  # motifs
LUMPY = "lumpy"
_LUMPS, _BUSY, _IDLE = 5, 1.0, 1e-4  # motifs that spike, and how often they and all others do
REWIRED, MODULE = 0.1, 64


@dataclass(frozen=True, eq=False)
class Generated:
    """A network and the expected spikes per step of its inputs and neurons: name -> float64 [neuron]."""

    name: str
    graph: IntGraph
    rates: dict[str, Floats]


def generated(topology: str, neurons: int, k: int = 8, seed: int = 0) -> Generated:
    """A network of about `neurons` neurons in motifs of `k`, all-to-all inside, one of `topologies()`.

    Every motif listens to 6 others, each link being 0.25 k^2 random pairs of neurons, and every neuron to 32 of 700
    inputs: a window that moves with the neuron's number, so that neighbours listen to the same. Rates are log-normal
    (median 0.03 spikes per step, sigma 1), inputs 0.02. Weights are all 2: only the wiring matters to a mapping.

    grid            6 of the 24 motifs at most two rows and columns away
    ring            the three motifs on either side
    small-world     a ring with a tenth of its links moved to random motifs
    modular         modules of 64 motifs, a tenth of the links between modules, motifs in shuffled order
    random          6 random motifs
    two layers      two grids of half the size; the second listens to the motif of the first at its place and the
                    three beside and below it instead of to inputs
    dense input     a grid whose neurons listen to all inputs
    lumpy           6 random motifs; the neurons of the first 5 motifs spike in every step, all others and the inputs at
                    1e-4: work that does not spread evenly over cores
    """
    if topology not in _LINKS or k < 1 or neurons < _LEAST * k:
        raise InputError(
            f"a network {topology!r} of {neurons:,} neurons in motifs of {k} was asked for; known are "
            f"{', '.join(topologies())} with at least 25 motifs, so choose among these."
        )
    rng = np.random.default_rng((seed, k, neurons))
    layers = 2 if topology == "two layers" else 1
    motifs = neurons // k // layers
    names = [f"motifs{layer + 1}" if layers > 1 else "motifs" for layer in range(layers)]
    projections = []
    for layer, name in enumerate(names):
        inside = BlockDiagonal(np.full((motifs, k, k), 2, dtype=np.int32))
        lateral = _pairs(_LINKS[topology](motifs, rng), motifs, k, rng)
        projections += [
            IntProjection(f"{name} inside", name, name, inside, 0, 1),
            IntProjection(f"{name} lateral", name, name, lateral, 0, 1),
        ]
        if layer:
            below = _pairs(_below(motifs), motifs, k, rng)
            projections.append(IntProjection(f"{name} below", names[0], name, below, 0, 1))
        else:
            wiring = _everything(motifs * k) if topology == "dense input" else _window(motifs * k, rng)
            projections.append(IntProjection("outside", "outside", name, wiring, 0, 1))
    graph = IntGraph(
        (Input("outside", INPUTS),), tuple(_population(n, motifs, k) for n in names), tuple(projections), None, 100, ""
    )
    rates = {name: np.minimum(rng.lognormal(np.log(RATE), SPREAD, motifs * k), 1.0) for name in names}
    rates["outside"] = np.full(INPUTS, INPUT_RATE)
    if topology == LUMPY:
        rates = {name: np.full(own.size, _IDLE) for name, own in rates.items()}
        rates[names[0]][: _LUMPS * k] = _BUSY
    return Generated(f"{topology}, k = {k}", graph, rates)


def float_form(graph: IntGraph, seed: int = 0) -> FloatGraph:
    """A float graph with the wiring of `graph`, from which the whole chain can start.

    Weights are normal with standard deviation 0.1, thresholds lie evenly in 0.8 .. 1.2 and membrane time constants in
    10 .. 30 steps, one of each per neuron, so that every pass has work to do.
    """
    rng = np.random.default_rng((seed, graph.steps))
    populations = tuple(
        FloatPopulation(
            own.name,
            own.motif_size,
            tau_s=np.full(own.neurons, 8.0),
            tau_m=rng.uniform(10, 30, own.neurons),
            threshold=rng.uniform(0.8, 1.2, own.neurons),
            bias=np.zeros(own.neurons),
        )
        for own in graph.populations
    )
    projections = tuple(
        FloatProjection(
            own.name,
            own.source,
            own.target,
            with_weights(own.synapses, rng.normal(0, 0.1, own.synapses.weights.shape)),
            own.delay,
        )
        for own in graph.projections
    )
    return FloatGraph(graph.inputs, populations, projections, graph.readout, graph.steps, graph.origin)


def topologies() -> tuple[str, ...]:
    """Names of the topologies that can be generated."""
    return tuple(_LINKS)


def _grid(motifs: int, rng: np.random.Generator) -> Array:
    """Sources [motif, link] on a sheet as square as its number of motifs allows, closed to a torus."""
    width = int(np.sqrt(motifs))
    near = np.array([(y, x) for y in range(-2, 3) for x in range(-2, 3) if (y, x) != (0, 0)])
    chosen = near[rng.permuted(np.tile(np.arange(len(near)), (motifs, 1)), axis=1)[:, :LINKS]]
    y, x = np.divmod(np.arange(motifs)[:, None], width)
    return ((y + chosen[..., 0]) * width + (x + chosen[..., 1]) % width) % motifs


def _ring(motifs: int, rng: np.random.Generator) -> Array:
    return (np.arange(motifs)[:, None] + np.array([-3, -2, -1, 1, 2, 3])) % motifs


def _small_world(motifs: int, rng: np.random.Generator) -> Array:
    sources = _ring(motifs, rng)
    return np.where(rng.random(sources.shape) < REWIRED, _random(motifs, rng), sources)


def _modular(motifs: int, rng: np.random.Generator) -> Array:
    size = min(MODULE, motifs // 2)
    start = np.minimum(np.arange(motifs) // size * size, motifs - size)[:, None]
    sources = start + rng.integers(0, size, (motifs, LINKS))
    sources = np.where(rng.random(sources.shape) < REWIRED, _random(motifs, rng), sources)
    place = rng.permutation(motifs)
    shuffled = np.empty_like(sources)
    shuffled[place] = place[sources]
    return shuffled


def _random(motifs: int, rng: np.random.Generator) -> Array:
    """A link to the motif itself, which would only repeat its inside, goes to the next motif instead."""
    drawn = rng.integers(0, motifs, (motifs, LINKS))
    return np.where(drawn == np.arange(motifs)[:, None], (drawn + 1) % motifs, drawn)


def _below(motifs: int) -> Array:
    width = int(np.sqrt(motifs))
    return (np.arange(motifs)[:, None] + np.array([0, 1, width, width + 1])) % motifs


_LINKS: dict[str, Callable[[int, np.random.Generator], Array]] = {
    "grid": _grid,
    "small-world": _small_world,
    "ring": _ring,
    "modular": _modular,
    "random": _random,
    "two layers": _grid,
    "dense input": _grid,
    LUMPY: _random,
}


def _pairs(sources: Array, motifs: int, k: int, rng: np.random.Generator) -> Sparse:
    """0.25 k^2 random pairs of neurons for every link; what is drawn twice is one synapse."""
    pairs = max(1, round(PAIRS * k * k))
    shape = (*sources.shape, pairs)
    post = np.arange(motifs)[:, None, None] * k + rng.integers(0, k, shape)
    pre = sources[..., None] * k + rng.integers(0, k, shape)
    return sparse(post.ravel(), pre.ravel(), (motifs * k, motifs * k))


def _window(neurons: int, rng: np.random.Generator) -> Sparse:
    first = np.arange(neurons) * INPUTS // neurons
    pre = (first[:, None] + np.arange(FAN_IN)) % INPUTS
    return sparse(np.repeat(np.arange(neurons), FAN_IN), pre.ravel(), (neurons, INPUTS))


def _everything(neurons: int) -> Sparse:
    indptr = np.arange(neurons + 1, dtype=np.int64) * INPUTS
    return Sparse(np.full(neurons * INPUTS, 2, np.int32), np.tile(np.arange(INPUTS), neurons), indptr, INPUTS)


def sparse(post: Array, pre: Array, shape: tuple[int, int]) -> Sparse:
    """A synapse of weight 2 from every neuron of `pre` to that of `post`, one where a pair is named more than once."""
    matrix = csr_array((np.ones(post.size, np.int8), (post, pre)), shape=shape)
    matrix.sum_duplicates()
    return Sparse(np.full(matrix.nnz, 2, np.int32), matrix.indices, matrix.indptr.astype(np.int64), shape[1])


def _population(name: str, motifs: int, k: int) -> IntPopulation:
    same = np.ones(motifs * k, dtype=np.int32)
    return IntPopulation(name, k, 500 * same, 200 * same, 400 * same, 0 * same)
