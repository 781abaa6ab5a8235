"""upgraded: a network stored in version 1 as version 2 stores it."""

from targets.contracts.arrays import Array
from targets.contracts.artefact import Artefact
from targets.contracts.version1 import edge, owned, ports

_PARAMETERS = ("tau_s", "tau_m", "resistance", "threshold", "bias")


def upgraded(stored: Artefact) -> Artefact:
    """The same network in the layout of version 2."""
    header, given = stored.header, stored.arrays
    arrays: dict[str, Array] = {}
    layers, connections = [], []
    for number, entry in enumerate(header["layers"]):
        key, path = f"layer.{entry['name']}", f"layers/{number}"
        stands, moved = owned(_PARAMETERS, given, key, path)
        arrays |= moved
        motif = entry["motif"]
        if motif is not None:
            types, moved = owned(("intra", "lateral"), given, key, f"{path}/motif")
            arrays |= moved
            motif = {**motif, **types}
        layers.append({"name": entry["name"], **stands, "motif": motif})
    for number, entry in enumerate(header["connections"]):
        stored_edge, moved = edge(entry, given, f"connection.{entry['name']}", f"connections/{number}")
        arrays |= moved
        connections.append(stored_edge)
    return Artefact("network", {**ports(header), "layers": layers, "connections": connections}, arrays)
