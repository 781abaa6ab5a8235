"""Triton kernels compiled for a GPU that need not be there: what the interpreter lets pass may not compile."""

from typing import Any


def compiled_for_a_gpu(kernel: Any, constants: dict[str, Any], scalars: dict[str, str], arrays: dict[str, str]) -> str:
    """PTX for an H100 of a kernel: types of scalars by name, of the numbers in arrays by name, float32 else."""
    import triton
    from triton.backends.compiler import GPUTarget
    from triton.compiler import ASTSource

    kinds = {name: scalars.get(name, f"*{arrays.get(name, 'fp32')}") for name in kernel.arg_names}
    source = ASTSource(kernel, kinds | dict.fromkeys(constants, "constexpr"), constants)
    made = triton.compile(source, target=GPUTarget("cuda", 90, 32), options={"num_warps": 1})
    return str(made.asm["ptx"])
