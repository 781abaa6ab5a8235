"""Where a run is from: digests, data, every step with its command, and all settings that were used."""

from collections.abc import Mapping

from motifc.report.panel import Panel, Table
from motifc.report.run import Run
from search.network import Network


def panel(run: Run) -> Panel:
    """Every run has one, if only its digests."""
    made = run.provenance.made
    commands = [step.command for step in made]
    answer = "It does not say who made it."
    if commands:
        answer = (
            "This command makes it again:" if len(commands) == 1 else "These commands, in this order, make it again:"
        )
    facts = [(what, told) for what, told in _digests(run).items() if told]
    facts += run.provenance.rows()
    facts.append(("samples", run.source or "none"))
    tables = [Table("Origin", ("what", "told"), facts)]
    if run.network is not None:
        tables += _settings(run.network)
    return Panel("provenance", answer, commands, tables=tables)


def _digests(run: Run) -> dict[str, str]:
    told: dict[str, str] = {}
    if run.network is not None:
        told = {"network digest": run.network.digest, "digest of its data": run.network.origin}
        for key in ("method", "seed"):
            if key in run.network.settings:
                told[key] = str(run.network.settings[key])
    if run.program is not None:
        told |= {
            "program digest": run.program.digest,
            "compiled from": run.program.origin,
            "chip": run.program.chip.name,
        }
    return told


def _settings(network: Network) -> list[Table]:
    """A table of all settings but those that were never used."""
    tables, idle = network.settings.get("hyperparameters"), network.settings.get("idle")
    unused = {str(name) for name in idle} if isinstance(idle, list | tuple) else set()
    if not isinstance(tables, Mapping):
        return []
    rows = [
        (f"{name}.{key}", str(value))
        for name, values in tables.items()
        if isinstance(values, Mapping)
        for key, value in values.items()
        if f"{name}.{key}" not in unused
    ]
    return [Table("Settings that were used", ("setting", "value"), rows, folded=True)] if rows else []
