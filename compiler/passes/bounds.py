"""bounds: can a, u or v of a neuron leave its register, whatever spikes come in?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from compiler.ir.graph import IntGraph
from targets.contracts.arithmetic import Arithmetic
from targets.contracts.arrays import Array, Ints, readonly
from targets.contracts.synapses import BlockDiagonal, Dense
from targets.program.program import IntPopulation, IntProjection, Proof

ENDLESS = 1 << 62
"""What a voltage without leak may reach."""
_FAR = 1 << 48
"""Further beyond every register nothing is counted, so that no product leaves int64."""
_AT_ONCE = 1 << 17  # synapses of each projection: what is made of so many stays near the processor


@dataclass(frozen=True, eq=False)
class Bounds:
    """What a, u and v of a population can reach for any input: int64 [neuron] each, both ends included.

    They are those of registers without end; v is the voltage before it is clipped, compared with the threshold and
    reset. `wraps`, int32, are the neurons of which a or u may leave its register and come back with the other sign;
    `saturates` those of which v may be clipped, which is mostly harmless. No other neuron ever does.
    """

    population: str
    a_low: Array
    a_high: Array
    u_low: Array
    u_high: Array
    v_low: Array
    v_high: Array
    wraps: Ints
    saturates: Ints

    def __post_init__(self) -> None:
        for key in ("a_low", "a_high", "u_low", "u_high", "v_low", "v_high"):
            object.__setattr__(self, key, readonly(getattr(self, key), np.int64, f"{key} of {self.population!r}"))

    @property
    def proof(self) -> Proof:
        """The summary that a program carries."""
        return Proof(
            self.population,
            (int(self.a_low.min()), int(self.a_high.max())),
            (int(self.u_low.min()), int(self.u_high.max())),
            (int(self.v_low.min()), int(self.v_high.max())),
            self.wraps,
            self.saturates,
        )


def bounds(graph: IntGraph, arithmetic: Arithmetic) -> tuple[Bounds, ...]:
    """Bounds of every population, in its order, under Lava's semantics and the register widths of a chip.

    With the widths of Lava (24 bits of state, 12 of decay, 6 of alignment):

    ```
    a: the positive weights of a row, and the negative ones; synapses of one source neuron with one delay count as one
    u: what u = floor(u * (4095 - du) / 4096) + (a << 6) grows to: floor(((a << 6) - 1) * 4096 / (du + 1)) + 1
    v: likewise with (4096 - dv) and u + bias; upwards no further than one step beyond the threshold, where v is reset
    ```
    Each source neuron may spike or not in every step, inputs and populations alike: nothing is assumed of rates or
    of which neurons spike together, so that no input can exceed a bound. For a and u the bounds are exact wherever
    the sources are free to do so.
    """
    return tuple(_of(population, graph.into(population.name), arithmetic) for population in graph.populations)


def _of(population: IntPopulation, projections: tuple[IntProjection, ...], arithmetic: Arithmetic) -> Bounds:
    one, align, most = arithmetic.decay_one, arithmetic.align_bits, arithmetic.state_limit
    low, high = _input(population.neurons, projections)
    du, dv, bias, vth = (getattr(population, key).astype(np.int64) for key in ("du", "dv", "bias", "vth"))
    u_low, u_high = -_limit(-low << align, du + 1, one), _limit(high << align, du + 1, one)
    drive_low, drive_high = u_low + bias, u_high + bias
    v_low = np.where(drive_low < 0, -_limit(-drive_low, dv, one), drive_low)
    unreset = np.where(drive_high > 0, _limit(drive_high, dv, one), drive_high)
    threshold = vth << align
    kept = (threshold * (one - dv)) >> arithmetic.decay_bits
    v_high = np.where(unreset > threshold, np.minimum(unreset, kept + drive_high), unreset)
    widest = 1 << (31 - align)  # a is shifted up within 32 bits
    wraps = (low < -widest) | (high >= widest) | (u_low <= -most) | (u_high > most)
    saturates = (v_low <= -most) | (v_high >= most)
    risks = (np.flatnonzero(risk).astype(np.int32) for risk in (wraps, saturates))
    return Bounds(population.name, low, high, u_low, u_high, v_low, v_high, *risks)


def _input(neurons: int, projections: tuple[IntProjection, ...]) -> tuple[Array, Array]:
    """Least and largest a: int64 [neuron]."""
    low, high = np.zeros(neurons, np.int64), np.zeros(neurons, np.int64)
    together: dict[tuple[str, int, str], list[IntProjection]] = {}
    for projection in projections:
        # A negative exponent that drops bits shifts the sum of its projection as a whole, so it joins no others.
        alone = "" if _exact(projection) else projection.name
        together.setdefault((projection.source, projection.delay, alone), []).append(projection)
    for parallel in together.values():
        least, most = _sums(parallel)
        shift = 0 if _exact(parallel[0]) else -parallel[0].exponent
        low, high = low + (least >> shift), high + (most >> shift)
    return low, high


def _exact(projection: IntProjection) -> bool:
    """Whether its exponent drops no bit of any weight, and so of no sum."""
    return projection.exponent >= 0 or not (projection.synapses.weights & ((1 << -projection.exponent) - 1)).any()


def _shifted(projection: IntProjection, weights: Array) -> Array:
    """Weights in units of the input sum, int64; those of an exponent that drops bits as they are."""
    wide, exponent = weights.astype(np.int64), projection.exponent
    if exponent >= 0:
        return wide << exponent
    return wide >> -exponent if _exact(projection) else wide


def _sums(parallel: list[IntProjection]) -> tuple[Array, Array]:
    """Sums of the negative and of the positive weights of each row, where parallel synapses count as their sum.

    int64 [neuron], before the shift of a negative exponent that drops bits.
    """
    first = parallel[0].synapses
    if len(parallel) == 1 and isinstance(first, Dense | BlockDiagonal):
        ends = (clip(first.weights, 0).sum(axis=-1, dtype=np.int64) for clip in (np.minimum, np.maximum))
        least, most = (_shifted(parallel[0], end.ravel()) for end in ends)
        return least, most
    neurons, width = first.shape
    least, most = np.zeros(neurons, np.int64), np.zeros(neurons, np.int64)
    for at, weight in _row_by_row(parallel, width):
        cells = np.flatnonzero(np.diff(at, prepend=-1))
        summed, row = np.add.reduceat(weight, cells), at[cells] // width
        starts = np.flatnonzero(np.diff(row, prepend=-1))
        least[row[starts]] = np.add.reduceat(np.minimum(summed, 0), starts)
        most[row[starts]] = np.add.reduceat(np.maximum(summed, 0), starts)
    return least, most


def _row_by_row(parallel: list[IntProjection], width: int) -> Iterator[tuple[Array, Array]]:
    """(post * width + pre, weight) of all synapses, ascending, int64, in pieces of whole rows of all projections.

    Weights as `_shifted` gives them. A large network is never held as a whole.
    """
    streams = [_pieces(projection) for projection in parallel]
    held = [next(stream, None) for stream in streams]
    while ready := [piece for piece in held if piece is not None]:
        last = min(int(post[-1]) for post, _, _ in ready)  # all pieces hold whole rows
        keys, weights = [], []
        for number, piece in enumerate(held):
            if piece is None:
                continue
            post, pre, weight = piece
            cut = int(np.searchsorted(post, last, side="right"))
            keys.append(post[:cut] * width + pre[:cut])
            weights.append(weight[:cut])
            rest = post[cut:], pre[cut:], weight[cut:]
            held[number] = rest if cut < post.size else next(streams[number], None)
        at, weight = (np.concatenate(each) for each in (keys, weights))
        order = np.argsort(at, kind="stable") if len(keys) > 1 else slice(None)
        yield at[order], weight[order]


def _pieces(projection: IntProjection) -> Iterator[tuple[Array, Array, Array]]:
    """(post, pre, weight) of a projection, int64, in pieces of whole rows, none without synapses."""
    for post, pre, weight in projection.synapses.pieces(_AT_ONCE):
        if post.size:
            yield post.astype(np.int64), pre, _shifted(projection, weight)


def _limit(drive: Array, loss: Array, one: int) -> Array:
    """What x = floor(x * (one - loss) / one) + drive, from 0 on, grows to; drive >= 0, loss in 0..one.

    The least x with ceil(x * loss / one) = drive. Without loss a drive above 0 has no limit.
    """
    counted = np.minimum(drive, _FAR)
    steady = (counted - 1) * one // np.maximum(loss, 1) + 1
    return np.where(drive <= 0, 0, np.where(loss == 0, ENDLESS, steady))
