"""HetLIF: Lava's fixed-point LIF with du, dv and vth per neuron, which writes down what it did."""

from typing import Any

import numpy as np
from lava.magma.core.decorator import implements, requires, tag
from lava.magma.core.model.py.ports import PyOutPort
from lava.magma.core.model.py.type import LavaPyType
from lava.magma.core.process.variable import Var
from lava.magma.core.resources import CPU
from lava.magma.core.sync.protocols.loihi_protocol import LoihiProtocol
from lava.proc.lif.models import AbstractPyLifModelFixed
from lava.proc.lif.process import LIF


class HetLIF(LIF):
    """LIF whose du, dv, vth are int arrays [neuron]; all else is Lava's.

    At time step `steps` it writes spikes [time, byte] (numpy.packbits) and u, v [neuron] to the .npz `recording`:
    Lava's own way out, `Var.get`, sends one message per number.
    """

    def __init__(
        self,
        *,
        du: np.ndarray,
        dv: np.ndarray,
        vth: np.ndarray,
        bias_mant: np.ndarray,
        bias_exp: np.ndarray,
        steps: int,
        recording: str,
    ) -> None:
        shape = du.shape
        super().__init__(
            shape=shape,
            bias_mant=bias_mant,
            bias_exp=bias_exp,
            steps=steps,
            recording=recording,
        )
        self.du = Var(shape=shape, init=du)
        self.dv = Var(shape=shape, init=dv)
        self.vth = Var(shape=shape, init=vth)


@implements(proc=HetLIF, protocol=LoihiProtocol)
@requires(CPU)
@tag("fixed_pt")
class PyHetLifModelFixed(AbstractPyLifModelFixed):
    """Lava's fixed-point step; only the types of du, dv, vth, the threshold and the recording are ours."""

    s_out: PyOutPort = LavaPyType(PyOutPort.VEC_DENSE, np.int32, precision=24)
    du: np.ndarray = LavaPyType(np.ndarray, np.int32, precision=12)
    dv: np.ndarray = LavaPyType(np.ndarray, np.int32, precision=12)
    vth: np.ndarray = LavaPyType(np.ndarray, np.int32, precision=17)

    def __init__(self, proc_params: dict[str, Any]) -> None:
        super().__init__(proc_params)
        self.spikes: list[np.ndarray] = []

    def scale_threshold(self) -> None:
        """Align the threshold with u and v."""
        self.effective_vth = np.left_shift(self.vth, self.vth_shift)
        self.isthrscaled = True

    def spiking_activation(self) -> np.ndarray:
        """Spike where v is above the threshold."""
        return self.v > self.effective_vth

    def run_spk(self) -> None:
        """One step of Lava's LIF, recorded."""
        super().run_spk()
        self.spikes.append(np.packbits(self.s_out_buff))
        if self.time_step == self.proc_params["steps"]:
            np.savez(self.proc_params["recording"], spikes=np.stack(self.spikes), u=self.u, v=self.v)
