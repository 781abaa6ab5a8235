"""source: a Program as one header and one source of C99, integers only, without allocation."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from targets.backends.c.tables import Afferent, Blocks, afferent
from targets.contracts.arrays import Array
from targets.contracts.errors import InputError
from targets.contracts.ports import Input, Readout
from targets.program.program import IntPopulation, Program

_PARTS = Path(__file__).parent / "parts"
_PER_LINE = 24


@dataclass(frozen=True)
class Source:
    """The texts of network.h and network.c."""

    header: str
    code: str


def source(program: Program) -> Source:
    """The C99 of `program`: the same integers as targets/runtime/neuron.py, step by step.

    State and the spikes that are still on their way are static arrays; nothing is allocated. Input spikes are one row
    of bits, inputs in the order of `sorted_inputs`. Raises InputError for decays that its tables do not hold.
    """
    checked(program)
    inputs = sorted_inputs(program)
    lines = [
        "@COMMENT@",
        '#include "network.h"',
        "",
        "#include <stddef.h>",
        "#include <stdio.h>",
        "#include <string.h>",
    ]
    afferents = {
        p.name: [a for each in program.projections if each.target == p.name and (a := afferent(each))]
        for p in program.populations
    }
    heard = [each for group in afferents.values() for each in group]
    lines += [*_numbers(program, heard), *_neurons(program), *_rings(program, inputs)]
    text = "\n".join(lines) + "\n\n" + _step_part(program)
    text += "".join(_function(name, each) for name, each in {_function_name(each): each for each in heard}.items())
    text += _part("raise.c") * any(each.shift >= 0 for each in heard)
    text += _part("lower.c") * any(each.shift < 0 and not each.wide for each in heard)
    text += _part("lower_wide.c") * any(each.wide for each in heard)
    for number, each in enumerate(heard):
        text += "".join(f"\n{line}" for line in _tables(number, each))
    text += "\n" + "\n".join(_begin(program, inputs) + _step(program, inputs, afferents) + _answers(program)) + "\n"
    code = (text + _part("main.c")).replace("@COMMENT@", _comment(program))
    return Source(_part("network.h").replace("@DEFINES@", "\n".join(_defines(program))), code)


def sorted_inputs(program: Program) -> tuple[Input, ...]:
    """Inputs in the order of the bytes of their names: so they lie in a row of input spikes, bit after bit."""
    return tuple(sorted(program.inputs, key=lambda each: each.name.encode()))


def classes_of(program: Program) -> int:
    """Classes that the code tells: 0 without a readout, and where voltages of neurons count in units that differ.

    Also 0 where the readout tells values, which are its voltages, and where it looks through a window: the code does
    not know when a sample ends.
    """
    if program.readout is None or program.readout.tells_values:
        return 0
    if program.readout.window and program.readout.by != "last":
        return 0
    unit = program.population(program.readout.population).unit
    return program.readout.classes if unit is None or (unit == unit[0]).all() else 0


def checked(program: Program) -> None:
    """InputError for decays that are no part of their register."""
    one = program.chip.arithmetic.decay_one
    for population in program.populations:
        for key in ("du", "dv"):
            values = getattr(population, key)
            if values.min() < 0 or values.max() >= one:
                raise InputError(
                    f"population {population.name!r} has {key} {values.min()}..{values.max()}; C runs 0..{one - 1}, so "
                    "compile the network again."
                )


def _part(name: str) -> str:
    return (_PARTS / name).read_text(encoding="utf-8")


def _comment(program: Program) -> str:
    populations = ", ".join(f"{each.neurons} neurons in {_plain(each.name)}" for each in program.populations)
    return (
        f"/* Written by motifc. Program {program.digest}\n"
        f"   made for {_plain(program.chip.name)}: {populations}. C99, integers only, no allocation. */"
    )


def _plain(name: str) -> str:
    """A name that neither ends a comment nor means anything else in C."""
    return re.sub(r"[^A-Za-z0-9_. -]", "_", name)


def _defines(program: Program) -> list[str]:
    bits = sum(source.neurons for source in program.inputs)
    values = {
        "INPUT_NEURONS": f"{bits}u",
        "ROW_BYTES": f"{-(-bits // 8)}u",
        "NEURONS": f"{program.neurons}u",
        "POPULATIONS": f"{len(program.populations)}u",
        "LATEST": f"{program.latest}u",
        "CLASSES": f"{classes_of(program)}u",
    }
    return [f"#define MOTIFC_{name} {value}" for name, value in values.items()]


def _numbers(program: Program, heard: list[Afferent]) -> list[str]:
    """Widths of the registers, and the room for the sums of one population."""
    widths = program.chip.arithmetic
    most = max(population.neurons for population in program.populations)
    return [
        "",
        f"#define DECAY_BITS {widths.decay_bits}",
        f"#define DECAY_ONE {widths.decay_one}u",
        f"#define ALIGN_BITS {widths.align_bits}",
        f"#define LIMIT ((int32_t){widths.state_limit})",
        "",
        f"static uint32_t input[{most}];",
        *([f"static uint32_t sum[{most}];"] if not all(each.wide for each in heard) else []),
        *([f"static uint64_t wide[{most}];"] if any(each.wide for each in heard) else []),
        "static uint32_t now, steps_that_count;",
    ]


def _neurons(program: Program) -> list[str]:
    """Parameters and state of all neurons, population after population, and what is told of these."""
    int32 = np.iinfo(np.int32)
    align = program.chip.arithmetic.align_bits
    threshold = np.clip(_all(program, "vth").astype(np.int64) << align, int32.min, int32.max)
    lines = [
        "",
        *_array("uint16_t", "du", _all(program, "du")),
        *_array("uint16_t", "dv", _all(program, "dv")),
        *_array("int32_t", "bias", _all(program, "bias")),
        *_array("int32_t", "threshold", threshold),
        "int32_t motifc_u[MOTIFC_NEURONS], motifc_v[MOTIFC_NEURONS];",
    ]
    if _rests(program):
        lines += _array("uint32_t", "refractory", _all(program, "refractory_steps"))
        lines += ["static uint32_t resting[MOTIFC_NEURONS];"]
    for number, population in enumerate(program.populations):
        lines += _array("uint8_t", f"name_{number}", np.frombuffer(population.name.encode(), np.uint8))
    lines += ["const struct motifc_population motifc_populations[MOTIFC_POPULATIONS] = {"]
    starts = np.cumsum([0, *(population.neurons for population in program.populations)])
    for number, (each, first) in enumerate(zip(program.populations, starts, strict=False)):
        own = int(not each.invented)
        size = len(each.name.encode())
        lines.append(f"    {{name_{number}, {size}u, {each.neurons}u, {first}u, {each.latency}u, {own}}},")
    named = sorted(range(len(program.populations)), key=lambda number: program.populations[number].name.encode())
    order = _array("uint32_t", "by_name", np.array(named))
    return [*lines, "};", "", "#ifndef MOTIFC_NO_MAIN", *order, "#endif"]


def _all(program: Program, key: str) -> Array:
    return np.concatenate([getattr(population, key) for population in program.populations])


def _rests(program: Program) -> bool:
    return any(population.refractory is not None for population in program.populations)


def _array(kind: str, name: str, values: Array) -> list[str]:
    """A constant array, some numbers in a line."""
    numbers = [str(value) for value in np.asarray(values).ravel().tolist()]
    rows = [", ".join(numbers[start : start + _PER_LINE]) for start in range(0, len(numbers), _PER_LINE)]
    return [f"static const {kind} {name}[{len(numbers)}] = {{", ",\n".join(rows), "};"]


def _rings(program: Program, inputs: Iterable[Input]) -> list[str]:
    """The latest spikes of every input and population: as many rows as anybody listens back, and one to write to."""
    lines = [""]
    for name, neurons, key in _nodes(program, inputs):
        rows = program.depths[name] + 1
        lines += [f"static uint8_t spikes_{key}[{rows * _bytes(neurons)}];", f"static uint32_t slot_{key};"]
    return lines


def _bytes(neurons: int) -> int:
    """Bytes of one row of spikes."""
    return -(-neurons // 8)


def _latest(key: str, neurons: int) -> str:
    """The row of spikes of this step."""
    return f"&spikes_{key}[slot_{key} * {_bytes(neurons)}u]"


def _nodes(program: Program, inputs: Iterable[Input]) -> list[tuple[str, int, str]]:
    """(name, neurons, key) of every input, x0, x1, ..., and population, p0, p1, ...."""
    nodes = [(each.name, each.neurons, f"x{number}") for number, each in enumerate(inputs)]
    return nodes + [(each.name, each.neurons, f"p{number}") for number, each in enumerate(program.populations)]


def _step_part(program: Program) -> str:
    rest = """\
        if (resting[n]) {
            v = 0;
            spikes = 0;
            resting[n]--;
        } else if (spikes) {
            resting[n] = refractory[n];
        }
"""
    return _part("step.c").replace("@REST@", rest if _rests(program) else "")


def _function_name(each: Afferent) -> str:
    kind = "blocks" if isinstance(each.table, Blocks) else f"columns_{each.table.to.dtype}"
    return f"{kind}_{each.table.weights.dtype}{'_wide' if each.wide else ''}"


def _function(name: str, each: Afferent) -> str:
    text = _part("blocks.c" if isinstance(each.table, Blocks) else "columns.c")
    kinds = {"WEIGHT": f"{each.table.weights.dtype}_t", "INDEX": f"{each.table.to.dtype}_t"}
    for key, value in {"NAME": name, "SUM": "uint64_t" if each.wide else "uint32_t", **kinds}.items():
        text = text.replace(f"@{key}@", value)
    return text


def _tables(number: int, each: Afferent) -> list[str]:
    table = each.table
    return [
        f"/* {_plain(each.projection.name)} */",
        *_array(f"{table.first.dtype}_t", f"first_{number}", table.first),
        *_array(f"{table.to.dtype}_t", f"to_{number}", table.to),
        *_array(f"{table.weights.dtype}_t", f"weight_{number}", table.weights),
    ]


def _begin(program: Program, inputs: Iterable[Input]) -> list[str]:
    states = ["motifc_u", "motifc_v", *(["resting"] if _rests(program) else [])]
    states += [f"spikes_{key}" for _, _, key in _nodes(program, inputs)]
    states += ["answers"] if classes_of(program) else []
    kept = []
    if classes_of(program) and program.readout is not None:
        kind, size = ("uint32_t", program.readout.classes)
        if program.readout.by != "spikes":
            kind, size = "int32_t", program.population(program.readout.population).neurons
        kept = [f"static {kind} answers[{size}];", ""]
    return [
        *kept,
        "void motifc_begin(uint32_t length)",
        "{",
        *(f"    memset({name}, 0, sizeof {name});" for name in states),
        "    now = 0;",
        "    steps_that_count = length;",
        "}",
        "",
    ]


def _step(program: Program, inputs: tuple[Input, ...], afferents: dict[str, list[Afferent]]) -> list[str]:
    """motifc_step: inputs, then every population, which all hear what was there in earlier steps."""
    nodes = {name: (neurons, key) for name, neurons, key in _nodes(program, inputs)}
    lines = ["void motifc_step(const uint8_t *row)", "{"]
    lines += [
        f"    slot_{key} = slot_{key} + 1 == {program.depths[name] + 1}u ? 0 : slot_{key} + 1;"
        for name, (_, key) in nodes.items()
    ]
    lines += ["    if (row && (now < steps_that_count || steps_that_count == UINT32_MAX)) {"]
    offset = 0
    for each in inputs:
        row = _latest(nodes[each.name][1], each.neurons)
        lines.append(f"        take({row}, row, {offset}u, {each.neurons}u);")
        offset += each.neurons
    lines += ["    } else {"]
    for each in inputs:
        row = _latest(nodes[each.name][1], each.neurons)
        lines.append(f"        memset({row}, 0, {_bytes(each.neurons)}u);")
    lines += ["    }"]
    number, first = 0, 0
    for population in program.populations:
        key, neurons = nodes[population.name][1], population.neurons
        lines += [f"    /* {_plain(population.name)} */", f"    clear_input({neurons}u);"]
        numbered = list(enumerate(afferents[population.name], number))
        number += len(numbered)
        lines += _arrivals(program, numbered, nodes, neurons)
        lines.append(f"    update({first}u, {neurons}u, {_latest(key, neurons)});")
        first += neurons
    lines += _votes(program, nodes)
    return [*lines, "    if (now != UINT32_MAX)", "        now++;", "}", ""]


def _arrivals(
    program: Program, numbered: list[tuple[int, Afferent]], nodes: dict[str, tuple[int, str]], neurons: int
) -> list[str]:
    """Sums over synapses: those that are shifted up by the same bits together, those that are shifted down apart."""
    lines = []
    ordered = sorted(numbered, key=lambda entry: entry[1].shift)
    for position, (number, each) in enumerate(ordered):
        projection, table = each.projection, each.table
        width, key = nodes[projection.source]
        rows = program.depths[projection.source] + 1
        size = _bytes(width)
        spikes = f"&spikes_{key}[(slot_{key} + {rows - projection.delay}u) % {rows}u * {size}u], {size}u"
        sizes = f"{table.weights.shape[1]}u, {table.weights.shape[2]}u, " if isinstance(table, Blocks) else ""
        total = "wide" if each.wide else "sum"
        tables = f"{sizes}first_{number}, to_{number}, weight_{number}"
        lines.append(f"    {_function_name(each)}({total}, {spikes}, {tables});")
        after = ordered[position + 1][1].shift if position + 1 < len(ordered) else None
        if each.shift < 0:
            most = 63 if each.wide else 31  # beyond, nothing is left but the sign
            name = "lower_wide_sums" if each.wide else "lower_sums"
            lines.append(f"    {name}({neurons}u, {min(-each.shift, most)}u);")
        elif after != each.shift:
            lines.append(f"    raise_sums({neurons}u, {each.shift}u);")
    return lines


def _votes(program: Program, nodes: dict[str, tuple[int, str]]) -> list[str]:
    """What the readout has said in this step, where the step counts."""
    if not classes_of(program) or program.readout is None:
        return []
    late, first, population = _readout(program, program.readout)
    key, by = nodes[population.name][1], program.readout.by
    votes = population.neurons // program.readout.classes
    row = _latest(key, population.neurons)
    heard = f"            answers[i / {votes}u] += (({row})[i >> 3] >> (7 - (i & 7))) & 1u;"
    if by != "spikes":
        higher = "" if by == "last" else f"if (now == {late}u || motifc_v[{first}u + i] > answers[i])\n                "
        heard = f"            {higher}answers[i] = motifc_v[{first}u + i];"
    return [
        f"    if (now + 1 > {late}u && (now - {late}u < steps_that_count || steps_that_count == UINT32_MAX)) {{",
        "        uint32_t i;",
        f"        for (i = 0; i < {population.neurons}u; i++)",
        heard,
        "    }",
    ]


def _readout(program: Program, readout: Readout) -> tuple[int, int, IntPopulation]:
    """(latency, number of the first neuron, population) of the readout."""
    first = 0
    for population in program.populations:
        if population.name == readout.population:
            break
        first += population.neurons
    return population.latency, first, population


def _answers(program: Program) -> list[str]:
    """motifc_spikes and motifc_class."""
    lines = ["const uint8_t *motifc_spikes(uint32_t population)", "{", "    switch (population) {"]
    rows = [_latest(f"p{number}", each.neurons) for number, each in enumerate(program.populations)]
    for number, row in enumerate(rows[1:], 1):
        lines += [f"    case {number}:", f"        return {row};"]
    lines += ["    default:", f"        return {rows[0]};", "    }", "}", "", "int32_t motifc_class(void)", "{"]
    if not classes_of(program) or program.readout is None:
        return [*lines, "    return -1;", "}"]
    classes = program.readout.classes
    votes = program.population(program.readout.population).neurons // classes
    held = "answers[class]"
    if program.readout.by != "spikes":
        held = f"summed(&answers[class * {votes}u])"
        lines[-2:-2] = [
            "static int64_t summed(const int32_t *answer)",
            "{",
            "    int64_t sum_of_all = 0;",
            "    uint32_t i;",
            f"    for (i = 0; i < {votes}u; i++)",
            "        sum_of_all += answer[i];",
            "    return sum_of_all;",
            "}",
            "",
        ]
    return [
        *lines,
        "    uint32_t class;",
        "    int32_t best = 0;",
        "    int64_t most = INT64_MIN;",
        f"    for (class = 0; class < {classes}u; class++) {{",
        f"        const int64_t votes = (int64_t){held};",
        "        if (votes > most) {",
        "            most = votes;",
        "            best = (int32_t)class;",
        "        }",
        "    }",
        "    return best;",
        "}",
    ]
