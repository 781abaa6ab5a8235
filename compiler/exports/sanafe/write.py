"""export: architecture and mapped network as a folder that SANA-FE loads."""

import os
from collections.abc import Mapping

from compiler.exports.sanafe.architecture import SOURCE, architecture_text
from compiler.exports.sanafe.network import heard_by, network_text, replayed
from targets.contracts.raster import SpikeRaster
from targets.contracts.writing import making_folder
from targets.program.program import Program

TAKES_SPIKES = True
_README = """\
# Program {digest} for SANA-FE

`arch.yaml` has the tiles and cores that the program uses, with {source}.
`net.yaml` has its neurons on these cores and its synapses; {replay} for {steps:,} steps.

```python
import sanafe  # pip install sanafe (GPL-3)

arch = sanafe.load_arch("arch.yaml")
chip = sanafe.SpikingChip(arch)
chip.load(sanafe.load_net("net.yaml", arch))
print(chip.sim({steps}, perf_trace=True))
```
"""


def export(program: Program, path: str | os.PathLike[str], spikes: Mapping[str, SpikeRaster] | None = None) -> None:
    """Write the folder `path`; SANA-FE need not be installed. `spikes` are those replayed, as `replayed` says."""
    played = replayed(program, spikes)
    replay = (
        "neurons replay spikes that were recorded" if spikes else "spikes in 3 % of the steps are drawn and replayed"
    )
    with making_folder(path) as folder:
        sources = [each.size for each in heard_by(program)]
        (folder / "arch.yaml").write_text(architecture_text(program, sources), encoding="utf-8")
        (folder / "net.yaml").write_text(network_text(program, played), encoding="utf-8")
        text = _README.format(digest=program.digest[:12], source=SOURCE, replay=replay, steps=played.steps)
        (folder / "README.md").write_text(text, encoding="utf-8")
