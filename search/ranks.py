"""Ranks: the processes that work on one search together, and sums whose order does not depend on their number.

A batch is cut into a fixed number of shards, sample i into shard i % shards. Shard k is worked on by the rank
k % count; what comes out of it is gathered by all ranks and joined, or summed, in the order of the shards. So every
rank holds the same numbers, which are those of any other number of ranks. All else is computed by every rank alike.

`joined` makes the ranks of `torchrun`: gloo between CPUs, nccl between GPUs. Nothing is pickled.
"""

import hashlib
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, TypeVar

import numpy as np
import torch
from torch import Tensor

from targets.contracts.errors import InputError

T = TypeVar("T")
SHARDS = 4
"""Shards of a batch under torchrun where the settings do not say: of 64 samples each has 16, a block of the kernels."""
_NEEDED = ("RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT")
_TOLD, _FAILED = "motifc/told", "motifc/failed"
_LINGER = timedelta(seconds=5)
"""How long a rank that has nothing to tell waits for the one that has: torchrun stops all when the first one ends."""
_LOOK = 0.05


class RankLostError(Exception):
    """Another rank has ended, or cannot be reached any more; no fault of this one."""


@dataclass(frozen=True, eq=False)
class Ranks:
    """A process among those that search together; one alone, and a batch in one piece, where nothing else is said.

    rank    0 .. count - 1; rank 0 alone shows progress and writes files
    count   number of processes
    shards  pieces of a batch, in whose order sums are taken; at least `count`
    store   where ranks leave notes for each other; None for one alone
    """

    rank: int = 0
    count: int = 1
    shards: int = 1
    store: Any = None

    @property
    def first(self) -> bool:
        """Whether this process writes and shows."""
        return self.rank == 0

    @property
    def own(self) -> range:
        """Numbers of the shards that this rank works on."""
        return range(self.rank, self.shards, self.count)

    def sharing(self, shards: int) -> "Ranks":
        """The ranks with batches cut in so many shards; for 0 into 1 without torchrun and into `SHARDS` with it.

        Raises InputError where some rank would have no shard.
        """
        chosen = shards or (SHARDS if self.store is not None else 1)
        if chosen < self.count:
            raise InputError(
                f"{self.count} ranks share {chosen} shards of a batch, so that some would have nothing to do; set "
                f"training.shards to a multiple of {self.count} in the settings (--config), or start fewer."
            )
        return replace(self, shards=chosen)

    def joined_rows(self, own: Mapping[int, Tensor], samples: int, like: Tensor) -> Tensor:
        """[sample, column] of a whole batch, from [sample of the shard, column] of the own shards that have samples.

        `like` has as many columns, and the type and device.
        """
        most, columns = -(-samples // self.shards), like.shape[-1]
        held = like.new_zeros((self._slots, most, columns))
        for slot, number in enumerate(self.own):
            if number in own:
                held[slot, : len(own[number])] = own[number]
        by_shard = self._gathered(held).transpose(0, 1).reshape(-1, most, columns)[: self.shards]
        return by_shard.transpose(0, 1).reshape(-1, columns)[:samples]

    def summed(self, own: Mapping[int, Tensor], size: int, like: Tensor) -> Tensor:
        """The sum of vectors [size], one of every shard, in the order of the shards; zero for a shard not given."""
        held = like.new_zeros((self._slots, size))
        for slot, number in enumerate(self.own):
            if number in own:
                held[slot] = own[number]
        parts = self._gathered(held).transpose(0, 1).reshape(-1, size)[: self.shards]
        total = parts[0].clone()
        for part in parts[1:]:
            total += part
        return total

    def broadcast(self, content: bytes = b"") -> bytes:
        """What rank 0 gives, on every rank."""
        if self.count == 1:
            return content
        with _reaching():
            size = torch.tensor([len(content)])
            torch.distributed.broadcast(size, 0)
            data = torch.zeros(int(size), dtype=torch.uint8)
            if self.first:
                data.numpy()[:] = np.frombuffer(content, np.uint8)
            torch.distributed.broadcast(data, 0)
        return data.numpy().tobytes()

    def check_equal(self, what: str, *tensors: Tensor) -> None:
        """InputError where a tensor is not, bit for bit, the one that rank 0 holds; `what` names them."""
        if self.count == 1:
            return
        sha = hashlib.sha256()
        for tensor in tensors:
            sha.update(tensor.detach().cpu().contiguous().numpy().tobytes())
        self.check_alike(what, sha.hexdigest())

    def check_alike(self, what: str, text: str) -> None:
        """InputError on every rank unless all of them give one text."""
        if self.count == 1:
            return
        same = self.broadcast(text.encode()) == text.encode()
        with _reaching():
            unlike = torch.tensor([0 if same else 1])
            torch.distributed.all_reduce(unlike)
        if int(unlike):
            raise InputError(
                f"{what} of {int(unlike)} of {self.count} ranks differ from those of rank 0; all need the same files, "
                "versions and kind of processor, so start them on machines that are alike."
            )

    def one_reader(self, read: Callable[[], T]) -> T:
        """What `read` returns; of the ranks on one machine the first reads alone, the others after it.

        What it leaves in the cache, and in the memory that holds pages of files, is there for them. However long it
        takes, nobody waits in vain: when a rank ends, all do.
        """
        if self.count == 1:
            return read()
        node, reader = os.environ.get("GROUP_RANK", "0"), int(os.environ.get("LOCAL_RANK", "0")) == 0
        key = f"motifc/read/{node}"
        while not reader and not self.store.check([key]):
            if self.store.check([_FAILED]):
                raise RankLostError
            time.sleep(_LOOK)
        value = read()
        if reader:
            self.store.set(key, "1")
        return value

    @property
    def _slots(self) -> int:
        return -(-self.shards // self.count)

    def _gathered(self, held: Tensor) -> Tensor:
        """[rank, ...] of what every rank holds."""
        if self.count == 1:
            return held[None]
        every = held.new_empty((self.count, *held.shape))
        with _reaching():
            torch.distributed.all_gather(list(every), held)
        return every


ALONE = Ranks()


def launched() -> bool:
    """Whether a launcher such as torchrun has started this process as one of several, or as one alone."""
    return all(key in os.environ for key in _NEEDED)


@contextmanager
def joined(device: str = "auto") -> Iterator[Ranks]:
    """The ranks that torchrun has started, or one alone where nobody has; they part at the end.

    device  "auto", "cpu" or "cuda": each rank takes a GPU of its own, by its number on its machine

    When an exception leaves the block, the first rank that it leaves has the `claim` to tell of it; the others
    then fail where they wait for it. Raises InputError for more ranks on a machine than it has GPUs.
    """
    if not launched():
        yield ALONE
        return
    from torch import distributed
    from torch.distributed.rendezvous import rendezvous

    rank, count = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
    gpus = torch.cuda.device_count() if device != "cpu" else 0
    with _reaching():
        store, _, _ = next(iter(rendezvous("env://", rank, count)))
    try:
        if gpus:
            _take_gpu(gpus)
        with _reaching():
            backend = "cpu:gloo,cuda:nccl" if gpus else "gloo"
            notes = distributed.distributed_c10d.PrefixStore("group", store)
            distributed.init_process_group(backend, store=notes, rank=rank, world_size=count)
        yield Ranks(rank, count, 1, store)
    except BaseException:
        _claim(store)  # before the others see that this one has gone
        raise
    finally:
        if distributed.is_initialized():
            distributed.destroy_process_group()


@dataclass(frozen=True, eq=False)
class Claim:
    """A failure of this process, told by it where it was the first to fail.

    holds  how many ranks need the store that this process holds; torchrun holds it itself, and so would 0 say
    """

    store: Any
    first: bool
    holds: int = 0

    def told(self, status: int) -> None:
        """Say to the other ranks that it is told, and with which status the command ends."""
        with suppress(RuntimeError):
            self.store.set(_TOLD, str(status))
            end = time.monotonic() + _LINGER.total_seconds()
            while int(self.store.add(_FAILED, 0)) < self.holds and time.monotonic() < end:
                time.sleep(_LOOK)

    def status_told(self, otherwise: int) -> int:
        """The status with which the rank that tells ends, waited for a moment."""
        with suppress(RuntimeError, ValueError):
            self.store.wait([_TOLD], _LINGER)
            return int(self.store.get(_TOLD))
        return otherwise


_claims: list[Claim] = []


def claim() -> Claim | None:
    """The claim of this process to tell what has ended it; None where nothing has, or where it works alone."""
    return _claims[-1] if _claims else None


def _claim(store: Any) -> None:
    try:
        first = int(store.add(_FAILED, 1)) == 1
    except RuntimeError:  # the store has gone with the rank that held it, and so has whoever could tell
        first = True
    held = os.environ.get("TORCHELASTIC_USE_AGENT_STORE") == "True" or os.environ["RANK"] != "0"
    _claims.append(Claim(store, first, 0 if held else int(os.environ["WORLD_SIZE"])))


def _take_gpu(gpus: int) -> None:
    local, here = int(os.environ.get("LOCAL_RANK", "0")), int(os.environ.get("LOCAL_WORLD_SIZE", "1"))
    if here > gpus:
        raise InputError(
            f"{here} ranks on this machine have {gpus} GPU{'s' if gpus > 1 else ''}; each needs one of its own, so "
            "start fewer, or give --device cpu."
        )
    torch.cuda.set_device(local)


@contextmanager
def _reaching() -> Iterator[None]:
    """What torch raises where a rank cannot be reached as RankLostError."""
    try:
        yield
    except RuntimeError as error:
        raise RankLostError(str(error).partition("\n")[0][:200]) from error
