"""HOMES: every documented name and the module that it lives in."""

HOMES: dict[str, tuple[str, ...]] = {
    # Networks, by hand or from a file
    "search.network": ("Connection", "Layer", "Network"),
    "search.motif": ("Motif", "neighbours"),
    "targets.contracts.ports": ("Input", "Readout"),
    "targets.contracts.provenance": ("DataOrigin", "Making", "Provenance"),
    "targets.contracts.synapses": ("Banded", "BlockDiagonal", "Dense", "Sparse", "Synapses"),
    # Spikes
    "targets.contracts.raster": ("SpikeRaster", "load_rasters", "save_rasters"),
    "targets.contracts.spike_digest": ("spike_digest",),
    # Data, search and training
    "search.data.task": ("Split", "task_named", "task_names"),
    "search.data.load": ("load_split",),
    "search.data.recordings": ("recordings_split",),
    "search.data.tonic_split": ("tonic_split",),
    "search.history": ("History",),
    "search.settings": (
        "ModelSettings",
        "PlasticitySettings",
        "SearchSettings",
        "Settings",
        "StartSettings",
        "TrainingSettings",
        "load_settings",
    ),
    "search.nas.hrmas": ("search",),
    "search.nas.methods": ("search_by",),
    "search.training.train": ("train",),
    # Compiling
    "compiler.pipeline": ("compile_graph", "compile_network"),
    "compiler.ir.graph": ("FloatGraph", "FloatPopulation", "FloatProjection"),
    "compiler.frontends.network": ("lower",),
    "compiler.frontends.nir.read": ("read_nir", "unread_nir"),
    "compiler.frontends.nir.explanation": ("explain_graph",),
    "compiler.analysis.interpret": ("interpret",),
    "compiler.analysis.calibration": ("calibrate",),
    "compiler.analysis.core_loads": ("CoreLoads", "core_loads"),
    "compiler.analysis.estimate": ("estimate",),
    "compiler.text": ("text",),
    "motifc.evaluation": ("Evaluation", "evaluate"),
    "motifc.evidence": ("Evidence",),
    "motifc.membrane": ("Membrane", "membrane_of", "membranes_of"),
    # Chips and programs
    "targets.contracts.chip": ("ChipSpec", "Limit", "chip_named", "chip_names"),
    "targets.program.program": ("Core", "IntPopulation", "IntProjection", "Program"),
    "targets.program.check": ("Violation", "check", "legal"),
    # Running and comparing
    "targets.runtime.backend": ("Loaded", "backend_names", "export_program", "load", "run"),
    "targets.runtime.recording": ("Probe", "Recording"),
    "targets.contracts.semantics": ("LAVA", "Semantics"),
    "targets.conformance.equivalence": ("EquivalenceReport", "compare"),
    "targets.conformance.verification": ("Verdict", "side", "verify"),
    "targets.conformance.explain": ("explain", "explain_program"),
    "targets.conformance.drift": ("drift",),
    "targets.conformance.fuzz": ("fuzz",),
    "targets.conformance.suite": ("check_backend",),
    # Errors
    "targets.contracts.errors": ("BackendError", "InputError"),
}
