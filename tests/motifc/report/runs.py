"""Runs that the tests of the report tell of."""

from dataclasses import replace
from functools import cache

from compiler.frontends.network import lower
from compiler.pipeline import compile_network
from motifc.report.run import Run, measured
from search.network import Network
from tests.motifc.report.histories import history
from tests.networks import labelled_spikes, random_network
from tests.provenances import PROVENANCE


def searched() -> Network:
    """A network with all that a search leaves in its settings."""
    training = [{"loss": 2.0, "accuracy": 0.5}, {"loss": 1.0, "accuracy": 0.75}]
    told = {"seed": 7, "method": "hrmas", "search": history("hidden"), "training": training}
    tables = {"model": {"neurons": 24, "wiring": "ring"}}
    settings = {**told, "hyperparameters": tables, "idle": ["model.wiring"]}
    return replace(random_network(0), settings=settings, provenance=PROVENANCE)


@cache
def whole_run() -> Run:
    """A searched network, its program, and what both did on labelled samples."""
    network = searched()
    inputs = {"touch": labelled_spikes(1, 11, 9)}
    program = compile_network(network, "loihi2")
    run = Run("net.program", "net", network, lower(network), program, source="samples of a test", inputs=inputs)
    return measured(run)


def by_hand() -> Run:
    """A network that nobody has searched, trained or run."""
    network = random_network(0)
    return Run("hand.network", "hand", network, lower(network), source="not measured: there are no data.")
