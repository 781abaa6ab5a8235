"""architecture_text: the tiles and cores of a program as SANA-FE's description of hardware."""

from targets.program.program import Program

SOURCE = (
    "events as in loihi.yaml of SANA-FE 2.2.9 (Boyle et al., IEEE TCAD, 2025, after Davies et al., IEEE Micro 38(1), "
    "2018)"
)
PER_UNIT = 1 << 10
"""Neurons that one dendrite unit of SANA-FE holds."""
_TILE = """\
    - name: tile_{number}
      attributes:
        energy_north_hop: 4.2e-12
        latency_north_hop: 6.5e-9
        energy_east_hop: 3.0e-12
        latency_east_hop: 4.1e-9
        energy_south_hop: 4.2e-12
        latency_south_hop: 6.5e-9
        energy_west_hop: 3.0e-12
        latency_west_hop: 4.1e-9
      core:
"""
_CORE = """\
        - name: core_{number}
          attributes:
            buffer_position: soma
            buffer_inside_unit: false
            max_neurons_supported: {most}
          axon_in:
            - name: axons_in
              attributes:
                energy_message_in: 0.0
                latency_message_in: 16.0e-9
          soma:
            - name: neuron[0..{neurons}]
              attributes:
                model: input
                energy_access_neuron: 51.2e-12
                latency_access_neuron: 6.0e-9
                energy_update_neuron: 21.6e-12
                latency_update_neuron: 3.7e-9
                energy_spike_out: 69.3e-12
                latency_spike_out: 30.0e-9
            - name: source[0..{sources}]
              attributes:
                model: input
                energy_access_neuron: 0.0
                latency_access_neuron: 0.0
                energy_update_neuron: 0.0
                latency_update_neuron: 0.0
                energy_spike_out: 0.0
                latency_spike_out: 0.0
          dendrite:
            - name: dendrites[0..{dendrites}]
              attributes:
                model: accumulator
                energy_update: 0.0
                latency_update: 0.0
          synapse:
            - name: synapses
              attributes:
                model: current_based
                energy_process_spike: 33.6e-12
                latency_process_spike: 4.7e-9
          axon_out:
            - name: axons_out
              attributes:
                energy_message_out: 111.0e-12
                latency_message_out: 5.1e-9
"""


def architecture_text(program: Program, sources: list[int]) -> str:
    """YAML of the smallest mesh that holds the tiles of `program`.

    A core has a soma unit for each neuron on it, and one without cost for each of its `sources` [core], the input
    neurons that it hears. Units replay spikes ("model: input"), so that energies are those of events alone.
    """
    width, height = mesh(program)
    held = cores_of_tiles(program)
    lines = [
        "architecture:",
        f"  name: {program.chip.name.replace('-', '_')}",
        "  attributes:",
        "    topology: mesh",
        f"    width: {width}",
        f"    height: {height}",
        "    link_buffer_size: 16",
        "    sync_model: table",
        "    latency_sync: { 1: 0.6e-6, 2: 1.0e-6, 4: 1.4e-6, 29: 1.8e-6 }",
        "  tile:",
    ]
    text = "\n".join(lines) + "\n"
    for tile in range(width * height):
        text += _TILE.format(number=tile)
        for number in held.get(tile, ()):
            neurons, heard = program.cores[number].neurons, sources[number]
            text += _core(number, neurons, heard)
        if tile not in held:
            text += _core(len(program.cores) + tile, 1, 1)
    return text


def mesh(program: Program) -> tuple[int, int]:
    """(width, height) in tiles."""
    return max((core.x for core in program.cores), default=0) + 1, max(
        (core.y for core in program.cores), default=0
    ) + 1


def cores_of_tiles(program: Program) -> dict[int, list[int]]:
    """Tile, counted column by column as SANA-FE does -> the cores in it, which it counts in this order."""
    _, height = mesh(program)
    found: dict[int, list[int]] = {}
    for number, core in enumerate(program.cores):
        found.setdefault(core.x * height + core.y, []).append(number)
    return found


def _core(number: int, neurons: int, sources: int) -> str:
    most = neurons + sources
    return _CORE.format(
        number=number,
        most=most,
        neurons=max(neurons - 1, 0),
        sources=max(sources - 1, 0),
        dendrites=(most - 1) // PER_UNIT if most else 0,
    )
