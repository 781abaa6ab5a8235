"""Fused: all steps of a program in one launch on a GPU, or as few as a large one allows, as a CUDA graph; in Triton."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from typing import Any

import numpy as np
import torch
import triton
import triton.language as tl

from targets.contracts.arrays import Array
from targets.contracts.cuda_graphs import Graphs
from targets.program.program import IntProjection, Program

ALONE = 1 << 14
"""Neurons up to which one block of threads runs a sample from its first step to its last and waits for no other.

Above, many blocks share a sample, and a launch is as many steps as the shortest delay between neurons: none of them
waits for another. All launches of a run are one CUDA graph.
"""
_BLOCK = 1 << 10


@triton.jit(do_not_specialize=["begin", "count"])  # type: ignore[untyped-decorator]
def _steps(  # type: ignore[no-untyped-def]
    trains, u, v, keep_u, keep_v, bias, threshold, rows, other, delay, weight, floor, shift,
    begin, count, neurons, senders, depth, length, groups, blocks, LIMIT: tl.constexpr, BLOCK: tl.constexpr,
):  # fmt: skip
    """`targets.runtime.neuron.step` for `count` steps of a sample from `begin` on, of `blocks` blocks of neurons."""
    sample = tl.program_id(0).to(tl.int64)
    own = trains + sample * length * senders
    for t in range(begin, begin + count):
        for block in range(0, blocks):
            n = (tl.program_id(1) * blocks + block) * BLOCK + tl.arange(0, BLOCK)
            there = n < neurons
            a = tl.zeros([BLOCK], tl.int32)
            for group in range(0, groups):
                row = rows + group * (neurons + 1) + n
                k = tl.load(row, mask=there, other=0)
                end = tl.load(row + 1, mask=there, other=0)
                longest = tl.max(end - k, axis=0)
                summed = tl.zeros([BLOCK], tl.int64)
                for _ in range(0, longest):
                    left = k < end
                    source = tl.load(other + k, mask=left, other=0).to(tl.int64)
                    late = tl.load(delay + k, mask=left, other=0).to(tl.int64)
                    spike = tl.load(own + (depth + t - late) * senders + source, mask=left, other=0)
                    w = tl.load(weight + k, mask=left, other=0).to(tl.int64)
                    summed += tl.where(spike != 0, w, 0)
                    k += 1
                a += ((summed >> tl.load(floor + group)) << tl.load(shift + group)).to(tl.int32)
            at = sample * neurons + n
            kept_u = tl.load(u + at, mask=there, other=0).to(tl.float64) * tl.load(keep_u + n, mask=there, other=0.0)
            kept_v = tl.load(v + at, mask=there, other=0).to(tl.float64) * tl.load(keep_v + n, mask=there, other=0.0)
            x = kept_u.to(tl.int32) + a
            x = tl.where(x > LIMIT, x - 2 * LIMIT, tl.where(x <= -LIMIT, x + 2 * LIMIT, x))
            y = kept_v.to(tl.int32) + x + tl.load(bias + n, mask=there, other=0)
            y = tl.minimum(tl.maximum(y, 1 - LIMIT), LIMIT - 1)
            spikes = y > tl.load(threshold + n, mask=there, other=0)
            tl.store(u + at, x, mask=there)
            tl.store(v + at, tl.where(spikes, 0, y), mask=there)
            tl.store(own + (depth + t) * senders + senders - neurons + n, spikes.to(tl.int8), mask=there)
        tl.debug_barrier()


@dataclass(frozen=True, eq=False)
class Fused:
    """A program on a device as rows of synapses by target.

    cells      keep_u, keep_v float64, bias, threshold int32 [neuron] of all populations in a row
    rows       int64 [group, neuron + 1]: where the synapses of a neuron begin and end
    synapses   other, delay, weight: int32 [synapse]; `other` counts inputs, then neurons
    moves      floor, shift: int64 [group], bits by which a whole sum is lowered, then raised
    columns    input or population -> its neurons among all senders
    depths     steps of past spikes that a run takes from the one before, by sender
    shortest   the shortest delay between neurons; 0 where no neuron hears another
    """

    cells: tuple[torch.Tensor, ...]
    rows: torch.Tensor
    synapses: tuple[torch.Tensor, ...]
    moves: tuple[torch.Tensor, ...]
    columns: Mapping[str, slice]
    depths: Mapping[str, int]
    populations: tuple[str, ...]
    limit: int
    shortest: int
    alone: int = ALONE
    graphs: Graphs = field(default_factory=Graphs)

    @classmethod
    def of(cls, program: Program, cells: tuple[torch.Tensor, ...], device: torch.device) -> Fused:
        """The program's synapses on `device`; `cells` lie there already.

        Projections without a negative exponent are one group, as their sums may be added before they wrap; of each
        other one the whole sum is lowered.
        """
        sizes = {source.name: source.neurons for source in program.inputs}
        sizes |= {population.name: population.neurons for population in program.populations}
        ends = pairwise(accumulate(sizes.values(), initial=0))
        columns = {name: slice(*held) for name, held in zip(sizes, ends, strict=True)}
        outside, inputs = sum(source.neurons for source in program.inputs), {each.name for each in program.inputs}
        plain = [each for each in program.projections if each.exponent >= 0]
        groups = [plain, *([each] for each in program.projections if each.exponent < 0)]
        starts, parts, begin = [], [], 0
        for group in groups:
            post, *rest = _synapses(group, columns, outside)
            counts = np.bincount(post, minlength=program.neurons)
            starts.append(np.concatenate([[0], counts.cumsum()]) + begin)
            order = np.argsort(post, kind="stable")
            parts.append([each[order] for each in rest])
            begin += post.size
        lowered = [0, *(-group[0].exponent for group in groups[1:])]
        align = program.chip.arithmetic.align_bits

        def there(values: Any, kind: type[np.integer[Any]]) -> torch.Tensor:
            return torch.tensor(np.asarray(values).astype(kind), device=device)

        return cls(
            cells=cells,
            rows=there(np.stack(starts), np.int64),
            synapses=tuple(there(np.concatenate(each), np.int32) for each in zip(*parts, strict=True)),
            moves=(there(lowered, np.int64), there([align] * len(groups), np.int64)),
            columns=columns,
            depths=program.depths,
            populations=tuple(population.name for population in program.populations),
            limit=program.chip.arithmetic.state_limit,
            shortest=min((each.delay for each in program.projections if each.source not in inputs), default=0),
        )

    def simulate(
        self,
        state: tuple[Mapping[str, torch.Tensor], Mapping[str, torch.Tensor], Mapping[str, torch.Tensor]],
        given: Mapping[str, torch.Tensor],
    ) -> tuple[tuple[dict[str, torch.Tensor], ...], dict[str, torch.Tensor]]:
        """(u, v, past) after all steps of `given`, uint8 [sample, time, neuron], and bool spikes of all populations.

        u, v int32 [sample, neuron] by population; past float32 [delay, sample, neuron] by sender.
        """
        samples, steps, _ = next(iter(given.values())).shape
        depth, senders = max(self.depths.values(), default=0), max(held.stop for held in self.columns.values())
        neurons, device = self.cells[0].numel(), self.rows.device
        trains = torch.zeros(samples, depth + steps, senders, dtype=torch.int8, device=device)
        for name, held in self.columns.items():
            trains[:, depth - self.depths[name] : depth, held] = state[2][name].transpose(0, 1).to(torch.int8)
            if name in given:
                trains[:, depth:, held] = given[name].to(torch.int8)
        u, v = (torch.cat([part[name] for name in self.populations], dim=1).contiguous() for part in state[:2])
        with torch.cuda.device_of(trains):  # type: ignore[no-untyped-call]
            trains, u, v = self._launched(depth, steps, (trains, u, v))
        outside = senders - neurons
        own = {name: slice(held.start - outside, held.stop - outside) for name, held in self.columns.items()}
        ends = tuple({name: part[:, own[name]].contiguous() for name in self.populations} for part in (u, v))
        past = {
            name: trains[:, depth + steps - self.depths[name] :, held].transpose(0, 1).to(torch.float32)
            for name, held in self.columns.items()
        }
        return (*ends, past), {name: trains[:, depth:, self.columns[name]].to(torch.bool) for name in self.populations}

    def _launched(self, depth: int, steps: int, given: tuple[torch.Tensor, ...]) -> tuple[torch.Tensor, ...]:
        """Spikes of all senders int8 [sample, depth + step, sender], u and v [sample, neuron], after all steps."""
        neurons, senders = self.cells[0].numel(), given[0].shape[2]
        whole, blocks = self.shortest > 0 and neurons <= self.alone, -(-neurons // _BLOCK)
        most = steps if whole or not self.shortest else self.shortest

        def launch(*held: torch.Tensor) -> tuple[torch.Tensor, ...]:
            for begin in range(0, steps, max(most, 1)):
                _steps[(len(held[0]), 1 if whole else blocks)](
                    *(*held, *self.cells, self.rows, *self.synapses, *self.moves, begin, min(most, steps - begin)),
                    *(neurons, senders, depth, depth + steps, len(self.rows), blocks if whole else 1),
                    LIMIT=self.limit,
                    BLOCK=_BLOCK,
                )
            return held

        if most >= steps:
            return launch(*given)
        return self.graphs.run((depth, steps, self.alone), launch, given)


def _synapses(group: list[IntProjection], columns: Mapping[str, slice], outside: int) -> tuple[Array, ...]:
    """(post, sender, delay, weight) of all synapses; weights are raised by their exponents, and wrap as sums do."""
    found = []
    for each in group:
        post, pre, weight = each.synapses.coordinates()
        raised = (weight.astype(np.int64) << max(0, each.exponent)).astype(np.int32)
        delay = np.full(post.size, each.delay)
        found.append((post + columns[each.target].start - outside, pre + columns[each.source].start, delay, raised))
    none = (np.empty(0, np.int64),) * 4
    return tuple(np.concatenate(parts) for parts in zip(none, *found, strict=True))
