"""Backends: machines that run a Program, found by listing the folder targets/backends."""

import os
from collections.abc import Mapping, Sequence
from typing import Any, Protocol, cast

from targets.contracts.errors import InputError
from targets.contracts.plugins import Plugins
from targets.contracts.ports import Input
from targets.contracts.raster import SpikeRaster
from targets.program.program import Program
from targets.runtime.recording import Probe, Recording, checked_probes


class Backend(Protocol):
    """A module of targets/backends: every sample starts from zero state and empty delay buffers.

    `requirement` is None where everything the backend needs is installed, else one sentence with the command.
    """

    def requirement(self) -> str | None: ...  # noqa: D102

    def run(  # noqa: D102
        self, program: Program, inputs: Mapping[str, SpikeRaster], device: str, probes: Sequence[Probe]
    ) -> Recording: ...


BACKENDS = Plugins("backend", "targets.backends", "motifc.backends")
"""All backends: modules of targets/backends, and what other packages add."""


def backend_names() -> tuple[str, ...]:
    """Names of all backends, installed or not."""
    return BACKENDS.names


def backend_named(name: str) -> Backend:
    """The backend of that name; InputError when there is none or something it needs is not installed."""
    backend = cast(Backend, BACKENDS.load(name))
    if missing := backend.requirement():
        raise InputError(missing)
    return backend


def run(
    program: Program,
    inputs: SpikeRaster | Mapping[str, SpikeRaster],
    backend: str = "numpy",
    probes: Sequence[Probe] = (),
) -> Recording:
    """Run `program` on `inputs` and record every population.

    `inputs` maps the name of each program input to its spikes; a program with one input takes the raster itself.
    `backend` is a name, or a name and a variant: "torch:cpu", "torch:cuda", "lava:layer" (few processes, the usual
    one), "lava:core" (one process per core). `probes` ask for u and v of some neurons after every step. Raises
    InputError when an input is missing or has another width or other sample counts, for a probe of what is not
    there, and when the backend is unknown or not installed.
    """
    name, _, variant = backend.partition(":")
    chosen, bound = backend_named(name), bound_inputs(program.inputs, inputs)
    return chosen.run(program, bound, variant or "auto", checked_probes(program, probes))


def bound_inputs(ports: Sequence[Input], given: SpikeRaster | Mapping[str, SpikeRaster]) -> dict[str, SpikeRaster]:
    """The raster of every input of a program or graph, checked for width and for equal samples and steps.

    Where there is one input, a raster by itself or under the name "spikes" will do.
    """
    names = [port.name for port in ports]
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
    return {name: given[name] for name in names}


def export_program(program: Program, format: str, path: str | os.PathLike[str]) -> None:
    """Write `program` in the form of another tool, by the `export` of the backend of that name.

    Raises InputError for a format that no backend exports, and when that backend is not installed.
    """
    formats = [name for name in backend_names() if hasattr(BACKENDS.load(name), "export")]
    if format not in formats:
        raise InputError(f"unknown export format {format!r}; known are {', '.join(formats)}, so choose one of them.")
    cast(Any, backend_named(format)).export(program, path)
