"""numbers: the weights and parameters of a call as the kernels read them, and the way back from their gradients.

All tensors of a call stand in a row: the weights of its wires, then, of every population, the parameters `PARAMETERS`.
"""

import numpy as np

from search.training.kernels.events import COLUMNS
from search.training.kernels.layout import Cells, Numbers, Rule, Slopes
from search.training.kernels.plan import Inner, Outside, Plan, Whole
from search.training.kernels.products import TILE
from search.training.kernels.rows import rows
from targets.contracts.arrays import Array
from targets.contracts.jit import compiled

PARAMETERS = ("tau_s", "tau_m", "resistance", "threshold", "bias")
"""Of every population, in the order in which they are handed over and in which their gradients come back."""
_EACH = len(PARAMETERS)


def numbers_of(plan: Plan, given: Array, rule: Rule) -> Numbers:
    """What the kernels compute with, of all tensors in a row."""
    links, whole, outside = plan.links, plan.whole, plan.outside
    cells, weight, away, forth, back, table = _filled(given, plan.members, plan.copies, links, whole, outside)
    return Numbers(
        Cells(*cells),
        links.incoming._replace(weight=weight),
        links.outgoing._replace(weight=away),
        whole.matrices._replace(weight=forth),
        whole.leaving._replace(weight=back),
        outside.ports._replace(weight=table),
        rule,
        plan.longest,
    )


@compiled(nogil=True)
def _gains(given: Array, members: Array) -> Array:
    """R / (tau_m tau_s) of every neuron of one copy."""
    neurons = 0
    for p in range(len(members)):
        neurons += members[p, 1]
    gain = np.empty(neurons, given.dtype)
    for p in range(len(members)):
        first, count = members[p, 0], members[p, 1]
        for i in range(count):
            k = len(given) - _EACH * (neurons - first) + i
            gain[first + i] = given[k + 2 * count] / (given[k + count] * given[k])
    return gain


@compiled(nogil=True)
def _filled(
    given: Array, members: Array, copies: int, links: Inner, whole: Whole, outside: Outside
) -> tuple[Array, Array, Array, Array, Array, Array]:
    """Parameters of all copies, [keep_u, keep_v, bias, threshold; neuron], and all weights times the gain."""
    gain = _gains(given, members)
    neurons, one = len(gain), given.dtype.type(1)
    cells = np.empty((4, copies * neurons), given.dtype)
    for p in range(len(members)):
        first, count = members[p, 0], members[p, 1]
        for i in range(count):
            k = len(given) - _EACH * (neurons - first) + i
            for neuron in range(first + i, copies * neurons, neurons):
                cells[0, neuron], cells[1, neuron] = one - one / given[k], one - one / given[k + count]
                cells[2, neuron], cells[3, neuron] = given[k + 4 * count], given[k + 3 * count]
    weight, away = np.empty(len(links.value), given.dtype), np.empty(len(links.value), given.dtype)
    for k in range(len(weight)):
        weight[k] = given[links.value[k]] * gain[links.post[k]]
    for k in range(len(away)):
        away[k] = weight[links.out_link[k]]
    forth, back = np.zeros(whole.tiled[0], given.dtype), np.zeros(whole.tiled[1], given.dtype)
    for w in range(len(whole.stored)):
        start, posts, pres, first = whole.stored[w, 0], whole.stored[w, 1], whole.stored[w, 2], whole.stored[w, 3]
        place, out_place = whole.stored[w, 4], whole.stored[w, 5]
        for i in range(posts):
            for j in range(pres):
                value = given[start + i * pres + j] * gain[first + i]
                forth[place + i // TILE * TILE * pres + j * TILE + i % TILE] = value
                back[out_place + j // TILE * TILE * posts + i * TILE + j % TILE] = value
    channels = outside.ports.channels
    table = rows(len(outside.ports.delay) // COLUMNS * channels, COLUMNS, given)
    for w in range(len(outside.stored)):
        start, posts, first, row = (
            outside.stored[w, 0],
            outside.stored[w, 1],
            outside.stored[w, 3],
            outside.stored[w, 4],
        )
        for piece in range(0, posts, COLUMNS):
            base = (row + piece) // COLUMNS * channels
            for channel in range(channels):
                for i in range(piece, min(piece + COLUMNS, posts)):
                    table[base + channel, i - piece] = given[start + i * channels + channel] * gain[first + i]
    return cells, weight, away, forth, back, table


@compiled(nogil=True)
def collected(given: Array, members: Array, links: Inner, whole: Whole, outside: Outside, slopes: Slopes) -> Array:
    """The gradients of all tensors in a row, of what was added up."""
    gain, of = _gains(given, members), np.zeros_like(given)
    neurons, of_gain = len(gain), np.zeros_like(gain)
    for k in range(len(slopes.links)):
        slope, post = _sum(slopes.links, k), links.post[k]
        of[links.value[k]] += slope * gain[post]
        of_gain[post] += slope * given[links.value[k]]
    for w in range(len(whole.stored) if len(slopes.matrices) else 0):
        start, posts, pres, first = whole.stored[w, 0], whole.stored[w, 1], whole.stored[w, 2], whole.stored[w, 3]
        for i in range(posts):
            k = whole.stored[w, 4] + i // TILE * TILE * pres + i % TILE
            for j in range(pres):
                slope, place = slopes.matrices[k + j * TILE], start + i * pres + j
                of[place] = slope * gain[first + i]
                of_gain[first + i] += slope * given[place]
    for w in range(len(outside.stored) if len(slopes.ports) else 0):
        start, posts, channels = outside.stored[w, 0], outside.stored[w, 1], outside.stored[w, 2]
        first, row = outside.stored[w, 3], outside.stored[w, 4]
        for piece in range(0, posts, COLUMNS):
            base = (row + piece) // COLUMNS * channels
            for channel in range(channels):
                for i in range(piece, min(piece + COLUMNS, posts)):
                    slope, place = slopes.ports[base + channel, i - piece], start + i * channels + channel
                    of[place] = slope * gain[first + i]
                    of_gain[first + i] += slope * given[place]
    for p in range(len(members)):
        first, count = members[p, 0], members[p, 1]
        for i in range(count):
            k, neuron = len(given) - _EACH * (neurons - first) + i, first + i
            tau_s, tau_m, through = given[k], given[k + count], of_gain[neuron] * gain[neuron]
            of[k] = _over_copies(slopes.keep_u, neuron, neurons) / (tau_s * tau_s) - through / tau_s
            of[k + count] = _over_copies(slopes.keep_v, neuron, neurons) / (tau_m * tau_m) - through / tau_m
            of[k + 2 * count] = of_gain[neuron] / (tau_m * tau_s)
            of[k + 3 * count] = _over_copies(slopes.threshold, neuron, neurons)
            of[k + 4 * count] = _over_copies(slopes.bias, neuron, neurons)
    return of


@compiled(nogil=True)
def _sum(of: Array, row: int) -> float:
    """The sum of a row."""
    found = of[row, 0]
    for column in range(1, of.shape[1]):
        found += of[row, column]
    return found


@compiled(nogil=True)
def _over_copies(of: Array, neuron: int, neurons: int) -> float:
    """The sum of the rows of a neuron in all copies; 0 where there are none."""
    found = of.dtype.type(0)
    for row in range(neuron, len(of), neurons):
        found += _sum(of, row)
    return found
