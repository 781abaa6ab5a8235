"""The paper's ablation beside HRMAS with the set-point rule, on digits-rows; write docs/results/ablation.md.

Run it with: python -m benchmarks.studies.ablation --study FOLDER
FOLDER is where `motifc sweep run benchmarks/studies/ablation.toml` has run or is to go on; without it the page is
written of the outcomes that are kept in benchmarks/studies/results/ablation.json.
"""

import json
import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path

from benchmarks.pages import paragraph
from benchmarks.refusals import refusing
from benchmarks.studies.command import PAGES, ROWS
from motifc.sweep.executors import processes
from motifc.sweep.markdown import markdown
from motifc.sweep.plan_file import load_plan
from motifc.sweep.run import run_plan
from motifc.sweep.study import Study, study_in
from motifc.sweep.tables import tables_of
from targets.contracts.writing import write_text

PLAN = Path(__file__).with_name("ablation.toml")


KEPT = ROWS / "ablation.json"
TOLD = ("plan.json", "rounds/*.json", "trials/*/trial.json", "trials/*/result.json")
"""Files of a study that tell all but its networks."""
PAPER = "HRMAS 96.44, no plasticity 95.20, fully recurrent 94.10, no motif 88.35 % on TI46-Alpha"


@refusing
def main(arguments: Sequence[str] | None = None) -> int:
    """Run what the study lacks and keep what came of it, write the page; 1 where anything failed or disagrees."""
    parser = ArgumentParser(description="Run the paper's ablation beside the set-point rule on digits-rows.")
    parser.add_argument("--study", type=Path, help="folder of the trials; without it, of what is kept")
    parser.add_argument("--jobs", type=int, default=1, help="trials at the same time, one processor each")
    parser.add_argument("--out", type=Path, default=PAGES, help="folder of the page")
    given = parser.parse_args(arguments)
    good = True
    if given.study is not None:
        ran = run_plan(load_plan(PLAN), processes(given.jobs), given.study)
        sys.stderr.write(f"{ran.sentence}\n")
        write_text(KEPT, packed(given.study))
        good = ran.good
    with tempfile.TemporaryDirectory() as name:
        write_text(given.out / "ablation.md", page(unpacked(KEPT, Path(name))))
    return 0 if good else 1


def packed(study: Path) -> str:
    """The files of a study that tell its outcomes, as one JSON text: a line for each by its path.

    The folder that the paths of the plan start from is left out; its data are of no file.
    """
    paths = sorted(path for pattern in TOLD for path in study.glob(pattern))
    found = {path.relative_to(study).as_posix(): json.loads(path.read_text(encoding="utf-8")) for path in paths}
    found["plan.json"]["base"] = "."
    lines = [f"{json.dumps(name)}: {json.dumps(content)}" for name, content in found.items()]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def unpacked(kept: Path, folder: Path) -> Study:
    """The study whose files were packed, in an empty folder."""
    for name, content in json.loads(kept.read_text(encoding="utf-8")).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    return study_in(folder)


def page(study: Study) -> str:
    """The page: what was asked, what came of it, then the tables of the sweep."""
    model, found = study.plan.rounds[0][0].settings, tables_of(study)
    means = [each for each in found.rounds[0].means if each.measure == "accuracy" and each.mean is not None]
    order = sorted(means, key=lambda each: -(each.mean or 0))
    told = ", ".join(f"{each.arm} {100 * (each.mean or 0):.1f}" for each in order)
    tables = markdown(found).partition("\n")[2].strip()
    return "\n".join(
        [
            "# The paper's ablation, and the set-point rule: digits-rows",
            "",
            paragraph(f"""
            Command: `python -m benchmarks.studies.ablation --study FOLDER`; plan: benchmarks/studies/ablation.toml;
            with what is kept in benchmarks/studies/results/ablation.json the command alone writes this page.
            {model.model.neurons[0]} hidden neurons, sizes {", ".join(map(str, model.model.sizes))}, no delays, a
            budget of {model.search.budget:g} units for every search, {model.training.epochs} epochs after it;
            structures that need no search are trained for the budget, too. *SpiKL-IP* and *set-point* are HRMAS with
            that rule in step 2; the others leave out step 2, lateral links, motifs, or all choice.
            """),
            "",
            paragraph(f"""
            By their mean: {told} %. The paper has {PAPER}, the best of an untold number of runs each.
            """),
            "",
            tables,
            "",
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
