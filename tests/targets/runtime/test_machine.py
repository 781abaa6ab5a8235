"""Pieces of time and samples: in order, complete, and small."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pytest

from targets.contracts.arrays import Array, Ints
from targets.contracts.chip import chip_named
from targets.contracts.ports import Input
from targets.contracts.raster import SpikeRaster
from targets.program.program import IntPopulation, Program
from targets.runtime.machine import StepMachine, record

State = tuple[Array, Array, int]
ONES = np.ones(3, dtype=np.int32)
PROGRAM = Program(
    chip_named("loihi2"), (Input("x", 3),), (IntPopulation("p", 1, ONES, ONES, ONES, ONES),), (), (), (), None, 1
)


@dataclass(frozen=True)
class Echo(StepMachine[State]):
    """Population "p" spikes where input "x" did in the step before; u counts steps, v is the running spike count."""

    program: Program = PROGRAM
    sizes: list[int] = field(default_factory=list)

    def start(self, samples: int) -> State:
        return np.zeros((samples, 1, 3), np.uint8), np.zeros((samples, 3), np.int32), 0

    def advance(self, state: State, spikes: Mapping[str, Array]) -> tuple[State, Mapping[str, Array]]:
        last, counts, steps = state
        x = spikes["x"]
        self.sizes.append(x.size + x.size)
        emitted = np.concatenate([last, x[:, :-1]], axis=1)
        return (x[:, -1:], counts + x.sum(axis=1, dtype=np.int32), steps + x.shape[1]), {"p": emitted}

    def registers(self, state: State) -> tuple[Mapping[str, Ints], Mapping[str, Ints]]:
        _, counts, steps = state
        return {"p": np.full_like(counts, steps)}, {"p": counts}


@pytest.mark.parametrize("bins", [1, 6, 7, 60, 1000, 1 << 24])
def test_pieces_join_without_a_seam(bins: int) -> None:
    dense = np.random.default_rng(bins).random((5, 17, 3)) < 0.5
    spikes = SpikeRaster.pack(dense, lengths=[1, 2, 3, 4, 17], labels=[4, 3, 2, 1, 0])
    echo = Echo()
    recording = record(echo, {"x": spikes}, bins=bins)
    output = recording.spikes["p"]
    assert np.array_equal(output.dense()[:, 1:], dense[:, :-1])
    assert not output.dense()[:, 0].any()
    assert np.array_equal(recording.u["p"], np.full((5, 3), 17))
    assert np.array_equal(recording.v["p"], dense.sum(axis=1))
    assert output.lengths.tolist() == [1, 2, 3, 4, 17]
    assert output.labels is not None
    assert output.labels.tolist() == [4, 3, 2, 1, 0]
    assert max(echo.sizes) <= max(bins, 6)  # 6 bins are one sample and step
    assert sum(echo.sizes) == 2 * dense.size
