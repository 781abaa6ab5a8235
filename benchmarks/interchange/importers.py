"""importers: a NIR file in the frameworks that import it, their spikes beside ours under the reading of each."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from compiler.analysis.interpret import interpret
from compiler.frontends.nir.read import read_nir
from targets.contracts.arrays import Array
from targets.contracts.raster import SpikeRaster

DT = 1e-4


@dataclass(frozen=True)
class Imported:
    """What became of a file: bins that differ of those compared, or, where it was not imported, why."""

    importer: str
    differing: int | None
    bins: int
    why: str = ""

    @property
    def told(self) -> str:
        """In a cell of a table."""
        return self.why if self.differing is None else f"{self.differing} of {self.bins:,} bins differ"


def _stepped(network: Callable[..., Any], given: Array) -> Array:
    """Answers [time, neuron] of a torch module with a state, called once a step."""
    import torch

    state, answers = None, []
    with torch.no_grad():
        for step in torch.from_numpy(given.astype(np.float32)):
            answered = network(step[None], state)
            answer, state = answered if isinstance(answered, tuple) else (answered, None)
            answers.append(np.asarray(answer).ravel())
    return np.stack(answers)


def _snntorch(path: Path, given: Array) -> Array:
    import nir
    from snntorch.import_nir import import_from_nir

    return _stepped(import_from_nir(nir.read(path)), given)


def _norse(path: Path, given: Array) -> Array:
    import nir
    import norse.torch as norse

    return _stepped(norse.from_nir(nir.read(path), dt=DT), given)


def _spikingjelly(path: Path, given: Array) -> Array:
    import nir
    from spikingjelly.activation_based import nir_exchange

    return _stepped(nir_exchange.import_from_nir(nir.read(path), dt=DT), given)


def _spyx(path: Path, given: Array) -> Array:
    import jax.numpy as jnp
    import nir
    from spyx.nir import from_nir

    _, answers = from_nir(nir.read(path), jnp.asarray(given[:, None].astype(np.float32)), dt=DT)
    return np.asarray(answers).reshape(len(given), -1)


IMPORTERS: dict[str, tuple[Callable[[Path, Array], Array], str]] = {
    "snnTorch": (_snntorch, ""),
    "Norse": (_norse, ""),
    "SpikingJelly": (_spikingjelly, "threshold = >="),
    "Spyx": (_spyx, "spyx"),
}
"""Importers, and the reading under which their neurons are ours; snnTorch imports with reset_mechanism="zero"."""


def imported(path: Path, given: Array, names: tuple[str, ...] = tuple(IMPORTERS)) -> Iterator[Imported]:
    """The single Output of the file on spikes `given` [time, neuron] of its single Input, importer after importer.

    A layer of Spyx answers one step late, and hears the layer before it late too: its answers are compared behind as
    many steps as there are layers but one.
    """
    import nir

    graph = nir.read(path)
    (output,) = (name for name, node in graph.nodes.items() if isinstance(node, nir.Output))
    (heard,) = (start for start, end in graph.edges if end == output)
    layers = sum(isinstance(node, nir.CubaLIF) for node in graph.nodes.values())
    for name in names:
        run, reading = IMPORTERS[name]
        floats = read_nir(path, readings=reading, tell=lambda _: None)
        meant = interpret(floats, {"input": SpikeRaster.pack(given[None])})[heard].dense()[0]
        late = layers - 1 if name == "Spyx" else 0
        try:
            found = run(path, given)[late:] > 0
        except Exception as error:  # whatever it raises is told
            yield Imported(f"{name} {_release(name)}", None, 0, f"refused: {str(error).splitlines()[0][:90]}")
            continue
        compared = meant[: len(found)]
        yield Imported(f"{name} {_release(name)}", int((found != compared).sum()), compared.size)


def _release(name: str) -> str:
    try:
        return version(name.lower())
    except PackageNotFoundError:
        return "(not installed)"
