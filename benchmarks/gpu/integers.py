"""The integer backend of torch on a device: spikes and registers of the oracle, and seconds."""

from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from benchmarks.gpu.measuring import seconds_of
from motifc.bench.motif_program import motif_program, random_spikes
from targets.backends.torch.machine import TorchMachine, fused_program
from targets.conformance.random_program import Extent, case
from targets.contracts.chip import chip_named
from targets.contracts.cuda_graphs import recorded
from targets.program.program import Program
from targets.runtime.backend import load
from targets.runtime.machine import record
from targets.runtime.recording import Recording

DENSITY = 0.05
_SYNAPSES, _OF_SYNAPSE, _OF_CELL = 32, 13, 17
"""Of a neuron of `motif_program`; bytes read of each (other, delay, weight, spike); u, v read and written, a spike."""


def equal_on_random_programs(device: torch.device, programs: int, steps: int, together: bool) -> dict[str, Any]:
    """Small random programs on the fused path, all steps in one launch or as few as delays allow: those that differ."""
    differing, spikes = 0, 0
    for seed in range(programs):
        rng = np.random.default_rng(seed)
        chip, drawn = chip_named("loihi2"), rng.integers
        program, inputs = case(lambda low, high: int(drawn(low, high + 1)), rng, chip, Extent())  # noqa: B023
        inputs = {name: raster.until(steps) for name, raster in inputs.items()}
        expected = load(program).raw(inputs)
        found = record(_fused(program, device, together), inputs, bins=1 << 20)
        differing += _differ(expected, found)
        spikes += sum(int(raster.counts().sum()) for raster in expected.spikes.values())
    return {"programs": programs, "spikes": spikes, "differing": differing}


def equal_on_motifs(device: torch.device, neurons: int, samples: int, steps: int, together: bool) -> dict[str, Any]:
    """A program of motifs on the fused path, as above."""
    program = motif_program(neurons)
    inputs = {"spikes": random_spikes(program, samples, steps, DENSITY)}
    expected = load(program).raw(inputs)
    found = record(_fused(program, device, together), inputs, bins=1 << 30)
    spikes = sum(int(raster.counts().sum()) for raster in expected.spikes.values())
    return {"programs": 1, "spikes": spikes, "differing": int(_differ(expected, found))}


def simulation(device: torch.device, neurons: int, samples: int, steps: int, by: str) -> dict[str, Any]:
    """Seconds of all steps: by "kernels", by "eager" operations of torch, or by a "graph" of them.

    `updates` counts neurons x samples x steps in a second. `bytes` is what an update reads and writes, were nothing of
    it in a cache.
    """
    program = motif_program(neurons)
    machine = _fused(program, device, None) if by == "kernels" else TorchMachine.by_steps(program, device)
    drawn = random_spikes(program, samples, steps, DENSITY)
    dense = torch.from_numpy(np.unpackbits(drawn.packed, axis=2, count=drawn.neurons)).to(device)
    state = machine.start(samples)

    def once() -> list[Tensor]:
        with torch.no_grad():
            return list(machine.simulate(state, {"spikes": dense})[1].values())

    told = seconds_of(recorded(once) if by == "graph" else once, device)
    updates = neurons * samples * steps / told["seconds"]
    return {**told, "updates": updates, "bytes": _SYNAPSES * _OF_SYNAPSE + _OF_CELL}


def bandwidth(device: torch.device, megabytes: int) -> dict[str, Any]:
    """Bytes per second that a copy reads and writes."""
    source = torch.zeros(megabytes << 18, dtype=torch.float32, device=device)

    def copy() -> list[Tensor]:
        return [source.clone()]

    told = seconds_of(copy, device)
    return {**told, "bandwidth": 2 * source.nbytes / told["seconds"]}


def _fused(program: Program, device: torch.device, together: bool | None) -> TorchMachine:
    """On the fused path: all steps `together` in a launch, or not, or as it chooses by size."""
    fused = fused_program(program, device)
    if together is not None:
        fused = replace(fused, alone=program.neurons if together else 0)
    return replace(TorchMachine.by_steps(program, device), fused=fused)


def _differ(one: Recording, other: Recording) -> bool:
    """Whether a spike, u or v differs."""
    return any(
        not np.array_equal(raster.packed, other.spikes[name].packed)
        or not np.array_equal(one.u[name], other.u[name])
        or not np.array_equal(one.v[name], other.v[name])
        for name, raster in one.spikes.items()
    )
