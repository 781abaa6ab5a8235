"""export: a folder that builds and runs a Program in Lava without motifc."""

import json
import os
import re
from pathlib import Path

from targets.backends.lava.driver import INSTALL
from targets.backends.lava.lower import lower
from targets.backends.lava.network import TOLD, LavaNetwork, save
from targets.contracts.shown import shown
from targets.contracts.writing import check_folder, making_folder
from targets.program.program import Program

EXPORTS_ALONE = True
EXPORT_VARIANTS = ("core",)
_HERE = Path(__file__).parent
_SOURCES = {
    "alarm.py": "alarm.py",
    "network.py": "network.py",
    "scratch.py": "scratch.py",
    "shim.py": "shim.py",
    "simulate.py": "simulate.py",
    "run.py": "standalone.py",
    "processes/__init__.py": "processes/__init__.py",
    "processes/het_lif.py": "processes/het_lif.py",
    "processes/delayed_sparse.py": "processes/delayed_sparse.py",
    "names.py": "../../contracts/names.py",
    "shown.py": "../../contracts/shown.py",
    "spike_digest.py": "../../contracts/spike_digest.py",
}


def export(program: Program, path: str | os.PathLike[str], granularity: str = "layer") -> None:
    """Write the folder `path` in one step: the network, the sources that build it, run.py and a README.

    Neurons are one Lava process per population ("layer") or per core ("core"). The folder needs Python 3.11 or
    later, numpy, scipy and lava-nc. Raises InputError when `path` is there and not an empty folder, when it cannot
    be written, and where `targets.backends.lava.lower` refuses the program.
    """
    check_folder(path)
    network = lower(program, granularity)
    with making_folder(path) as partial:
        (partial / "processes").mkdir()
        save(network, partial)
        unread = [population.name for population in program.populations if population.invented]
        told = {"program": program.digest, "latency": dict(program.latency), "unread": unread}
        (partial / TOLD).write_text(json.dumps(told) + "\n", encoding="utf-8")
        for name, source in _SOURCES.items():
            text = (_HERE / source).read_text(encoding="utf-8")
            # The folder is its own root: what was targets.backends.lava.network is network there.
            text = text.replace("targets.backends.lava.", "").replace("targets.contracts.", "")
            (partial / name).write_text(text, encoding="utf-8")
        (partial / "README.md").write_text(_readme(program, network, granularity), encoding="utf-8")


def _readme(program: Program, network: LavaNetwork, granularity: str) -> str:
    inputs = "\n".join(f"- {_code(source.name)}: {source.neurons:,} neurons" for source in program.inputs)
    populations = "\n".join(
        f"- {_code(population.name)}: {population.neurons:,} neurons{_late(population.latency)}"
        for population in program.own
    )
    unit = {"layer": "population", "core": "core"}[granularity]
    install = "\n".join(INSTALL)
    return f"""# A spiking network for Lava

Program {program.digest}, made for {program.chip.name}, {program.steps} steps per sample.

Inputs:

{inputs}

Populations:

{populations}

Lava processes: {network.leaves:,} in all, for inputs {len(network.inputs):,}, for neurons {len(network.neurons):,}
(one per {unit}), for synapses {len(network.synapses):,}.

## Install (Python 3.11 to 3.13)

```
{install}
```

## Run

```
python run.py spikes.npz recording.npz --steps {program.steps}
```

`spikes.npz` holds one array of 0 and 1 per input, [sample, time, neuron], under the input's name; where there is
only one input it may be called `spikes`. `lengths` [sample] beside it says how many steps of each sample count. Every
sample starts from zero state. `run.py` prints spike counts and the spike digest, that of `motifc run` on the same
spikes, and writes `recording.npz`, if it is named: for every population NAME.spikes [sample, time, neuron] in the time
of the network, however late a population is, and NAME.u, NAME.v [sample, neuron] after the last step. `--steps` runs
the first steps of every sample only.

## Files

- `network.json`, `network.npz`: names, wiring, and all integers
- `{TOLD}`: digest of the program, populations that are late, and those that stand for biases and are not recorded
- `simulate.py`: builds the Lava processes and runs them
- `processes/`: `HetLIF`, Lava's LIF with decays and thresholds per neuron; `DelayedSparse`, Lava's Sparse with a
  longer delay
- `network.py`: reading the arrays
- `names.py`, `shown.py`, `spike_digest.py`: any text as the name of an array, and as one line to print; the digest
- `alarm.py`, `scratch.py`, `shim.py`: a process that dies; temporary files; importing Lava on Python 3.11 and later
"""


def _code(name: str) -> str:
    """A name as Markdown prints it as it is, between as many backticks as need be."""
    line = shown(name)
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", line)), default=0))
    return f"{fence} {line} {fence}" if len(fence) > 1 or not line.strip() else f"`{line}`"


def _late(steps: int) -> str:
    return f", {steps} {'step' if steps == 1 else 'steps'} late" if steps else ""
