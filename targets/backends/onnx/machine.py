"""OnnxMachine: a program loaded into onnxruntime."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np

from targets.backends.onnx.model import Shapes, dtype_of, model, states_of
from targets.contracts.arrays import Array, Ints
from targets.program.program import Program
from targets.runtime.machine import StepMachine

with suppress(ImportError):  # `requirement` then tells what to install
    import onnxruntime

PACKAGES = ("onnx", "onnxruntime")


def requirement() -> str | None:
    """None where onnx and onnxruntime can be imported, else the sentence that tells how to install them."""
    try:
        import onnx  # noqa: F401
        import onnxruntime  # noqa: F401
    except ImportError as error:
        return f'the onnx backend needs onnx and onnxruntime ({error}); install them with: pip install "motifc[onnx]"'
    return None


def load(program: Program, device: str = "auto") -> OnnxMachine:
    """The program in an onnxruntime session on one thread of the CPU; `device` is ignored."""
    return OnnxMachine.of(program)


@dataclass(frozen=True, eq=False)
class OnnxMachine(StepMachine[Mapping[str, Array]]):
    """A program loaded into onnxruntime; spikes, u and v are those of targets/backends/numpy.py, bit for bit.

    Its state is the graph's own, by name.
    """

    program: Program
    session: Any
    states: Shapes
    populations: tuple[str, ...]

    @classmethod
    def of(cls, program: Program) -> OnnxMachine:
        """The program in a session of its own."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        session = onnxruntime.InferenceSession(
            model(program).SerializeToString(), options, providers=["CPUExecutionProvider"]
        )
        return cls(program, session, states_of(program), tuple(p.name for p in program.populations))

    def start(self, samples: int) -> dict[str, Array]:
        """Zero u and v, and no spike on its way."""
        return {
            name: np.zeros([samples if size == "batch" else size for size in shape], dtype_of(name))
            for name, shape in self.states.items()
        }

    def advance(
        self, state: Mapping[str, Array], spikes: Mapping[str, Array]
    ) -> tuple[dict[str, Array], dict[str, Array]]:
        """The state after all steps of `spikes`, uint8 [sample, time, neuron], and spikes of all populations."""
        given = {f"spikes/{name}": dense.transpose(1, 0, 2) for name, dense in spikes.items()}
        results = self.session.run(None, {**state, **given})
        ends = dict(zip(self.states, results, strict=False))
        trains = zip(self.populations, results[len(ends) :], strict=True)
        return ends, {name: train.transpose(1, 0, 2) for name, train in trains}

    def registers(self, state: Mapping[str, Array]) -> tuple[dict[str, Ints], dict[str, Ints]]:
        """(u, v) of every population: int32 [sample, neuron]."""
        u, v = ({name: state[f"{key}/{name}"] for name in self.populations} for key in ("u", "v"))
        return u, v
