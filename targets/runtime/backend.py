"""Backends: what loads and runs a Program, found by listing the folder targets/backends and by entry points."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal, Protocol, cast

import numpy as np

from targets.contracts.errors import InputError
from targets.contracts.ports import Input
from targets.contracts.raster import SpikeRaster
from targets.program.program import Program
from targets.runtime.machine import Machine
from targets.runtime.own_time import lengthened, own_time
from targets.runtime.recording import Probe, Recording, checked_probes
from targets.runtime.registry import BACKENDS, ORACLE, in_order


class SpikeArray(Protocol):
    """An array of 0 and 1, [sample, time, neuron] or [time, neuron]; one of numpy, or what numpy makes one of."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Its extents."""


Spikes = SpikeRaster | SpikeArray | Mapping[str, SpikeRaster | SpikeArray]
"""Spikes of the only input, or of every input by its name."""


class Backend(Protocol):
    """A module of targets/backends, or what another package names by an entry point of the group "motifc.backends".

    requirement  None where everything the backend needs is installed, else one sentence with the command
    load         a program made ready on `device`: "auto", or what a user wrote after the colon ("torch:cpu");
                 InputError for a device it does not know and for a program it cannot hold exactly

    Where they apply, a backend also has:

    export(program, path)  writes the program in its own form (see `compiler.exporting`, also for variants)
    VARIANTS               devices beside "auto" that build something else and are tested too, such as ("core",)
    PACE                   "slow" where any run takes a second or more, so that little is run on it unasked
    PACKAGES               the distributions it runs on, such as ("onnx", "onnxruntime")
    """

    def requirement(self) -> str | None: ...  # noqa: D102

    def load(self, program: Program, device: str) -> Machine: ...  # noqa: D102


@dataclass(frozen=True)
class About:
    """What a backend says of itself; `variants` are all names it answers to, its own first: ("lava", "lava:core").

    `missing` is None where it can run, else the sentence that says what to install.
    """

    name: str
    variants: tuple[str, ...]
    pace: Literal["quick", "slow"]
    packages: tuple[str, ...]
    missing: str | None


@dataclass(frozen=True, eq=False)
class Loaded:
    """A program on a backend, loaded once for any number of runs; `close`, or the end of a `with`, releases it."""

    program: Program
    backend: str
    machine: Machine

    def run(self, inputs: Spikes, probes: Sequence[Probe] = ()) -> Recording:
        """Record every population of the network on `inputs`, from zero state; see `run`."""
        given = bound_inputs(self.program.inputs, inputs)
        steps = next(iter(given.values())).steps
        return own_time(self.program, self.raw(lengthened(given, self.program.latest), probes), steps)

    def raw(self, inputs: Spikes, probes: Sequence[Probe] = ()) -> Recording:
        """Record every population of the program on `inputs` as they are, in the time of the machine.

        Backends are compared by this: a population is late by its latency, and those that stand for biases are there.
        """
        return self.machine.run(bound_inputs(self.program.inputs, inputs), checked_probes(self.program, probes))

    def close(self) -> None:
        """Release what the backend holds; nothing can be run afterwards."""
        self.machine.close()

    def __enter__(self) -> "Loaded":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def backend_names() -> tuple[str, ...]:
    """Names of all backends, installed or not; imports none of them."""
    return BACKENDS.names


def backend_named(name: str) -> Backend:
    """The backend of that name; InputError when there is none or something it needs is not installed."""
    backend = cast(Backend, BACKENDS.load(name))
    if missing := backend.requirement():
        raise InputError(missing)
    return backend


def about(name: str) -> About:
    """What the backend of that name says of itself; InputError when there is none."""
    backend: Any = BACKENDS.load(name)
    variants = (name, *(f"{name}:{variant}" for variant in getattr(backend, "VARIANTS", ())))
    slow = getattr(backend, "PACE", "quick") == "slow"
    packages = tuple(getattr(backend, "PACKAGES", ()))
    return About(name, variants, "slow" if slow else "quick", packages, backend.requirement())


def ready_backends() -> tuple[About, ...]:
    """All backends that can run here, the oracle first, then the default."""
    known = []
    for name in in_order(backend_names()):
        # What cannot be imported cannot run; `motifc doctor` says why.
        with suppress(InputError):
            known.append(about(name))
    return tuple(each for each in known if each.missing is None)


def load(program: Program, backend: str = ORACLE) -> Loaded:
    """Make `program` ready on `backend`, once for any number of runs.

    `backend` is a name, or a name and a variant: "torch:cpu", "torch:cuda", "lava:layer" (few processes, the usual
    one), "lava:core" (one process per core). Raises InputError when it is unknown or not installed, and when it
    cannot hold the program.
    """
    name, _, variant = backend.partition(":")
    return Loaded(program, backend, backend_named(name).load(program, variant or "auto"))


def run(
    program: Program,
    inputs: Spikes,
    backend: str = ORACLE,
    probes: Sequence[Probe] = (),
) -> Recording:
    """`load` and one run: record every population of the network on `inputs`, each in its own time.

    Step t of every raster is the network's step t and there are as many steps as `inputs` have, whatever the latency
    of a population (`program.latency`): the machine runs on until the last one has ended, see
    `targets.runtime.own_time`. Spikes after a sample's length are not given to it. Populations that stand for biases
    are left out; final u and v are those after the last step of the machine.

    `inputs` maps the name of each program input to its spikes; a program with one input takes the raster itself. An
    array of 0 and 1, [sample, time, neuron] or [time, neuron], will do for a raster.
    `probes` ask for u and v of some neurons after every step. Raises InputError when an input is missing or has
    another width or other sample counts, for a probe of what is not there, and as `load` does.
    """
    with load(program, backend) as loaded:
        return loaded.run(inputs, probes)


def _rasters(given: Spikes) -> SpikeRaster | Mapping[str, SpikeRaster]:
    """The same, arrays packed."""
    if isinstance(given, Mapping):
        return {name: _raster(each) for name, each in given.items()}
    return _raster(given)


def _raster(given: SpikeRaster | SpikeArray) -> SpikeRaster:
    if isinstance(given, SpikeRaster):
        return given
    spikes = np.asarray(given)
    return SpikeRaster.pack(spikes[None] if spikes.ndim == 2 else spikes)


def bound_inputs(ports: Sequence[Input], spikes: Spikes) -> dict[str, SpikeRaster]:
    """The raster of every input of a program or graph, checked for width and for equal samples, steps and lengths.

    Where there is one input, a raster by itself or under the name "spikes" will do; for a raster an array of 0 and 1
    will, [sample, time, neuron], or [time, neuron] of one sample.
    """
    names = [port.name for port in ports]
    given = _rasters(spikes)
    if isinstance(given, SpikeRaster) or set(given) == {"spikes"} != set(names):
        raster = given if isinstance(given, SpikeRaster) else given["spikes"]
        if len(names) != 1:
            raise InputError(f"there are the inputs {names}; give spikes for each by name.")
        given = {names[0]: raster}
    if set(given) != set(names):
        raise InputError(f"spikes were given for {sorted(given)}; the inputs are {names}, so rename them.")
    for port in ports:
        if given[port.name].neurons != port.neurons:
            raise InputError(
                f"spikes for input {port.name!r} are {given[port.name].neurons} neurons wide; it has {port.neurons}, "
                "so give the data it was made for."
            )
    sizes = {(raster.samples, raster.steps) for raster in given.values()}
    if len(sizes) > 1:
        raise InputError(f"inputs differ in (samples, steps): {sorted(sizes)}; all must be equal, so cut or pad them.")
    for name in names[1:]:
        if differing := np.flatnonzero(given[name].lengths != given[names[0]].lengths).tolist():
            of_both = [int(given[each].lengths[differing[0]]) for each in (names[0], name)]
            raise InputError(
                f"sample {differing[0]} has {of_both[0]} steps that count in input {names[0]!r} and {of_both[1]} in "
                f"{name!r}; a sample has one length, so give both inputs the same lengths."
            )
    return {name: given[name] for name in names}
