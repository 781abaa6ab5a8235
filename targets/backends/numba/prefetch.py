"""prefetch: ask for memory before it is needed; for use in compiled functions only."""

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

_BYTE, _WORD = ir.PointerType(ir.IntType(8)), ir.IntType(32)
_READ, _KEEP, _DATA = (ir.Constant(_WORD, value) for value in (0, 3, 1))


def _prefetch(_: Any, address: Any) -> Any:
    """Begin to load the line of a cache that holds what is at an address, uint64, which is returned."""

    def written(_: Any, builder: Any, __: Any, given: Any) -> Any:
        kind = ir.FunctionType(ir.VoidType(), [_BYTE, _WORD, _WORD, _WORD])
        instruction = builder.module.declare_intrinsic("llvm.prefetch", (_BYTE,), kind)
        builder.call(instruction, [builder.inttoptr(given[0], _BYTE), _READ, _KEEP, _DATA])
        return given[0]

    return types.uint64(types.uint64), written


prefetch: Any = intrinsic(_prefetch)
