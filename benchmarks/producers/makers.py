"""Networks that the real producers make, run and write as NIR: what each construct of theirs means is recorded here.

Nothing of them is needed for reading: `benchmarks.producers.constructs` keeps what they recorded.
"""

from collections.abc import Callable

import numpy as np

from benchmarks.producers.by_norse import norse_network
from benchmarks.producers.by_rockpool import rockpool_network
from benchmarks.producers.by_sinabs import sinabs_image, sinabs_network
from benchmarks.producers.by_snntorch import leaky, recurrent, snntorch_image, snntorch_network, synaptic
from benchmarks.producers.by_spikingjelly import spikingjelly_image, spikingjelly_network
from benchmarks.producers.by_spyx import spyx_image, spyx_network
from benchmarks.producers.made import Made

Maker = Callable[[], Made]

MAKERS: dict[tuple[str, str], Maker] = {
    ("snnTorch", "Leaky, reset to zero"): lambda: snntorch_network(leaky(reset_mechanism="zero")),
    ("snnTorch", "Leaky, subtraction"): lambda: snntorch_network(leaky()),
    ("snnTorch", "Leaky, no reset"): lambda: snntorch_network(leaky(reset_mechanism="none")),
    ("snnTorch", "Leaky, decay of 1 (tau infinite)"): lambda: snntorch_network(
        leaky(decay=1.0, reset_mechanism="zero")
    ),
    ("snnTorch", "Synaptic, reset to zero"): lambda: snntorch_network(synaptic(reset_mechanism="zero")),
    ("snnTorch", "Synaptic, subtraction"): lambda: snntorch_network(synaptic()),
    ("snnTorch", "RLeaky, reset to zero"): lambda: snntorch_network(recurrent("RLeaky", reset_mechanism="zero")),
    ("snnTorch", "RLeaky, subtraction"): lambda: snntorch_network(recurrent("RLeaky")),
    ("snnTorch", "RSynaptic, reset to zero"): lambda: snntorch_network(recurrent("RSynaptic", reset_mechanism="zero")),
    ("snnTorch", "RSynaptic, subtraction"): lambda: snntorch_network(recurrent("RSynaptic")),
    ("snnTorch", "Conv2d, AvgPool2d, Flatten"): snntorch_image,
    ("snnTorch", "RLeaky, one to one"): lambda: snntorch_network(recurrent("RLeaky", one_to_one=True)),
    ("snnTorch", "RSynaptic, one to one"): lambda: snntorch_network(recurrent("RSynaptic", one_to_one=True)),
    ("Norse", "LIFBoxCell"): lambda: norse_network("LIFBoxCell"),
    ("Norse", "LIFCell"): lambda: norse_network("LIFCell"),
    ("Norse", "IAFCell"): lambda: norse_network("IAFCell"),
    ("Norse", "LIFBoxCell, parameters of one value"): lambda: norse_network("LIFBoxCell", one_value=True),
    ("Norse", "LIFCell, parameters of one value"): lambda: norse_network("LIFCell", one_value=True),
    ("Norse", "LIBoxCell readout"): lambda: norse_network("LIBoxCell", voltage=True),
    ("sinabs", "LIFSqueeze, reset to zero"): lambda: sinabs_network("LIFSqueeze, reset"),
    ("sinabs", "LIFSqueeze"): lambda: sinabs_network("LIFSqueeze"),
    ("sinabs", "IAFSqueeze, reset to zero"): lambda: sinabs_network("IAFSqueeze"),
    ("sinabs", "LIFSqueeze, parameters of one value"): lambda: sinabs_network("LIFSqueeze, one value"),
    ("sinabs", "IAFSqueeze"): lambda: sinabs_network("IAFSqueeze, subtraction"),
    ("sinabs", "ExpLeakSqueeze readout"): lambda: sinabs_network("ExpLeakSqueeze", voltage=True),
    ("sinabs", "Conv2d, SumPool2d, Flatten"): sinabs_image,
    ("SpikingJelly", "LIFNode"): lambda: spikingjelly_network("LIFNode", tau=4.0, v_reset=0.0),
    ("SpikingJelly", "LIFNode, decay_input=False"): lambda: spikingjelly_network(
        "LIFNode", tau=4.0, v_reset=0.0, decay_input=False
    ),
    ("SpikingJelly", "ParametricLIFNode"): lambda: spikingjelly_network("ParametricLIFNode", init_tau=4.0, v_reset=0.0),
    ("SpikingJelly", "IFNode"): lambda: spikingjelly_network("IFNode", v_reset=0.0),
    ("SpikingJelly", "LIFNode, reset below 0"): lambda: spikingjelly_network("LIFNode", tau=4.0, v_reset=-0.25),
    ("SpikingJelly", "Conv2d, AvgPool2d, Flatten"): spikingjelly_image,
    ("SpikingJelly", "Conv1d, Flatten"): lambda: spikingjelly_image("line"),
    ("SpikingJelly", "CUBALIFNode"): lambda: spikingjelly_network("CUBALIFNode"),
    ("Rockpool", "LIFTorch"): lambda: rockpool_network("LIFTorch", tau_mem=8e-3, tau_syn=4e-3, max_spikes_per_dt=1),
    ("Rockpool", "LIFNeuronTorch"): lambda: rockpool_network("LIFNeuronTorch", tau_mem=8e-3, max_spikes_per_dt=1),
    ("Spyx", "LIF"): lambda: spyx_network("LIF", beta=0.8),
    ("Spyx", "CuBaLIF"): lambda: spyx_network("CuBaLIF", alpha=0.6, beta=0.8),
    ("Spyx", "RLIF"): lambda: spyx_network("RLIF", beta=0.8),
    ("Spyx", "RCuBaLIF"): lambda: spyx_network("RCuBaLIF", alpha=0.6, beta=0.8),
    ("Spyx", "IF"): lambda: spyx_network("IF"),
    ("Spyx", "RIF"): lambda: spyx_network("RIF"),
    ("Spyx", "PSU_LIF"): lambda: spyx_network("PSU_LIF", beta=0.8),
    ("Rockpool", "ExpSynTorch readout"): lambda: rockpool_network("ExpSynTorch", voltage=True, tau=8e-3),
    ("snnTorch", "Synaptic, decay of 1 (tau infinite)"): lambda: snntorch_network(
        synaptic(decay=1.0, reset_mechanism="zero")
    ),
    ("snnTorch", "RLeaky, decay of 1 (tau infinite)"): lambda: snntorch_network(
        recurrent("RLeaky", beta=1.0, reset_mechanism="zero")
    ),
    ("snnTorch", "RSynaptic, decay of 1 (tau infinite)"): lambda: snntorch_network(
        recurrent("RSynaptic", beta=1.0, reset_mechanism="zero")
    ),
    ("snnTorch", "Conv2d with stride, Leaky in space"): lambda: snntorch_image(space=True),
    ("snnTorch", "Conv2d of two groups, Leaky in space"): lambda: snntorch_image(space=True, groups=2),
    ("Norse", "Conv2d with stride, LIFBoxCell in space"): lambda: norse_network("LIFBoxCell", groups=1),
    ("Norse", "Conv2d with stride, LIFCell in space"): lambda: norse_network("LIFCell", groups=1),
    ("Norse", "Conv2d with stride, LIBoxCell readout"): lambda: norse_network("LIBoxCell", voltage=True, groups=1),
    ("Norse", "Conv2d of two groups, IAFCell in space"): lambda: norse_network("IAFCell", groups=2),
    ("Norse", "LIFBoxCell, leak above 0, begun at 0"): lambda: norse_network("LIFBoxCell", leak=0.1),
    ("Norse", "LIFCell, leak above 0, begun at 0"): lambda: norse_network("LIFCell", leak=0.1),
    ("Norse", "IAFCell, parameters of one value"): lambda: norse_network("IAFCell", one_value=True),
    ("Norse", "LIBoxCell readout, parameters of one value"): lambda: norse_network(
        "LIBoxCell", voltage=True, one_value=True
    ),
    ("sinabs", "Conv1d, Flatten"): lambda: sinabs_image("line"),
    ("sinabs", "Conv2d with stride, IAFSqueeze in space"): lambda: sinabs_image("space"),
    ("sinabs", "Conv2d of two groups, IAFSqueeze in space"): lambda: sinabs_image("space, groups"),
    ("sinabs", "Conv2d with stride, LIFSqueeze in space"): lambda: sinabs_image("space, LIF"),
    ("sinabs", "LIFSqueeze, norm_input=False"): lambda: sinabs_network("LIFSqueeze, not normed"),
    ("sinabs", "ExpLeakSqueeze readout, parameters of one value"): lambda: sinabs_network(
        "ExpLeakSqueeze, one value", voltage=True
    ),
    ("SpikingJelly", "IFNode, reset below 0"): lambda: spikingjelly_network("IFNode", v_reset=-0.25),
    ("SpikingJelly", "ParametricLIFNode, reset below 0"): lambda: spikingjelly_network(
        "ParametricLIFNode", init_tau=4.0, v_reset=-0.25
    ),
    ("SpikingJelly", "CUBALIFNode, reset below 0"): lambda: spikingjelly_network("CUBALIFNode", v_reset=-0.25),
    ("SpikingJelly", "Conv2d with stride, LIFNode in space"): lambda: spikingjelly_image(
        "space", "LIFNode", tau=4.0, decay_input=False
    ),
    ("SpikingJelly", "Conv2d with stride, CUBALIFNode in space"): lambda: spikingjelly_image("space", "CUBALIFNode"),
    ("Rockpool", "LIFNeuronTorch, tau infinite"): lambda: rockpool_network(
        "LIFNeuronTorch", tau_mem=np.inf, max_spikes_per_dt=1
    ),
    ("Rockpool", "LIFTorch, tau_mem infinite"): lambda: rockpool_network(
        "LIFTorch", tau_mem=np.inf, tau_syn=4e-3, max_spikes_per_dt=1
    ),
    ("Spyx", "Conv2d, SumPool2d, Flatten"): lambda: spyx_image("IF", dense=True),
    ("Spyx", "Conv2d with stride, IF in space"): lambda: spyx_image("IF"),
    ("Spyx", "Conv2d with stride, LIF in space"): lambda: spyx_image("LIF", beta=0.8),
    ("Spyx", "Conv2d, SumPool2d, Flatten, CuBaLIF"): lambda: spyx_image("CuBaLIF", dense=True, alpha=0.6, beta=0.8),
    ("Spyx", "LIF, decay of 1 (tau infinite)"): lambda: spyx_network("LIF", beta=1.0),
    ("Spyx", "CuBaLIF, decay of 1 (tau infinite)"): lambda: spyx_network("CuBaLIF", alpha=0.6, beta=1.0),
}
"""(producer, construct) -> what makes it: the rows of the table, fixed before any was tried."""
