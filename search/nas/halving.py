"""halving: many candidates for a short time, the better ones for longer, one in the end."""

from collections.abc import Callable, Sequence
from typing import Any

from search.history import History
from search.nas.budget import look
from search.nas.candidates import Judge, Trained, best_of
from search.nas.retraining import Candidate, Experiment
from search.network import Network
from targets.contracts.errors import InputError

SHARES = (1.0, 0.4, 0.2)
"""Candidates of each rung, as a share of those of the first."""
EPOCHS = (2, 2, 4)
"""Epochs that each candidate of a rung is trained for; weights go on from rung to rung."""


def rungs(budget: float, each_look: float) -> tuple[tuple[int, int], ...]:
    """(candidates, epochs) of every rung: as many as the budget allows, 10, 4 and 2 in 40 units.

    `each_look` are the units of judging a candidate once. InputError where the budget allows none.
    """

    def of(first: int) -> tuple[tuple[int, int], ...]:
        return tuple((max(1, round(share * first)), epochs) for share, epochs in zip(SHARES, EPOCHS, strict=True))

    def units(first: int) -> float:
        return sum(count * (epochs + each_look) for count, epochs in of(first))

    first = 0
    while units(first + 1) <= budget + 1e-9:
        first += 1
    if not first:
        raise InputError(
            f"setting search.budget is {budget:g} units; successive halving of a single candidate takes {units(1):.3g} "
            "on these data, so raise it to that or more."
        )
    return of(first)


def halve(experiment: Experiment, structure: Callable[[int], Network], budget: float) -> Candidate:
    """The best of the structures 1, 2, ... after successive halving within the budget, all weights zero again.

    ```
    every rung:  train each candidate for the rung's epochs, from the weights it has; judge it on the validation part
                 only the best go on to the next rung
    ```
    Source: K. Jamieson and A. Talwalkar, "Non-stochastic best arm identification and hyperparameter optimization",
    AISTATS 2016; three rungs and their shares are ours. The metadata hold the figures of every candidate in the last
    rung it reached, which one is chosen, and the history of rungs.
    """
    judge = Judge.of(experiment)
    plan = rungs(budget, look(experiment.split))
    structures = [structure(number) for number in range(1, plan[0][0] + 1)]
    alive = list(range(len(structures)))
    reached: dict[int, Trained] = {}
    history: list[dict[str, float]] = []
    for rung, (count, epochs) in enumerate(plan, 1):
        alive = alive[:count]
        trained = []
        for number in alive:
            network = reached[number].network if number in reached else judge.fresh(structures[number])
            phase = f"rung {rung} candidate {number + 1}"
            reached[number] = judge.train(network, epochs, phase)
            trained.append(reached[number])
        order = best_of(trained)
        history.append(entry_of(trained, order, epochs))
        alive = [alive[place] for place in order]
    metadata = chosen(reached, alive[0], History("rung", tuple(history)))
    spent = judge.spent
    return Candidate(structures[alive[0]], experiment.settings, spent["both"], metadata, spent["forward"])


def entry_of(trained: Sequence[Trained], order: Sequence[int], epochs: int) -> dict[str, float]:
    """Figures of a rung or generation: its best, and how far all lie apart."""
    best = trained[order[0]].figures
    scores = [each.figures["score"] for each in trained]
    return {
        **{name: best[name] for name in ("loss", "accuracy", "smape") if name in best},
        "score": best["score"],
        "worst_score": max(scores),
        "candidates": len(trained),
        "epochs": epochs,
    }


def chosen(reached: dict[int, Trained], best: int, history: History) -> dict[str, Any]:
    """What is stored beside a network that was chosen among candidates 0, 1, ..."""
    candidates = [dict(reached[number].figures) for number in sorted(reached)]
    place = sorted(reached).index(best)
    return {"candidates": candidates, "chosen": place + 1, "history": history.as_dict()}
