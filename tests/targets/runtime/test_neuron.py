"""The integer step against traces computed by hand, and what each switch of Semantics changes."""

import json
from functools import partial

import numpy as np
import pytest

from targets.contracts.arithmetic import Arithmetic
from targets.contracts.arrays import Array, Ints
from targets.contracts.semantics import LAVA, Semantics
from targets.contracts.serial import pack, unpack
from targets.runtime.neuron import step as any_step

LIMIT = 1 << 23
step = partial(any_step, arithmetic=Arithmetic(24, 12, 6))


def test_hand_computed_trace() -> None:
    """du = 1023 keeps 3/4 of u, dv = 2048 keeps 1/2 of v, threshold 2 << 6 = 128, bias 10."""
    u = v = _ints(0)
    trace = []
    for a in (1, 0, 1, -4, 0):
        u, v, s = step(u, v, _ints(a), du=_row(1023), dv=_row(2048), vth=_row(2), bias=_row(10))
        trace.append((u.item(), v.item(), bool(s.item())))
    assert trace == [
        (64, 74, False),
        (48, 95, False),  # 37 + 48 + 10
        (100, 0, True),  # 47 (of 47.5) + 100 + 10 = 157 > 128; u is kept
        (-181, -171, False),  # 75 - 256; 0 - 181 + 10
        (-135, -210, False),  # -135.75 and -85.5, both toward zero
    ]


def test_types_and_shapes() -> None:
    state = np.zeros((3, 2), dtype=np.int32)
    u, v, s = step(state, state, state, du=_row(0, 1), dv=_row(0, 1), vth=_row(1, 1), bias=_row(0, 0))
    assert [array.dtype.name for array in (u, v, s)] == ["int32", "int32", "bool"]
    assert u.shape == v.shape == s.shape == (3, 2)


def test_writes_to_none_of_its_inputs() -> None:
    arrays = [_ints(5), _ints(6), _ints(7), _row(1), _row(2), _row(3), _row(4)]
    for array in arrays:
        array.setflags(write=False)
    u, v, a, du, dv, vth, bias = arrays
    step(u, v, a, du=du, dv=dv, vth=vth, bias=bias)
    assert [array.item() for array in arrays] == [5, 6, 7, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("before", "a", "after"),
    [
        (LIMIT, 0, LIMIT),  # kept, not wrapped
        (LIMIT, 1, 64 - LIMIT),
        (-LIMIT, 0, LIMIT),  # wrapped, so that -2^23 never is a state
        (64 - LIMIT, 0, 64 - LIMIT),
        (64 - LIMIT, -1, LIMIT),
        (LIMIT, 1 << 19, LIMIT + (1 << 25) - (1 << 24)),  # once only
        (0, 1 << 25, -(1 << 31) + (1 << 24)),  # a << 6 wraps in int32 to -2^31
    ],
)
def test_current_register(before: int, a: int, after: int) -> None:
    """du = -1 decays nothing, so that the sum alone is seen."""
    u, _, _ = step(_ints(before), _ints(0), _ints(a), du=_row(-1), dv=_row(4095), vth=_row(0), bias=_row(0))
    assert u.item() == after


@pytest.mark.parametrize(
    ("before", "bias", "after", "spike"),
    [
        (100, 0, 100, False),  # dv = 0: nothing leaks
        (6399, 1, 6400, False),  # equal to 100 << 6
        (6399, 2, 0, True),
        (1 - LIMIT, -1, 1 - LIMIT, False),
        (2 - LIMIT, -1, 1 - LIMIT, False),
        (-5, 5, 0, False),
    ],
)
def test_voltage_register(before: int, bias: int, after: int, spike: bool) -> None:
    _, v, s = step(_ints(0), _ints(before), _ints(0), du=_row(0), dv=_row(0), vth=_row(100), bias=_row(bias))
    assert (v.item(), s.item()) == (after, spike)


def test_voltage_sum_wraps_in_int32() -> None:
    """u = 3 * 2^23 plus a bias of 2^31 - 2^24 passes 2^31 and comes out at the negative end."""
    u, v, _ = step(
        _ints(0), _ints(0), _ints(5 << 17), du=_row(0), dv=_row(0), vth=_row(0), bias=_row((1 << 31) - (1 << 24))
    )
    assert (u.item(), v.item()) == (3 * LIMIT, 1 - LIMIT)


def test_switch_threshold() -> None:
    assert not _one(v=6400, vth=100)[2]
    assert _one(v=6400, vth=100, semantics=Semantics(threshold=">="))[2]
    assert not _one(v=6399, vth=100, semantics=Semantics(threshold=">="))[2]


def test_switch_reset() -> None:
    assert _one(v=6405, vth=100)[1:] == (0, True)
    assert _one(v=6405, vth=100, semantics=Semantics(reset="subtract"))[1:] == (5, True)
    assert _one(v=6399, vth=100, semantics=Semantics(reset="subtract"))[1:] == (6399, False)


def test_switch_reset_time() -> None:
    """In the next step those that spiked before are reset, after the sum and before the threshold."""
    later = Semantics(reset_time="next step")
    fired = np.array([[True]])
    assert _one(v=6405, vth=100, semantics=later)[1:] == (6405, True)  # not reset in the step of the spike
    assert _one(v=6405, vth=100, semantics=later, fired=fired)[1:] == (0, False)
    assert _one(v=6405, vth=100, semantics=later, fired=~fired)[1:] == (6405, True)
    subtract = Semantics(reset="subtract", reset_time="next step")
    assert _one(v=12_806, vth=100, semantics=subtract, fired=fired)[1:] == (6406, True)
    assert _one(v=6405, vth=100, fired=fired)[1:] == (0, True)  # in the same step earlier spikes mean nothing


def test_switches_from_a_file_are_compared_by_value() -> None:
    """What is read is another object than the literal in the code."""
    header, arrays = pack(Semantics())
    read = unpack(Semantics, json.loads(json.dumps(header)), arrays)
    assert _one(v=6405, vth=100, semantics=read)[1:] == (0, True)


def test_switch_decay() -> None:
    """-3 * 1/2 = -1.5 is -1 toward zero and -2 down; 3 * 1/2 is 1 both ways."""
    down = Semantics(decay="down")
    assert [_one(v=v, dv=2048)[1] for v in (-3, 3)] == [-1, 1]
    assert [_one(v=v, dv=2048, semantics=down)[1] for v in (-3, 3)] == [-2, 1]
    assert _one(u=-3, du=2047)[0] == -1
    assert _one(u=-3, du=2047, semantics=down)[0] == -2


@pytest.mark.parametrize(("du", "after"), [(0, 8190), (1, 8188), (1022, 6146), (4094, 2)])
def test_current_decays_by_du_and_one(du: int, after: int) -> None:
    """8192 * (4095 - du) / 4096."""
    assert _one(u=8192, du=du)[0] == after


def test_switch_du_offset() -> None:
    """du = 4095 forgets at once with the offset, and keeps 1 / 4096 without it."""
    assert _one(u=8192, du=4095)[0] == 0
    assert _one(u=8192, du=4095, semantics=Semantics(du_offset=0))[0] == 2


def test_switch_overflow() -> None:
    saturate = Semantics(overflow="saturate")
    assert [_one(u=u, du=-1)[0] for u in (LIMIT + 64, -LIMIT - 64)] == [64 - LIMIT, LIMIT - 64]
    assert [_one(u=u, du=-1, semantics=saturate)[0] for u in (LIMIT + 64, -LIMIT - 64)] == [LIMIT, 1 - LIMIT]


def test_the_voltage_saturates_at_both_ends() -> None:
    """-+(2^23 - 1), seen where the reset waits for the next step."""
    later = Semantics(reset_time="next step")
    for before, bias, after in ((LIMIT - 1, 0, LIMIT - 1), (LIMIT - 1, 5, LIMIT - 1), (1 - LIMIT, -5, 1 - LIMIT)):
        still = partial(step, du=_row(0), dv=_row(0), vth=_row(131_071), bias=_row(bias))
        _, v, _ = still(_ints(0), _ints(before), _ints(0), semantics=later)
        assert v.item() == after


def _one(
    u: int = 0,
    v: int = 0,
    *,
    du: int = 4095,
    dv: int = 0,
    vth: int = 131_071,
    semantics: Semantics = LAVA,
    fired: Array | None = None,
) -> tuple[int, int, bool]:
    """One neuron, one step without input or, in v, without current: v only sees u where u is given."""
    run = partial(step, du=_row(du), dv=_row(dv), vth=_row(vth), bias=_row(0))
    after = run(_ints(u), _ints(v), _ints(0), semantics=semantics, fired=fired)
    return after[0].item(), after[1].item(), bool(after[2].item())


def _ints(value: int) -> Ints:
    return np.array([[value]], dtype=np.int32)


def _row(*values: int) -> Ints:
    return np.array(values, dtype=np.int32)
