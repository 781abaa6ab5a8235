"""check_reach: can the readout hear a spike of the input before the longest sample ends?"""

from search.network import Network
from targets.contracts.errors import InputError


def check_reach(delay: int, steps: int) -> None:
    """InputError where samples of `steps` steps end before a spike has come from the input to the readout."""
    if steps <= delay:
        raise InputError(
            f"the longest sample has {steps} {'step that counts' if steps == 1 else 'steps that count'}; a spike needs "
            f"{delay} from the input to the readout, so give samples of at least {delay + 1}."
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
