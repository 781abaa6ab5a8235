"""A second device without a GPU: tensors that live there and hold real numbers, and a guard between both devices."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map

THERE = torch.device("meta")
_CROSSING = {torch.ops.aten.copy_.default, torch.ops.aten._to_copy.default}
_PRODUCTS = {torch.ops.aten.mm.default, torch.ops.aten.addmm.default, torch.ops.aten.bmm.default}


class There(Tensor):
    """A tensor that says it is on torch's meta device, and keeps its numbers in one on the CPU."""

    kept: Tensor

    @staticmethod
    def __new__(cls, kept: Tensor) -> "There":
        made: There = torch.Tensor._make_wrapper_subclass(
            cls, kept.size(), kept.stride(), kept.storage_offset(), dtype=kept.dtype, device=THERE
        )
        made.kept = kept
        return made

    __torch_function__ = torch._C._disabled_torch_function_impl  # type: ignore[assignment]

    @classmethod
    def __torch_dispatch__(  # type: ignore[override]
        cls, func: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        return _called(func, args, kwargs or {})


class Guard(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """While it is entered, what is made on or sent to `THERE` is a `There`; counts matrix products by device."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.products: Counter[str] = Counter()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if func in _PRODUCTS:
            self.products[args[0].device.type] += 1
        return _called(func, args, kwargs or {})


def _called(func: Callable[..., Any], args: Any, kwargs: dict[str, Any]) -> Any:
    """The result of an operation, there where its tensors are; an error where they are on both devices.

    As on a GPU, a single number may come from the CPU, and copies go both ways.
    """
    tensors = [leaf for leaf in tree_leaves((args, kwargs)) if isinstance(leaf, Tensor)]
    there = [each for each in tensors if isinstance(each, There)]
    if there and func not in _CROSSING and any(each.dim() for each in tensors if not isinstance(each, There)):
        raise RuntimeError(f"{func} has tensors on two devices: {[each.device.type for each in tensors]}")
    device = kwargs.get("device")
    if device is not None:
        kwargs = {**kwargs, "device": torch.device("cpu")}
    result = func(*tree_map(_kept, args), **tree_map(_kept, kwargs))
    lands_there = bool(there) if device is None else torch.device(device) == THERE
    if func is torch.ops.aten.copy_.default:
        return args[0]
    if not lands_there:
        return result
    known = {id(each.kept): each for each in there}

    def wrapped(leaf: Any) -> Any:
        return known.get(id(leaf), There(leaf)) if isinstance(leaf, Tensor) else leaf

    return tree_map(wrapped, result)


def _kept(leaf: Any) -> Any:
    return leaf.kept if isinstance(leaf, There) else leaf
