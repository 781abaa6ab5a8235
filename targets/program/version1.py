"""upgraded: a program stored in version 1 as version 2 stores it; the chip was stored by its name, routes too."""

from typing import Any

from targets.contracts.arrays import Array
from targets.contracts.artefact import Artefact
from targets.contracts.chip import chip_named
from targets.contracts.serial import pack
from targets.contracts.version1 import edge, owned, ports


def upgraded(stored: Artefact) -> Artefact:
    """The same program in the layout of version 2; InputError where its chip is unknown today."""
    header, given = stored.header, stored.arrays
    chip, arrays = pack(chip_named(header["chip"]), "chip")
    populations, projections, cores, proofs = [], [], [], []

    def keep(found: tuple[dict[str, Any], dict[str, Array]]) -> dict[str, Any]:
        arrays.update(found[1])
        return found[0]

    for number, entry in enumerate(header["populations"]):
        names = ("du", "dv", "vth", "bias")
        stands = keep(owned(names, given, f"population.{entry['name']}", f"populations/{number}"))
        populations.append({**entry, **stands})
    for number, entry in enumerate(header["projections"]):
        projections.append(keep(edge(entry, given, f"projection.{entry['name']}", f"projections/{number}")))
    for number, (x, y, names) in enumerate(header["cores"]):
        keys = {name: f"cores/{number}/members/{place}" for place, name in enumerate(names)}
        arrays |= {keys[name]: given[f"core.{number}.{name}"] for name in names}
        cores.append({"x": x, "y": y, "members": [[name, key] for name, key in keys.items()]})
    for number, (name, *ranges) in enumerate(header.get("proofs", ())):
        stands = keep(owned(("wraps", "saturates"), given, f"proof.{name}", f"proofs/{number}"))
        proofs.append({"population": name, **dict(zip("auv", ranges, strict=True)), **stands})
    made = {"chip": chip, "populations": populations, "projections": projections, "cores": cores, "proofs": proofs}
    return Artefact("program", {**ports(header), **made, "outputs": header["outputs"]}, arrays)
