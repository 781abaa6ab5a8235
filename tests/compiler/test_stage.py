"""Stages: passes run one by one, through files, make the program that the chain makes."""

import pkgutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import compiler.passes
from compiler.assemble import assemble
from compiler.frontends.network import lower
from compiler.ir.hypergraph import Hypergraph
from compiler.passes.bounds import Bounds
from compiler.passes.retime import retime
from compiler.pipeline import compile_network
from compiler.stage import ORDER, Stage, pass_names, run_pass
from targets.contracts.chip import chip_named
from targets.contracts.errors import InputError
from targets.program.program import Proof
from tests.networks import random_network
from tests.seeds import seeds

CHIP = chip_named("small")


def test_passes_are_those_of_the_folder_in_the_order_of_the_chain() -> None:
    assert set(pass_names()) == {module.name for module in pkgutil.iter_modules(compiler.passes.__path__)}
    assert pass_names() == (*ORDER, "split")


@pytest.mark.parametrize("seed", seeds(2, 1))
def test_passes_alone_through_files_make_what_the_chain_makes(seed: int, tmp_path: Path) -> None:
    network = random_network(seed, motifs=12, size=8)
    whole = compile_network(network, CHIP)
    stage = Stage(floats=lower(network))
    proofs: tuple[Proof, ...] = ()
    for number, name in enumerate(ORDER):
        path = tmp_path / f"{number}.stage"
        digest = stage.save(path)
        read = Stage.load(path)
        assert read.digest == digest
        made, stage = run_pass(name, read, CHIP)
        if isinstance(made, tuple):
            proofs = tuple(each.proof for each in made if isinstance(each, Bounds))
    assert stage.integers is not None
    assert stage.hypergraph is not None
    assert stage.mapping is not None
    core_of = stage.hypergraph.of_neurons(stage.mapping.core_of)
    alone = assemble(stage.integers, core_of, stage.mapping.tiles, CHIP, whole.settings, proofs)
    assert len(whole.cores) > 1
    assert alone.digest == whole.digest


def test_a_pass_before_its_time_is_told() -> None:
    stage = Stage(floats=lower(random_network(0)))
    with pytest.raises(InputError) as error:
        run_pass("place", stage, CHIP)
    assert str(error.value) == (
        "pass 'place' needs a stage with hypergraph; this one has floats, so run the passes before it."
    )


def test_an_unknown_pass_is_told() -> None:
    with pytest.raises(InputError, match=r"^unknown pass 'settle'; known are retime, fold, quantize, "):
        run_pass("settle", Stage(), CHIP)


def test_a_stage_cannot_be_written_to() -> None:
    _, stage = run_pass("fold", Stage(floats=lower(random_network(0))), CHIP)
    assert stage.floats is not None
    with pytest.raises(ValueError, match="read-only"):
        stage.floats.populations[0].threshold[0] = np.float64(2)


def test_a_hypergraph_of_other_populations_is_refused() -> None:
    _, stage = run_pass("quantize", Stage(floats=retime(lower(random_network(0)))), CHIP)
    made, _ = run_pass("coarsen", stage, CHIP)
    assert isinstance(made, Hypergraph)
    units = dict(made.unit_of)
    units["nobody"] = units.pop("answer")
    with pytest.raises(
        InputError, match=r"^a stage has an integer graph of populations .* run the pass coarsen again\.$"
    ):
        Stage(integers=stage.integers, hypergraph=replace(made, unit_of=units))
