"""The chip: heat maps of what cores hold, compute and send, routes, and all of it as a table."""

from compiler.analysis.core_loads import CoreLoads, core_loads
from compiler.analysis.estimate import Estimate, assumed_estimate, estimate
from compiler.ir.rates import ASSUMED_RATE
from motifc.plot.chip_map import Load, chip_map, extent, routes, strongest
from motifc.report.drawing import drawn
from motifc.report.panel import Drawing, Panel, Table
from motifc.report.run import Run
from targets.program.program import Core, Program
from targets.program.usage import chips_used, core_limits, usage

_LOADS: dict[Load, str] = {
    "neurons": "neurons",
    "memory": "share of synaptic memory",
    "axons_in": "axons in",
    "axons_out": "axons out",
    "operations": "synaptic operations per step",
    "traffic": "spikes to and from other cores per step",
}
_ALWAYS = ("neurons", "memory")
"""Loads that are drawn although all cores have the same."""
_LISTED = 400
"""Cores and routes up to which tables list all."""


def panel(run: Run) -> Panel | None:
    """Nothing of what was not compiled."""
    program = run.program
    if program is None:
        return None
    spikes = {**run.inputs, **run.integers} if run.integers else None
    loads = core_loads(program, spikes)
    drawings = _drawings(run.name, program, loads)
    tables = [_cores(program, loads), *_routes(program, loads), _limits(program)]
    answer, *notes = _answers(program, loads, estimated(run, program), spikes is not None)
    return Panel("chip", answer, notes, drawings, tables)


def estimated(run: Run, program: Program) -> Estimate:
    """Energy and time with the spikes of the run, where it was run."""
    return estimate(program, {**run.inputs, **run.integers}) if run.integers else assumed_estimate(program)


def _answers(program: Program, loads: CoreLoads, cost: Estimate, ran: bool) -> list[str]:
    chip, cores = program.chip, len(program.cores)
    fullest, busiest = int(loads.memory.argmax()), int(loads.operations.argmax())
    told = [
        f"{cores:,} {'core' if cores == 1 else 'cores'} on {chips_used(program):,} "
        f"{'chip' if chips_used(program) == 1 else 'chips'} of {chip.name}; no limit of the chip is broken.",
        f"Core {fullest} is the fullest, {loads.memory[fullest]:.0%} of its synaptic memory; core {busiest} works the "
        f"most, {_number('operations', loads.operations[busiest])} synaptic operations per step.",
    ]
    pairs = strongest(loads.between)
    if pairs:
        source, target = pairs[0]
        told.append(
            f"The heaviest of {len(pairs):,} routes goes from core {source} to core {target}, "
            f"{loads.between[source, target]:.3g} spikes per step."
        )
    else:
        told.append("No core sends spikes to another.")
    told += _delays(program)
    told.append(cost.sentence)
    told.append(
        "Spikes are those of the samples."
        if ran
        else f"Every input and neuron is assumed to spike in {ASSUMED_RATE:.0%} of the steps."
    )
    return told


def _delays(program: Program) -> list[str]:
    """What delays take on the cores; nothing where every spike takes one step."""
    used, chip = usage(program), program.chip
    delayed = sum(each.delayed for each in used)
    if not delayed:
        return []
    longest = int(program.listeners.longest.max())
    assumed = " (assumed)" if chip.delay_bits.assumed or chip.input_slots_per_core.assumed else ""
    return [
        f"Spikes take up to {longest:,} steps: {delayed:,} of {sum(each.synapses for each in used):,} synapses store a "
        f"delay in {chip.delay_bits.value} bits, and a core that hears the slowest has input slots for "
        f"{chip.neurons_at(longest):,} neurons{assumed}."
    ]


def _drawings(run: str, program: Program, loads: CoreLoads) -> list[Drawing]:
    told = {f"core-{number}": _about(number, program, loads) for number in range(len(program.cores))}
    (left, right), (top, bottom) = extent(program)
    height = min(4.6, max(1.6, 0.8 + 4.0 * (bottom - top + 1.2) / (right - left + 1.2)))
    found: list[Drawing] = []
    for load, words in _LOADS.items():
        values = getattr(loads, load)
        if values.min() == values.max() and load not in _ALWAYS:
            continue
        least, most = (_number(load, float(end)) for end in (values.min(), values.max()))
        caption = f"{words[0].upper()}{words[1:]}: {least if least == most else f'{least} to {most}'} a core"
        found += drawn(
            f"{run} chip {load}",
            caption,
            lambda axes, load=load: chip_map(program, load, loads, axes),  # type: ignore[misc]
            height=height,
            hover=told,
        )
    pairs = strongest(loads.between)
    if pairs:
        told |= {
            f"route-{source}-{target}": f"core {source} to core {target}: {loads.between[source, target]:.3g} per step"
            for source, target in pairs
        }
        caption = f"Routes: {len(pairs):,} pairs of cores, the wider the more spikes"
        found += drawn(f"{run} routes", caption, lambda axes: routes(program, loads, axes), height=height, hover=told)
    return found


def _number(load: Load, value: float) -> str:
    if load == "memory":
        return f"{value:.0%}"
    return f"{value:,.0f}" if value >= 100 or load not in ("operations", "traffic") else f"{value:.3g}"


def _about(number: int, program: Program, loads: CoreLoads) -> str:
    core = program.cores[number]
    told = ", ".join(f"{words} {_number(load, getattr(loads, load)[number])}" for load, words in _LOADS.items())
    return f"core {number} at ({core.x}, {core.y}): {_held(program, core)}; {told}"


def _held(program: Program, core: Core) -> str:
    """How many neurons of which populations of the network."""
    own = {each.name for each in program.own}
    return ", ".join(f"{indices.size:,} of {name}" for name, indices in core.members.items() if name in own)


def _cores(program: Program, loads: CoreLoads) -> Table:
    """Every core with its limits, its operations and its traffic."""
    chip = program.chip
    allowed = core_limits(chip)
    head = ("core", "tile", *(name.replace("_", " ") for name in allowed), "operations", "traffic", "holds")
    rows = []
    for number, (core, held) in enumerate(zip(program.cores, usage(program), strict=True)):
        if number == _LISTED:
            break
        limits = (f"{getattr(held, own):,} / {limit.value:,}" for own, limit in allowed.items())
        mean = (_number("operations", loads.operations[number]), _number("traffic", loads.traffic[number]))
        rows.append((f"{number}", f"({core.x}, {core.y})", *limits, *mean, _held(program, core)))
    return Table(_first("Cores", len(program.cores)), head, rows, folded=len(rows) > 16)


def _routes(program: Program, loads: CoreLoads) -> list[Table]:
    rows = [
        (
            "outside" if route.source < 0 else f"core {route.source}",
            f"core {route.target}",
            f"{route.axons:,}",
            "" if route.source < 0 else f"{loads.between[route.source, route.target]:.3g}",
        )
        for route in program.routes[:_LISTED]
    ]
    head = ("from", "to", "axons", "spikes per step")
    return [Table(_first("Routes", len(program.routes)), head, rows, folded=True)] if rows else []


def _first(what: str, count: int) -> str:
    return what if count <= _LISTED else f"{what}, the first {_LISTED:,} of {count:,}"


def _limits(program: Program) -> Table:
    """Every limit of the chip with its source."""
    chip = program.chip
    rows = []
    for name in type(chip).__dataclass_fields__:
        limit = getattr(chip, name)
        if hasattr(limit, "source"):
            source = f"assumed: {limit.source}" if limit.assumed else limit.source
            rows.append((name.replace("_", " "), f"{limit.value:,}", limit.unit, source))
    return Table(f"Limits of {chip.name}: {chip.description}", ("limit", "value", "unit", "source"), rows, folded=True)
