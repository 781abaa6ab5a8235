"""motifc opt: single passes on the stage before them."""

from pathlib import Path

from compiler.stage import ORDER
from tests.motifc.command_line import Motifc


def test_opt_runs_single_passes_on_the_stage_before(motifc: Motifc) -> None:
    assert motifc("compile", "net.network", "--chip", "small", "--out", "a.program", "--dump", "stages").status == 0
    written = sorted(path.name for path in Path("stages").iterdir())
    assert [name for name in written if name.endswith(".txt")] == [
        f"{number:02}-{name}.txt"
        for number, name in enumerate(["lower", *ORDER[:3], "quantization", *ORDER[3:], "assemble"])
    ]
    for before, name in (("02-fold", "quantize"), ("08-partition", "place"), ("05-prune", "bounds")):
        outcome = motifc(
            "opt", f"stages/{before}.stage", "--pass", name, "--chip", "small", "--out", "x.stage", "--force"
        )
        assert outcome.status == 0, outcome.err
        (then,) = Path("stages").glob(f"*-{name}.txt")
        assert outcome.out.startswith(then.read_text(encoding="utf-8"))
        assert Path("x.stage").exists()
    chained = motifc("opt", "net.network", "--pass", "retime,fold,quantize,prune,coarsen,partition", "--chip", "small")
    assert chained.out == Path("stages/08-partition.txt").read_text(encoding="utf-8")


def test_opt_names_the_pass_that_fails(motifc: Motifc) -> None:
    outcome = motifc("opt", "net.network", "--pass", "retime,place")
    assert outcome.status == 2
    assert outcome.err == (
        "motifc: pass 'place' needs a stage with hypergraph; this one has floats, so run the passes before it.\n"
        "  in pass 'place', after retime\n"
    )
