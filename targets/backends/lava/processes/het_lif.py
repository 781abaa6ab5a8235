"""HetLIF: Lava's fixed-point LIF with du, dv, vth and a refractory period per neuron, which writes down what it did."""

from typing import Any

import numpy as np
from lava.magma.core.decorator import implements, requires, tag
from lava.magma.core.model.py.ports import PyInPort, PyOutPort
from lava.magma.core.model.py.type import LavaPyType
from lava.magma.core.process.ports.ports import InPort
from lava.magma.core.process.variable import Var
from lava.magma.core.resources import CPU
from lava.magma.core.sync.protocols.loihi_protocol import LoihiProtocol
from lava.proc.lif.models import AbstractPyLifModelFixed
from lava.proc.lif.process import LIF


class HetLIF(LIF):
    """LIF whose du, dv, vth are int arrays [neuron]; its step is Lava's.

    For `refractory` steps after that of a spike, int [neuron], v stays 0 and u goes on: Lava's own LIF has no such
    period, so that this part of the model is ours. Where it is 0 the step is Lava's, bit for bit.

    `sum_in` receives sums over synapses of several sources, not yet shifted: sum i goes to neuron `sum_neuron[i]`,
    shifted right by `sum_shift[i]` once its parts are added. All else arrives through `a_in`.

    At time step `steps` it writes the .npz `recording`: Lava's own way out, `Var.get`, sends one message per number.
    spikes [time, byte] (numpy.packbits); u, v [neuron]; trace_u, trace_v [time, probe] of the neurons `probed`.
    """

    def __init__(
        self,
        *,
        du: np.ndarray,
        dv: np.ndarray,
        vth: np.ndarray,
        bias_mant: np.ndarray,
        bias_exp: np.ndarray,
        refractory: np.ndarray,
        sum_neuron: np.ndarray,
        sum_shift: np.ndarray,
        probed: np.ndarray,
        steps: int,
        recording: str,
    ) -> None:
        shape = du.shape
        super().__init__(
            shape=shape,
            bias_mant=bias_mant,
            bias_exp=bias_exp,
            refractory=refractory,
            sum_neuron=sum_neuron,
            sum_shift=sum_shift,
            probed=probed,
            steps=steps,
            recording=recording,
        )
        self.sum_in = InPort(shape=sum_neuron.shape)
        self.du = Var(shape=shape, init=du)
        self.dv = Var(shape=shape, init=dv)
        self.vth = Var(shape=shape, init=vth)


@implements(proc=HetLIF, protocol=LoihiProtocol)
@requires(CPU)
@tag("fixed_pt")
class PyHetLifModelFixed(AbstractPyLifModelFixed):
    """Lava's fixed-point step; the types of du, dv, vth, the threshold, partial sums and the recording are ours."""

    sum_in: PyInPort = LavaPyType(PyInPort.VEC_DENSE, np.int32, precision=32)
    s_out: PyOutPort = LavaPyType(PyOutPort.VEC_DENSE, np.int32, precision=24)
    du: np.ndarray = LavaPyType(np.ndarray, np.int32, precision=12)
    dv: np.ndarray = LavaPyType(np.ndarray, np.int32, precision=12)
    vth: np.ndarray = LavaPyType(np.ndarray, np.int32, precision=17)

    def __init__(self, proc_params: dict[str, Any]) -> None:
        super().__init__(proc_params)
        self.sum_neuron: np.ndarray = proc_params["sum_neuron"]
        self.sum_shift: np.ndarray = proc_params["sum_shift"]
        self.probed: np.ndarray = proc_params["probed"]
        self.refractory: np.ndarray = proc_params["refractory"]
        self.resting: np.ndarray = np.zeros_like(self.refractory)
        self.spikes: list[np.ndarray] = []
        self.traces: list[np.ndarray] = []

    def scale_threshold(self) -> None:
        """Align the threshold with u and v."""
        self.effective_vth = np.left_shift(self.vth, self.vth_shift)
        self.isthrscaled = True

    def spiking_activation(self) -> np.ndarray:
        """Spike where v is above the threshold and no rest is left."""
        spikes = (self.v > self.effective_vth) & (self.resting == 0)
        self.v[self.resting > 0] = 0
        self.resting = np.where(spikes, self.refractory, np.maximum(self.resting - 1, 0))
        return spikes

    def subthr_dynamics(self, activation_in: np.ndarray) -> None:
        """Lava's step of u and v, once the shifted partial sums have joined the input."""
        incoming = activation_in.astype(np.int32)
        if self.sum_neuron.size:
            np.add.at(incoming, self.sum_neuron, np.right_shift(self.sum_in.recv(), self.sum_shift))
        super().subthr_dynamics(incoming)

    def run_spk(self) -> None:
        """One step of Lava's LIF, recorded."""
        super().run_spk()
        self.spikes.append(np.packbits(self.s_out_buff))
        self.traces.append(np.stack([self.u[self.probed], self.v[self.probed]]))
        if self.time_step == self.proc_params["steps"]:
            trace_u, trace_v = np.stack(self.traces, axis=1)
            np.savez(
                self.proc_params["recording"],
                spikes=np.stack(self.spikes),
                u=self.u,
                v=self.v,
                trace_u=trace_u,
                trace_v=trace_v,
            )
