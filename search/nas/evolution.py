"""evolve: architectures that change a little from generation to generation and inherit weights."""

import numpy as np

from search.history import History
from search.nas.budget import look, whole_epochs
from search.nas.candidates import Judge, Trained, best_of, inherited, repair_units
from search.nas.halving import chosen, entry_of
from search.nas.retraining import Candidate, Experiment
from search.nas.space import Architecture, mutated, random_architecture

EPOCHS = 2
"""Epochs that each candidate is trained for."""
CHILDREN = 4
"""Candidates of a generation after the first."""
_STREAM = 6


def evolve(experiment: Experiment, budget: float) -> Candidate:
    """The best architecture within the budget, all weights zero again.

    ```
    first generation   random architectures, a third of all candidates that the budget allows, each trained
    every other one    children of the better half, each with one change, trained from the weights it inherits;
                       of parents and children the best live on
    with plasticity.rule = "set-point" a child's neurons first return to the rates of its parent's, by R alone
    ```
    Source: E. Real et al., "Large-scale evolution of image classifiers", ICML 2017, for inherited weights; the rest is
    ours. What is stored is as in `search.nas.halving.halve`, with a history of generations.
    """
    judge, split, model, seed = Judge.of(experiment), experiment.split, experiment.settings.model, experiment.seed
    plasticity = experiment.settings.plasticity
    passes = plasticity.window if plasticity.rule == "set-point" else 0
    each = EPOCHS + look(split) + (repair_units(experiment, passes) if passes else 0)
    total = whole_epochs(budget, each, "a candidate of evolution")
    first = max(1, total // 3)
    drawn: list[Architecture] = []
    reached: dict[int, Trained] = {}
    history: list[dict[str, float]] = []
    living: list[int] = []
    while len(drawn) < total:
        generation = len(history) + 1
        generator = np.random.default_rng((_STREAM, seed, generation))
        born = range(len(drawn), min(total, len(drawn) + (CHILDREN if living else first)))
        parents = living[: max(1, len(living) // 2)]
        for number in born:
            if parents:
                parent = parents[int(generator.integers(len(parents)))]
                drawn.append(mutated(drawn[parent], model, split.neurons, seed, generator))
                network = inherited(judge.fresh(drawn[-1].network(split, model)), reached[parent].network)
                if passes:
                    network = judge.repaired(network, reached[parent].network, passes)
            else:
                drawn.append(random_architecture(model, split.neurons, seed, number + 1))
                network = judge.fresh(drawn[-1].network(split, model))
            reached[number] = judge.train(network, EPOCHS, f"generation {generation} candidate {number + 1}")
        together = [*living, *born]
        order = best_of([reached[number] for number in together])
        living = [together[place] for place in order][:first]
        history.append(entry_of([reached[number] for number in together], order, EPOCHS))
    metadata = chosen(reached, living[0], History("generation", tuple(history)))
    structure = drawn[living[0]].network(split, model)
    return Candidate(structure, experiment.settings, judge.spent["both"], metadata, judge.spent["forward"])
