"""python -m benchmarks.page: make four pages, open them in Chromium, write down what is wrong with them."""

import json
import os
import shutil
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from targets.contracts.raster import SpikeRaster, save_rasters

PACKAGES = ("playwright-core@1.65.1", "axe-core@4.14.1")
"""Of npm: Apache-2.0 and MPL-2.0; only this check runs them."""
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_BROWSER = Path(__file__).with_name("browser.mjs")
_BRAILLE = Path("golden") / "braille"
_METHODS = ("random-motif", "feed-forward")
_GRAVE = ("moderate", "serious", "critical")


def missing() -> str | None:
    """One sentence on what is not installed; None where all is."""
    if browser() is None:
        return "make page-check needs Chromium, which is not installed; install it, or name it in CHROMIUM."
    if shutil.which("node") is None or shutil.which("npm") is None:
        return "make page-check needs node and npm, which are not installed; install Node.js 18 or later."
    return None


def browser() -> str | None:
    """Where Chromium is."""
    return os.environ.get("CHROMIUM") or next((found for name in _BROWSERS if (found := shutil.which(name))), None)


def pages(folder: Path) -> list[Path]:
    """The demo, a program on ten cores, three runs side by side, and Braille where its files are shared."""
    if not (folder / "demo" / "demo.evidence").is_file():
        _motifc(folder, "demo", "--out", "demo", "--force")
    _motifc(folder, "compile", "demo/demo.network", "--chip", "small", "--out", "ten.program", "--force")
    for method in _METHODS:
        if not (folder / f"{method}.network").is_file():
            _motifc(folder, "search", "--data", "digits", "--method", method, "--out", f"{method}.network")
        _motifc(folder, "compile", f"{method}.network", "--out", f"{method}.program", "--force")
    runs = [f"{method}.{ending}" for method in _METHODS for ending in ("network", "program")]
    made = {"demo": ["demo"], "ten-cores": ["ten.program", "demo/demo.network"], "three-runs": ["demo", *runs]}
    shared = Path(os.environ.get("MOTIFC_SHARED", "../shared")).resolve() / _BRAILLE
    if shared.is_dir():
        shutil.copyfile(shared / "braille_noDelay_bias_zero.nir", folder / "braille.nir")
        touch = np.load(shared / "braille_sample0_from_pdf.npy")[None]
        save_rasters({"input": SpikeRaster.pack(touch)}, folder / "touch.npz")
        _motifc(folder, "compile", "braille.nir", "--out", "braille.program", "--force")
        made["braille"] = ["braille.program", "braille.nir", "touch.npz"]
    for name, files in made.items():
        _motifc(folder, "report", *files, "--out", f"{name}.html", "--force")
    return [folder / f"{name}.html" for name in made]


def opened(made: Sequence[Path], packages: Path, shots: Path | None) -> list[dict[str, Any]]:
    """What the browser found on every page, at every width, by day and by night."""
    packages.mkdir(parents=True, exist_ok=True)
    if not (packages / "node_modules").is_dir():
        subprocess.run(["npm", "install", "--silent", "--no-save", "--prefix", str(packages), *PACKAGES], check=True)
    if shots is not None:
        shots.mkdir(parents=True, exist_ok=True)
    command = ["node", str(_BROWSER), str(packages), str(browser()), str(shots or "-"), *map(str, made)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def faults(found: Mapping[str, Any]) -> list[str]:
    """A sentence for everything that is wrong with one page as it was opened."""
    told = [f"asks to scroll sideways by {found['sideways']} pixels"] if found["sideways"] > 0 else []
    told += [f"the console says {error}" for error in found["errors"]]
    told += [
        f"axe finds {each['id']} ({each['impact']}) in {each['nodes']} places, first {each['first']}"
        for each in found["violations"]
        if each["impact"] in _GRAVE
    ]
    return told


def told(found: Sequence[Mapping[str, Any]], sizes: Mapping[str, int]) -> str:
    """The results as Markdown."""
    lines = [
        "# The page of a report in a browser",
        "",
        f"`make page-check` made these pages and opened them in Chromium with {' and '.join(PACKAGES)}, every folded",
        "table unfolded. What axe cannot decide is the contrast of text in drawings, whose ground it does not see;",
        "`tests/motifc/report/test_page.py` works it out from the colours, by day, in the dark and on paper.",
        "",
        "| page | kB | width | colours | axe serious | axe moderate | console errors | pixels sideways |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for each in found:
        grave = [one["impact"] for one in each["violations"]]
        counts = (len([one for one in grave if one in ("serious", "critical")]), grave.count("moderate"))
        lines.append(
            f"| {each['page']} | {sizes[each['page']] // 1000:,} | {each['width']} | {each['scheme']} | {counts[0]} | "
            f"{counts[1]} | {len(each['errors'])} | {max(0, each['sideways'])} |"
        )
    wrong = [
        f"- {each['page']}, {each['width']}, {each['scheme']}: {fault}." for each in found for fault in faults(each)
    ]
    return "\n".join([*lines, "", *(wrong or ["Nothing is wrong."])]) + "\n"


def _motifc(folder: Path, *arguments: str) -> None:
    """A command, its module found from the checkout whatever the folder."""
    root = str(_BROWSER.parents[2])
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH", ""))))}
    subprocess.run([sys.executable, "-m", "motifc", *arguments], cwd=folder, env=environment, check=True)


def main() -> int:
    """0 where nothing is wrong, 1 where something is, 2 where the check cannot run."""
    parser = ArgumentParser(prog="python -m benchmarks.page", description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="where pages are made; runs that are there are kept")
    parser.add_argument("--packages", type=Path, required=True, help="where npm puts its packages")
    parser.add_argument("--shots", type=Path, help="folder for a picture of every page")
    parser.add_argument("--out", type=Path, required=True, help="Markdown file for the results")
    asked = parser.parse_args()
    if sentence := missing():
        sys.stderr.write(f"{sentence}\n")
        return 2
    asked.folder.mkdir(parents=True, exist_ok=True)
    made = pages(asked.folder.resolve())
    found = opened(made, asked.packages.resolve(), None if asked.shots is None else asked.shots.resolve())
    asked.out.write_text(told(found, {each.stem: each.stat().st_size for each in made}), encoding="utf-8")
    wrong = [fault for each in found for fault in faults(each)]
    sys.stdout.write(f"{asked.out}: {len(found)} pages opened, {len(wrong)} faults\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
