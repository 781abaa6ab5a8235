"""Measure one case with the compiler that PYTHONPATH names: python -P worker.py CASE SEED prints a JSON row.

The networks are always those of this checkout, whichever compiler maps them.
"""

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import benchmarks

benchmarks.__path__ = [str(Path(__file__).resolve().parents[2])]  # those of the other checkout may lack networks

from benchmarks.mapping.measure import mesh  # noqa: E402
from benchmarks.mapping.microcircuit import microcircuit  # noqa: E402
from benchmarks.mapping.networks import Generated, float_form, generated  # noqa: E402
from benchmarks.mapping.speed.cases import CHAIN, MESH, MICROCIRCUIT, TINY, Case, case_named  # noqa: E402
from compiler.analysis.traffic import traffic  # noqa: E402
from compiler.ir.hypergraph import Hypergraph  # noqa: E402
from compiler.mapping.partitioning.first_fit import first_fit  # noqa: E402
from compiler.mapping.state import ChipMapping, hops, mapped, on_one_core  # noqa: E402
from compiler.passes.coarsen import coarsen  # noqa: E402
from compiler.passes.partition import partition  # noqa: E402
from compiler.passes.place import place  # noqa: E402
from compiler.passes.refine import refine  # noqa: E402
from compiler.pipeline import compile_graph  # noqa: E402
from targets.contracts.chip import ChipSpec, chip_named  # noqa: E402

_K = 8
_GIB = 2**20  # of the kibibytes that `ru_maxrss` counts


def measured(case: Case, seed: int) -> dict[str, Any]:
    """One case measured in this process, after a tiny one has loaded all kernels.

    seconds     stage -> CPU seconds; "whole" is what the case asks for
    peak        largest memory of the process, GiB; of the chain before its mapping is looked at
    messages, hops, cores, overuse, imbalance     of the mapping, as in `benchmarks.mapping.measure.MapRow`
    """
    for tiny in TINY:
        _run(tiny, 0)
    return _run(case, seed)


def _run(case: Case, seed: int) -> dict[str, Any]:
    return (_chain if case.stages == CHAIN else _mapping)(case, seed)


def _mapping(case: Case, seed: int) -> dict[str, Any]:
    made = _network(case, seed)
    seconds: dict[str, float] = {}

    def timed(work: Callable[..., Any], *given: Any) -> Any:
        start = time.process_time()
        done = work(*given)
        seconds[work.__name__] = time.process_time() - start
        return done

    units: Hypergraph = timed(coarsen, made.graph, chip_named("loihi1"), made.rates)
    chip = _chip(case, units)
    found = timed(partition, units, on_one_core(units, chip), chip, seed)
    found = timed(place, units, found, chip, seed)
    found = timed(refine, units, found, chip, seed)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _GIB
    sent = traffic(made.graph, units.of_neurons(found.core_of), made.rates)
    whole = sum(seconds[stage] for stage in case.stages)
    return _row(units, found, sent.messages, sent.hops(found.tiles), seconds | {"whole": whole}, peak)


def _chain(case: Case, seed: int) -> dict[str, Any]:
    """Rates are assumed equal, as for anybody who gives no data; what is returned has been checked."""
    made = _network(case, seed)
    chip = _chip(case, coarsen(made.graph, chip_named("loihi1")))
    floats = float_form(made.graph, seed)
    del made
    stages: dict[str, float] = {}
    kept: list[ChipMapping] = []
    start = last = time.process_time()

    def watch(name: str, stage: object) -> None:
        nonlocal last
        now = time.process_time()
        stages[name], last = stages.get(name, 0.0) + now - last, now
        if isinstance(stage, ChipMapping):
            kept[:] = [stage]

    compile_graph(floats, chip, seed, watch=watch)
    end = time.process_time()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _GIB
    del floats
    units = coarsen(_network(case, seed).graph, chip)
    found = mapped(units, kept[0].core_of, kept[0].tiles, chip)
    seconds = stages | {"legal": end - last, "whole": end - start}
    return _row(units, found, found.loads.messages, hops(units, found), seconds, peak)


def _network(case: Case, seed: int) -> Generated:
    if case.topology == MICROCIRCUIT:
        return microcircuit(case.size, seed)
    return generated(case.topology, int(case.size), _K, seed)


def _chip(case: Case, units: Hypergraph) -> ChipSpec:
    chip = chip_named("loihi1" if case.chip == MESH else case.chip)
    return mesh(chip, int(first_fit(units, chip).max()) + 1) if case.chip == MESH else chip


def _row(
    units: Hypergraph, found: ChipMapping, messages: float, hops: float, seconds: dict[str, float], peak: float
) -> dict[str, Any]:
    return {
        "units": units.units,
        "synapses": int(units.synapses.sum()),
        "pins": int(units.pins.size),
        "cores": found.cores,
        "messages": messages,
        "hops": hops,
        "overuse": found.loads.overuse,
        "imbalance": found.loads.imbalance,
        "peak": peak,
        "seconds": seconds,
    }


if __name__ == "__main__":
    _, name, seed = sys.argv
    sys.stdout.write(json.dumps(measured(case_named(name), int(seed))))
