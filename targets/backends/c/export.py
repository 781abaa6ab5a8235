"""export: a folder with one header and one source that run a Program wherever there is a C compiler."""

import os

from targets.backends.c.source import classes_of, sorted_inputs, source
from targets.backends.c.toolchain import STRICT
from targets.contracts.shown import shown
from targets.contracts.writing import check_folder, making_folder
from targets.program.program import Program


def export(program: Program, path: str | os.PathLike[str]) -> None:
    """Write the folder `path` in one step: network.h, network.c and a README. It needs no compiler.

    Raises InputError when `path` is there and not an empty folder, when it cannot be written, and as `source` does.
    """
    check_folder(path)
    text = source(program)
    with making_folder(path) as partial:
        (partial / "network.h").write_text(text.header, encoding="utf-8")
        (partial / "network.c").write_text(text.code, encoding="utf-8")
        (partial / "README.md").write_text(_readme(program), encoding="utf-8")


def _readme(program: Program) -> str:
    inputs = "\n".join(f"- {shown(each.name)!r}: {each.neurons:,} neurons" for each in sorted_inputs(program))
    populations = "\n".join(
        f"- {number} {shown(each.name)!r}: {each.neurons:,} neurons"
        + (f", {each.latency} steps late" if each.latency else "")
        + (", stands for biases and is in no digest" if each.invented else "")
        for number, each in enumerate(program.populations)
    )
    told = "the class of every sample and " if classes_of(program) else ""
    apart = ""
    if program.readout is not None and not classes_of(program):
        apart = "\nThe readout's voltages count in units that differ, so that integers alone tell no class.\n"
    return f"""# A spiking network in C99

Program {program.digest}, made for {shown(program.chip.name)}, {program.steps} steps per sample.

One header, one source, integers only, nothing allocated. `network.h` tells the functions; with `-DMOTIFC_NO_MAIN` the
source has no `main` and needs `memset` alone.

```
cc {" ".join(STRICT)} -O2 network.c -o network
motifc data pack spikes.npz spikes.bits
./network < spikes.bits
```

It prints {told}the spike digest that `motifc run` prints for the same spikes.
{apart}
Inputs, as they lie in a row of spikes, bit after bit:

{inputs}

Populations, by number:

{populations}

## Packed spikes

All numbers are unsigned, 4 bytes, the lowest first.

| bytes | what |
|--|--|
| 0 to 3 | the letters `spk1` |
| 4 to 7 | samples |
| 8 to 11 | steps of every sample |
| 12 to 15 | neurons of all inputs together |

Then for each sample: its length in steps, 4 bytes, and for each of all its steps a row of (neurons + 7) / 8 bytes,
neuron i in byte i / 8 at bit 7 - i % 8. Steps after the length are there but are not heard.
"""
