"""Norse: cells behind a linear layer, or in space."""

from benchmarks.producers.made import INPUTS, NEURONS, SIDE, Made, drawn, recorded, sized, spikes, strided


def norse_network(
    kind: str,
    voltage: bool = False,
    one_value: bool = False,
    leak: float = 0.0,
    groups: int = 0,
) -> Made:
    """A cell behind a linear layer, or in space behind a convolution of `groups`, where they aren't 0."""
    import norse.torch as norse
    import torch
    from norse.torch.utils.export_nir import to_nir

    shape = (2, SIDE // 2, SIDE // 2) if groups else (NEURONS,)
    one = torch.ones(*((1,) if one_value else shape))
    zero = leak * one
    cells = {
        "LIFBoxCell": lambda: norse.LIFBoxCell(
            norse.LIFBoxParameters(tau_mem_inv=200 * one, v_th=0.4 * one, v_leak=zero)
        ),
        "LIFCell": lambda: norse.LIFCell(
            norse.LIFParameters(tau_syn_inv=300 * one, tau_mem_inv=200 * one, v_th=0.4 * one, v_leak=zero)
        ),
        "LIBoxCell": lambda: norse.LIBoxCell(norse.LIBoxParameters(tau_mem_inv=200 * one, v_leak=zero)),
        "IAFCell": lambda: norse.IAFCell(norse.IAFParameters(v_th=one)),
    }
    front, asked = (strided(groups), (2, SIDE, SIDE)) if groups else (drawn(1), (INPUTS,))
    net = norse.SequentialState(front, cells[kind]())
    given, state, answers = spikes(2, asked), None, []
    if leak:  # begun at 0: Norse begins at v_leak, of which its file tells nothing
        begun = {"LIFBoxCell": norse.LIFBoxFeedForwardState, "LIFCell": norse.LIFFeedForwardState}[kind]
        state = [None, begun(*(0 * one for _ in begun._fields))]
    with torch.no_grad():
        for step in torch.from_numpy(given):
            out, state = net(step[None], state)
            answers.append(out)
        written = to_nir(net, torch.rand(1, *asked))
    sized(written)
    # It writes tau times its own dt of 1 ms.
    return Made(written, 1e-6 if kind != "IAFCell" else 1.0, given, recorded(answers), voltage)
