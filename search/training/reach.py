"""check_reach: can the readout hear a spike of the input before the longest sample ends?"""

from search.network import Network
from targets.contracts.errors import InputError


def check_reach(delay: int, steps: int, whose: str) -> None:
    """InputError where samples of at most `steps` steps end before a spike of the input, `delay` later, counts."""
    if steps <= delay:
        raise InputError(
            f"{whose} last at most {steps} steps; a spike of the input reaches the readout {delay} steps later, so "
            f"that none would ever matter: give samples of at least {delay + 1} steps or fewer layers."
        )


def shortest_delay(network: Network) -> int:
    """Fewest steps in which a spike of an input can be heard by the readout; 0 where no path leads there."""
    far = {source.name: 0 for source in network.inputs}
    for _ in network.layers:  # after as many rounds every shortest path is known
        for connection in network.connections:
            if connection.source in far:
                steps = far[connection.source] + connection.delay
                far[connection.target] = min(far.get(connection.target, steps), steps)
    return 0 if network.readout is None else far.get(network.readout.population, 0)
