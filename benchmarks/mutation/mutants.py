"""Mutants of a file: cosmic-ray's operators make them, a seed draws among them."""

import ast
import hashlib
import pickle
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
class Piece:
    """A function of a file, or a statement outside functions: its name, a digest of what it executes, its lines."""

    name: str
    code: str
    first: int
    last: int


@dataclass(frozen=True)
class Mutant:
    """One small fault: the lines it changes, as they were and as they become, and the whole source with it.

    The piece of code, the operator and which of its places there (`nth`) name it, so that the name outlives changes of
    the rest of the file; `occurrence` counts from the start of the file.
    """

    piece: Piece
    operator: str
    nth: int
    occurrence: int
    line: int
    was: str
    becomes: str
    source: str


def pieces(source: str) -> tuple[Piece, ...]:
    """All pieces of a source. Comments, documentation, annotations and spaces are no part of their code."""
    bare = _Bare().visit(ast.parse(source))
    return tuple(_pieces(bare.body, ""))


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

    Places with many mutants, such as `+`, so weigh no more than others. Lots are drawn by the name of a piece of code
    and the number of a place in it, so that a change elsewhere moves no mutant up or down. What changes type
    annotations alone, is no Python, or runs as an earlier one does, is left out.
    """
    known = {None, _running(source)}
    lots = sorted(_lots(pieces(source), at, seed), key=lambda each: (each[0], each[1]))
    for _, _, place, piece, (operator, occurrence), nth in lots:
        mutated = applied(source, operator, occurrence)
        running = None if mutated is None else _running(mutated)
        if mutated is not None and running not in known:
            known.add(running)
            yield Mutant(piece, operator, nth, occurrence, place[0][0], *_changed(source, mutated), mutated)


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
    """Takes annotations and documentation out, which nothing reads when the code runs."""

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        return self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        node.annotation = ast.Constant(None)
        return self.generic_visit(node)

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        text = isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        return ast.copy_location(ast.Pass(), node) if text else self.generic_visit(node)


def _pieces(nodes: list[ast.stmt], within: str) -> Iterator[Piece]:
    for node in nodes:
        first = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", []))])
        if isinstance(node, ast.ClassDef):
            body, node.body = node.body, []
            yield Piece(f"{within}{node.name}", _digest(ast.dump(node)), first, body[0].lineno - 1)
            yield from _pieces(body, f"{within}{node.name}.")
        else:
            code = _digest(ast.dump(node))
            name = node.name if isinstance(node, ast.FunctionDef) else code
            yield Piece(f"{within}{name}", code, first, node.end_lineno or first)


def _lots(
    every: tuple[Piece, ...], at: Mapping[Position, tuple[Choice, ...]], seed: str
) -> Iterator[tuple[int, str, Position, Piece, Choice, int]]:
    """Every mutant: its round, its lot, where it is and which."""
    for piece in every:
        inside = [place for place in at if piece.first <= place[0][0] <= piece.last]
        of: dict[str, list[int]] = defaultdict(list)
        for name, occurrence in sorted(choice for place in inside for choice in at[place]):
            of[name].append(occurrence)
        for number, place in enumerate(inside):
            lot = _digest(f"{seed} {piece.name} {number}")
            choices = [(_digest(f"{lot} {name} {of[name].index(n)}"), (name, n)) for name, n in at[place]]
            for turn, (_, choice) in enumerate(sorted(choices)):
                yield turn, lot, place, piece, choice, of[choice[0]].index(choice[1])


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


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
