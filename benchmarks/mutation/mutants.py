"""Mutants of a file: cosmic-ray's operators make them, a seed draws among them."""

import ast
import pickle
import random
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import zip_longest

Position = tuple[tuple[int, int], tuple[int, int]]
"""Where an operator changes a file: (line, column) of its start and of its end."""
Choice = tuple[str, int]
"""An operator of cosmic-ray by name, and which of its places in the file."""


@dataclass(frozen=True)
class Mutant:
    """One small fault: the lines it changes, as they were and as they become, and the whole source with it."""

    operator: str
    occurrence: int
    line: int
    was: str
    becomes: str
    source: str


def places(source: str) -> Mapping[Position, tuple[Choice, ...]]:
    """What cosmic-ray can change in a source, by place, in the order of the file."""
    from cosmic_ray.ast import ast_nodes
    from cosmic_ray.operators.provider import OperatorProvider

    nodes = list(ast_nodes(pickle.loads(_tree(source))))
    operators = OperatorProvider()
    found: dict[Position, list[Choice]] = defaultdict(list)
    for name in operators:
        if not operators[name].arguments():  # those with arguments name variables, and draw numbers without a seed
            positions = (place for node in nodes for place in operators[name]().mutation_positions(node))
            for occurrence, place in enumerate(positions):
                found[place].append((name, occurrence))
    return {place: tuple(found[place]) for place in sorted(found)}


def drawn(source: str, at: Mapping[Position, tuple[Choice, ...]], seed: str) -> Iterator[Mutant]:
    """Mutants in an order that the seed draws: one of every place, then a second one of every place, and so on.

    Places with many mutants, such as `+`, so weigh no more than others. What changes type annotations alone, or is no
    Python, is left out.
    """
    dice = random.Random(seed)
    columns = [(place, dice.sample(choices, len(choices))) for place, choices in at.items()]
    dice.shuffle(columns)
    plain = _running(source)
    for choices in zip_longest(*(choices for _, choices in columns)):
        for (place, _), choice in zip(columns, choices, strict=True):
            mutated = None if choice is None else applied(source, *choice)
            if choice is not None and mutated is not None and _running(mutated) not in (plain, None):
                was, becomes = _changed(source, mutated)
                yield Mutant(choice[0], choice[1], place[0][0], was, becomes, mutated)


def shares(lines: Mapping[str, int], total: int, least: int) -> dict[str, int]:
    """How many of `total` mutants each file gets: in proportion to its lines, and at least `least`."""
    every = sum(lines.values())
    return {name: max(least, round(total * count / every)) for name, count in lines.items()}


def applied(source: str, operator: str, occurrence: int) -> str | None:
    """The source with one fault; None where the operator has no such place in it."""
    from cosmic_ray.mutating import MutationVisitor
    from cosmic_ray.operators.provider import OperatorProvider

    visitor = MutationVisitor(occurrence, OperatorProvider()[operator]())
    tree = visitor.walk(pickle.loads(_tree(source)))
    code: str = tree.get_code()
    return code if visitor.mutation_applied else None


@cache
def _tree(source: str) -> bytes:
    """The syntax tree, which operators change in place: a copy of it is made ten times faster than a new one."""
    from cosmic_ray.ast import get_ast

    return pickle.dumps(get_ast(source))


class _Bare(ast.NodeTransformer):
    """Takes annotations out, which nothing reads when the code runs."""

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        return self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        node.annotation = ast.Constant(None)
        return self.generic_visit(node)


def _running(source: str) -> str | None:
    """What of a source is executed, as text; None where it is no Python."""
    try:
        return ast.dump(_Bare().visit(ast.parse(source)))
    except SyntaxError:
        return None


def _changed(source: str, mutated: str) -> tuple[str, str]:
    """The changed lines before and after, with single spaces."""
    before, after = source.splitlines(), mutated.splitlines()
    start = next(n for n, (a, b) in enumerate(zip_longest(before, after)) if a != b)
    end = next(n for n, (a, b) in enumerate(zip_longest(reversed(before), reversed(after))) if a != b)
    end = min(end, len(before) - start, len(after) - start)
    was, becomes = (lines[start : len(lines) - end] for lines in (before, after))
    return " ".join(" ".join(was).split()), " ".join(" ".join(becomes).split())
