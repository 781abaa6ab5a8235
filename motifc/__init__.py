"""motifc: search recurrent spiking networks of motifs, compile them, prove that every simulator agrees.

Every documented name can be imported from here; docs/api.md says where to start. Nothing is loaded before it is used.
"""

import sys as _sys
from importlib import import_module as _import_module
from pathlib import Path as _Path
from typing import TYPE_CHECKING

from motifc.api import HOMES as _HOMES
from motifc.hidden import hidden_package as _hidden_package

if TYPE_CHECKING:
    from compiler.analysis.calibration import calibrate as calibrate
    from compiler.analysis.core_loads import CoreLoads as CoreLoads, core_loads as core_loads
    from compiler.analysis.estimate import estimate as estimate
    from compiler.analysis.interpret import interpret as interpret
    from compiler.exporting import (
        export_caveats as export_caveats,
        export_formats as export_formats,
        export_program as export_program,
    )
    from compiler.exports.nir.source import source_in_nir as source_in_nir
    from compiler.frontends.network import lower as lower
    from compiler.frontends.nir.explanation import explain_graph as explain_graph
    from compiler.frontends.nir.read import read_nir as read_nir, unread_nir as unread_nir
    from compiler.ir.graph import (
        FloatGraph as FloatGraph,
        FloatPopulation as FloatPopulation,
        FloatProjection as FloatProjection,
    )
    from compiler.pipeline import compile_graph as compile_graph, compile_network as compile_network
    from compiler.repair.network import network_rates as network_rates, repair_network as repair_network
    from compiler.repair.program import program_rates as program_rates, repair_program as repair_program
    from compiler.text import text as text
    from motifc import plot as plot
    from motifc.evaluation import Evaluation as Evaluation, assess as assess, evaluate as evaluate
    from motifc.evidence import Evidence as Evidence
    from motifc.membrane import (
        Membrane as Membrane,
        membrane_of as membrane_of,
        membranes_of as membranes_of,
    )
    from motifc.sweep.chain import run_trial as run_trial
    from motifc.sweep.cluster import submitted as submitted
    from motifc.sweep.executors import Job as Job, printed as printed, processes as processes
    from motifc.sweep.plan_file import load_plan as load_plan, plan_of as plan_of
    from motifc.sweep.run import run_plan as run_plan
    from motifc.sweep.study import study_in as study_in
    from motifc.sweep.tables import tables_of as tables_of
    from search.data.load import load_split as load_split
    from search.data.recordings import recordings_split as recordings_split
    from search.data.task import Split as Split, task_named as task_named, task_names as task_names
    from search.data.tonic_split import tonic_split as tonic_split
    from search.history import History as History
    from search.motif import Motif as Motif, neighbours as neighbours
    from search.nas.hrmas import search as search
    from search.nas.methods import search_by as search_by
    from search.network import Connection as Connection, Layer as Layer, Network as Network
    from search.repair.damage import damaged as damaged
    from search.settings import (
        ModelSettings as ModelSettings,
        PlasticitySettings as PlasticitySettings,
        SearchSettings as SearchSettings,
        Settings as Settings,
        StartSettings as StartSettings,
        TrainingSettings as TrainingSettings,
        load_settings as load_settings,
    )
    from search.training.train import train as train
    from targets.conformance.drift import drift as drift
    from targets.conformance.equivalence import EquivalenceReport as EquivalenceReport, compare as compare
    from targets.conformance.explain import explain as explain, explain_program as explain_program
    from targets.conformance.fuzz import fuzz as fuzz
    from targets.conformance.suite import check_backend as check_backend
    from targets.conformance.verification import Verdict as Verdict, side as side, verify as verify
    from targets.contracts.chip import (
        ChipSpec as ChipSpec,
        Limit as Limit,
        chip_named as chip_named,
        chip_names as chip_names,
    )
    from targets.contracts.damage import Damage as Damage
    from targets.contracts.errors import BackendError as BackendError, InputError as InputError
    from targets.contracts.own_rates import OwnRates as OwnRates
    from targets.contracts.ports import Input as Input, Readout as Readout
    from targets.contracts.provenance import (
        DataOrigin as DataOrigin,
        Making as Making,
        Provenance as Provenance,
    )
    from targets.contracts.raster import (
        SpikeRaster as SpikeRaster,
        load_rasters as load_rasters,
        save_rasters as save_rasters,
    )
    from targets.contracts.semantics import LAVA as LAVA, Semantics as Semantics
    from targets.contracts.spike_digest import spike_digest as spike_digest
    from targets.contracts.synapses import (
        Banded as Banded,
        BlockDiagonal as BlockDiagonal,
        Dense as Dense,
        Sparse as Sparse,
        Synapses as Synapses,
    )
    from targets.program.check import Violation as Violation, check as check, legal as legal
    from targets.program.damage import program_faults as program_faults
    from targets.program.faults import Faults as Faults, faulty as faulty
    from targets.program.program import (
        Core as Core,
        IntPopulation as IntPopulation,
        IntProjection as IntProjection,
        Program as Program,
    )
    from targets.runtime.backend import (
        Loaded as Loaded,
        backend_names as backend_names,
        load as load,
        run as run,
    )
    from targets.runtime.recording import Probe as Probe, Recording as Recording

__version__ = "0.1.0"

if _hidden := _hidden_package(_Path(__file__).parent):
    if _sys.argv[0] == "-m" or _Path(_sys.argv[0]).stem == "motifc":  # the command, which ends with a sentence
        _sys.stderr.write(f"motifc: {_hidden}\n")
        _sys.exit(2)
    raise ImportError(_hidden)

_HOME = {name: module for module, names in _HOMES.items() for name in names}
__all__ = (*_HOME, "__version__")


def __getattr__(name: str) -> object:
    if name == "plot":  # a module, which its import puts here
        return _import_module("motifc.plot")
    if name not in _HOME:
        raise AttributeError(f"module 'motifc' has no attribute {name!r}; docs/api.md lists what it has.")
    value = getattr(_import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
