"""DelayedSparse: Lava's Sparse for what its own cannot hold: one long delay, sums of parallel synapses."""

from collections import deque
from typing import Any

import numpy as np
from lava.magma.core.decorator import implements, requires, tag
from lava.magma.core.model.py.type import LavaPyType
from lava.magma.core.resources import CPU
from lava.magma.core.sync.protocols.loihi_protocol import LoihiProtocol
from lava.proc.sparse.models import AbstractPySparseModelBitAcc
from lava.proc.sparse.process import Sparse


class DelayedSparse(Sparse):
    """Sparse with `wait` steps beyond the one that every Sparse takes, and weights as they are.

    The delay is that of DelaySparse with `delays=wait`, whose model builds a matrix of (wait + 1) x post rows in
    every step. Weights are neither clipped nor truncated: an entry may be the sum of parallel synapses, which
    are legal one by one.
    """

    def __init__(self, *, wait: int, **sparse: Any) -> None:
        super().__init__(wait=wait, **sparse)


@implements(proc=DelayedSparse, protocol=LoihiProtocol)
@requires(CPU)
@tag("fixed_pt")
class PyDelayedSparseModelFixed(AbstractPySparseModelBitAcc):
    """Lava's sums, each sent `wait` steps later than Lava would."""

    a_buff: np.ndarray = LavaPyType(np.ndarray, np.int32, precision=16)

    def __init__(self, proc_params: dict[str, Any]) -> None:
        super().__init__(proc_params)
        self.weights_set = True
        self.waiting: deque[np.ndarray] = deque()

    def run_spk(self) -> None:
        """Send the sum that is due, queue the new one, and make the oldest due once the queue is full."""
        super().run_spk()
        self.waiting.append(self.a_buff)
        full = len(self.waiting) > self.proc_params["wait"]
        self.a_buff = self.waiting.popleft() if full else np.zeros_like(self.a_buff)
